//! What is found in a message by patterns: a closed table, of which each entry reads one clause. It works with any model and
//! with none, and takes microseconds.

mod draft;
mod facts;
mod found;
mod notes;
#[cfg(test)]
mod poisoned;
mod possessions;
mod preferences;
mod procedures;
mod relations;
mod retract;
mod success;
#[cfg(test)]
mod tests;

use super::clauses::{Clause, clauses};
use super::item::{Extracted, ExtractedKind, ITEMS_MAX, smuggles};
use super::own_words::own_words;
use super::secrets::is_secret;
use draft::Draft;
use found::Found;
pub(super) use notes::sentence as as_sentence;
pub(super) use success::says_success;

/// A pattern: its name, and what it makes of a clause.
struct Rule {
    name: &'static str,
    read: fn(&Found<'_>) -> Option<Draft>,
}

const fn rule(name: &'static str, read: fn(&Found<'_>) -> Option<Draft>) -> Rule {
    Rule { name, read }
}

/// All of them; of a clause the first one that reads it counts.
const RULES: &[Rule] = &[
    rule("forget", retract::forget),
    rule("name", facts::name),
    rule("home", facts::home),
    rule("employer", facts::employer),
    rule("age", facts::age),
    rule("allergy", facts::allergy),
    rule("trait", facts::trait_of),
    rule("role", facts::role),
    rule("place", facts::place),
    rule("background", facts::background),
    rule("language", facts::language),
    rule("belonging", possessions::belonging),
    rule("prefer", preferences::prefer),
    rule("taste", preferences::taste),
    rule("tool", preferences::tool),
    rule("habit", preferences::habit),
    rule("standing", procedures::standing),
    rule("decision", notes::decision),
    rule("strategy", notes::strategy),
    rule("my_is", possessions::my_is),
    rule("is_my", possessions::is_my),
    rule("activity", notes::activity),
    rule("outcome", notes::outcome),
    rule("relation", relations::relation),
    rule("remember", retract::remember),
];

/// What patterns find in a message that its author wrote at `now_ms` (milliseconds since the epoch): at most
/// [`ITEMS_MAX`], in the order of the message.
#[must_use]
pub fn extract(message: &str, now_ms: i64) -> Vec<Extracted> {
    let text = own_words(message);
    let mut found: Vec<Extracted> = Vec::new();
    let mut taken = Vec::new();
    for listed in procedures::listed(&text) {
        let quote = text[listed.start..listed.end].trim();
        taken.push(listed.start..listed.end);
        found.extend(finished(listed.draft, "procedure", quote));
    }
    for clause in clauses(&text) {
        if taken.iter().any(|range| range.start < clause.end && clause.start < range.end) {
            continue;
        }
        if let Some(item) = of_clause(&text, &clause, now_ms) {
            found.push(item);
        }
    }
    // The same said twice is said once.
    let mut seen = Vec::new();
    found.retain(|item| {
        let key = (item.slot(), item.content.clone(), item.value.clone());
        let is_new = !seen.contains(&key);
        seen.push(key);
        is_new
    });
    found.truncate(ITEMS_MAX);
    found
}

/// Whether a pattern reads any clause of `message`, whatever becomes of it.
pub(super) fn finds_any(message: &str) -> bool {
    let text = own_words(message);
    !procedures::listed(&text).is_empty() || clauses(&text).iter().any(|clause| of_clause(&text, clause, 0).is_some())
}

fn of_clause(text: &str, clause: &Clause, now_ms: i64) -> Option<Extracted> {
    let asked = retract::asked(text, clause, now_ms);
    let (found, is_asked) = match asked {
        Some(inner) => (inner, true),
        None => (Found::new(text, clause, now_ms)?, false),
    };
    let whole = &text[clause.words.first()?.start..clause.words.last()?.end];
    let read = |rule: &Rule| {
        let is_last = rule.name == "remember";
        (is_asked || !is_last).then(|| (rule.read)(&found)).flatten().map(|draft| (draft, rule.name))
    };
    let (draft, name) = RULES.iter().find_map(read)?;
    finished(draft, name, whole)
}

/// What is kept of a draft: nothing that is secret, nothing that speaks to the program.
fn finished(draft: Draft, rule: &'static str, quote: &str) -> Option<Extracted> {
    if is_secret(quote) || is_secret(&draft.content) || smuggles(quote) || smuggles(&draft.content) {
        return None;
    }
    let is_forgetting = draft.kind == ExtractedKind::Forget;
    let (from_ms, to_ms) = (draft.period.from_ms, draft.period.to_ms);
    Some(Extracted {
        kind: draft.kind,
        subject: draft.subject,
        attribute: draft.attribute,
        value: draft.value,
        content: if is_forgetting { String::new() } else { draft.content },
        quote: quote.to_owned(),
        rule: Some(rule),
        confidence: draft.confidence,
        valid_from_ms: from_ms,
        valid_to_ms: to_ms,
        relation: draft.relation,
        steps: draft.steps,
    })
}
