//! What is between two named things: "Anna works on Atlas", "the billing service depends on Postgres".

use super::draft::Draft;
use super::found::Found;
use super::notes::sentence;
use crate::memory::extract::clauses::Word;
use crate::memory::extract::item::{ExtractedKind, ExtractedRelation};

/// A verb between two things: its words, the kind of the edge, the kinds of its ends. Of people, a name that begins a sentence
/// is enough.
struct Verb {
    words: &'static str,
    kind: &'static str,
    from: &'static str,
    to: &'static str,
}

const fn verb(words: &'static str, kind: &'static str, from: &'static str, to: &'static str) -> Verb {
    Verb { words, kind, from, to }
}

const VERBS: &[Verb] = &[
    verb("works|worked on", "works_on", "person", "thing"),
    verb("is working on", "works_on", "person", "thing"),
    verb("works at|for", "works_at", "person", "organisation"),
    verb("works with", "works_with", "person", "person"),
    verb("reports to", "reports_to", "person", "person"),
    verb("lives in", "lives_in", "person", "place"),
    verb("is married to", "married_to", "person", "person"),
    verb("leads", "leads", "person", "thing"),
    verb("manages", "manages", "person", "thing"),
    verb("maintains", "maintains", "person", "thing"),
    verb("owns", "owns", "person", "thing"),
    verb("is responsible for", "responsible_for", "person", "thing"),
    verb("is the owner|lead|maintainer|author of", "owns", "person", "thing"),
    verb("knows", "knows", "person", "person"),
    verb("use|uses", "uses", "thing", "thing"),
    verb("depends|depend on", "depends_on", "thing", "thing"),
    verb("is part of", "part_of", "thing", "thing"),
    verb("belongs to", "part_of", "thing", "thing"),
    verb("is written in", "written_in", "thing", "thing"),
    verb("is built with|on", "built_with", "thing", "thing"),
    verb("is hosted on|at", "hosted_on", "thing", "thing"),
    verb("runs on", "runs_on", "thing", "thing"),
    verb("is owned by", "owned_by", "thing", "person"),
    verb("is maintained by", "maintained_by", "thing", "person"),
    verb("replaces|replaced", "replaces", "thing", "thing"),
    verb("integrates with", "integrates_with", "thing", "thing"),
    verb("is based in", "based_in", "organisation", "place"),
];

/// What names nothing.
const NO_NAMES: &[&str] = &[
    "it",
    "this",
    "that",
    "these",
    "those",
    "he",
    "she",
    "they",
    "who",
    "what",
    "which",
    "everything",
    "everyone",
    "everybody",
    "nobody",
    "nothing",
    "something",
    "someone",
    "somebody",
    "anyone",
    "people",
    "one",
    "you",
    "there",
    "here",
    "i",
    "me",
    "none",
    "all",
    "most",
    "some",
    "many",
    "both",
    "each",
    "life",
    "success",
    "time",
    "money",
    "love",
    "whoever",
    "whatever",
    "mine",
    "yours",
    "never",
    "always",
    "nothing",
];

/// "X works on Y".
pub(super) fn relation(found: &Found<'_>) -> Option<Draft> {
    let (verb, at, behind) = VERBS.iter().find_map(|verb| {
        (1..found.words.len().min(8))
            .find_map(|at| ends(&found.words[at..], verb.words).map(|count| (verb, at, at + count)))
    })?;
    let is_team = at == 1 && found.words[0].lower == "we";
    let from = if is_team {
        End { name: "team".to_owned(), is_named: false, is_first_name: false, is_ours: true }
    } else {
        end(found, &found.words[..at])?
    };
    let rest = &found.words[behind..];
    let value = found.named(rest)?;
    let is_border = |word: &Word| ["in", "for", "at", "with", "to", "on", "by"].contains(&word.lower.as_str());
    let border = value.words.iter().position(is_border).filter(|place| *place > 0).unwrap_or(value.words.len());
    let to = end(found, &value.words[..border])?;
    if found.is_negated {
        return None;
    }
    let is_person = verb.from == "person";
    let is_named = from.is_named || to.is_named || (from.is_first_name && is_person) || from.is_ours;
    if !is_named || (is_person && !from.is_named && !from.is_first_name && !from.is_ours) {
        return None;
    }
    let said = sentence(found.quote)?;
    let relation = ExtractedRelation {
        from_kind: verb.from.to_owned(),
        from: from.name.clone(),
        kind: verb.kind.to_owned(),
        to_kind: verb.to.to_owned(),
        to: to.name.clone(),
    };
    let draft = Draft::fact(&format!("{} {}", verb.kind.replace('_', " "), to.name), &to.name, said);
    Some(
        Draft { kind: ExtractedKind::Relation, subject: from.name, relation: Some(relation), ..draft }
            .lasting(value.period),
    )
}

/// One end of a relation.
struct End {
    name: String,
    /// Whether it has a capital letter inside a sentence, a digit or a mark of code.
    is_named: bool,
    /// Whether it is one word with a capital letter that begins its sentence.
    is_first_name: bool,
    /// Whether it is "our" or "my" something.
    is_ours: bool,
}

fn end(found: &Found<'_>, words: &[Word]) -> Option<End> {
    let first = words.first()?;
    let is_ours = ["our", "my"].contains(&first.lower.as_str());
    let is_determined = is_ours || ["the", "a", "an"].contains(&first.lower.as_str());
    let rest = if is_determined { &words[1..] } else { words };
    let head = rest.first()?;
    let has_verb = rest.iter().any(|word| {
        ["is", "are", "was", "has", "i", "not", "that", "who", "do", "to", "does", "and", "or"]
            .contains(&word.lower.as_str())
    });
    if NO_NAMES.contains(&head.lower.as_str()) || rest.len() > 4 || has_verb {
        return None;
    }
    let begins_sentence =
        found.text[..head.start].trim_end().chars().next_back().is_none_or(|before| ".!?\n:;".contains(before));
    let is_code =
        |word: &Word| word.lower.contains(|character: char| character.is_ascii_digit() || "_-/".contains(character));
    let is_strong = |(place, word): (usize, &Word)| {
        (word.is_capital && (place > 0 || !begins_sentence || is_determined)) || is_code(word)
    };
    let is_named = rest.iter().enumerate().any(is_strong);
    // What has no article and no name is a statement about the world.
    let is_one_name = head.is_capital && rest.len() == 1;
    if !(is_named || is_determined || is_one_name) {
        let is_plain = rest.len() <= 2;
        return is_plain.then(|| End {
            name: text_of(found, rest),
            is_named: false,
            is_first_name: false,
            is_ours: false,
        });
    }
    Some(End { name: text_of(found, rest), is_named, is_first_name: head.is_capital && rest.len() == 1, is_ours })
}

fn text_of(found: &Found<'_>, words: &[Word]) -> String {
    words
        .first()
        .zip(words.last())
        .map_or_else(String::new, |(first, last)| found.text[first.start..last.end].trim_matches(['`', '"']).to_owned())
}

/// How many words `phrase` is, if the words begin with it.
fn ends(words: &[Word], phrase: &str) -> Option<usize> {
    let mut count = 0;
    for wanted in phrase.split(' ') {
        let word = words.get(count)?;
        if !wanted.split('|').any(|one| one == word.lower) {
            return None;
        }
        count += 1;
    }
    Some(count)
}
