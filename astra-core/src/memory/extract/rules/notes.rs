//! Notes of the day: decisions, outcomes, plans, and what a person is at work on. The note is what the user has said.

use super::draft::Draft;
use super::found::Found;
use crate::memory::extract::item::ExtractedKind;

const NOTE_WORDS: usize = 40;

/// "we decided to X".
pub(super) fn decision(found: &Found<'_>) -> Option<Draft> {
    let phrases = [
        "i|we decided|agreed|chose|opted|settled|resolved",
        "i|we have decided|agreed|chosen|opted|settled|resolved",
        "it was decided|agreed",
        "the team decided|agreed|chose",
        "the decision is|was",
        "our decision is|was",
        "decision is|was",
        "i|we are going with",
        "i|we will go with",
        "we picked|selected",
        "i|we went with",
        "decided|agreed to|that|on",
    ];
    let (_, rest) = found.after(&phrases)?;
    let first = rest.first()?.lower.as_str();
    let is_bare = first == "with" || (first == "that" && rest.len() == 1);
    (!found.is_negated && !is_bare).then(|| note(found, ExtractedKind::Decision))?
}

/// "we shipped X", "the deployment failed".
pub(super) fn outcome(found: &Found<'_>) -> Option<Draft> {
    let phrases = [
        "i|we fixed|deployed|shipped|released|merged|finished|completed|solved|migrated|launched|published|reverted|cancelled|resolved",
        "i|we have fixed|deployed|shipped|released|merged|finished|completed|solved|migrated|launched|published|reverted|cancelled|resolved",
        "i|we rolled back|out",
        "i|we passed|failed|won|lost",
    ];
    if let Some((_, rest)) = found.after(&phrases) {
        let is_good = found.value(rest).is_some_and(|value| !value.is_vague()) && !found.is_negated;
        return is_good.then(|| note(found, ExtractedKind::Outcome))?;
    }
    let first = found.words.first().filter(|word| ["the", "our", "my"].contains(&word.lower.as_str()))?;
    let ends = ["failed", "succeeded", "passed", "crashed", "worked"];
    let states = [
        "fixed",
        "done",
        "finished",
        "live",
        "deployed",
        "complete",
        "completed",
        "resolved",
        "over",
        "cancelled",
        "merged",
    ];
    let last = found.words.last()?.lower.as_str();
    let before = found.words.len().checked_sub(2).map(|place| found.words[place].lower.as_str()).unwrap_or_default();
    let is_end =
        ends.contains(&last) || (["is", "are", "was", "were", "been"].contains(&before) && states.contains(&last));
    (is_end && first.start < found.words.last()?.start && (3..=12).contains(&found.words.len()) && !found.is_negated)
        .then(|| note(found, ExtractedKind::Outcome))?
}

/// "the plan is to X", "I plan to X".
pub(super) fn strategy(found: &Found<'_>) -> Option<Draft> {
    let phrases = [
        "the|our|my plan|approach|strategy|goal is|for",
        "i|we plan to|on",
        "i|we are|am planning to|on|a|an|my|our|the",
        "i|we intend to",
        "i|we aim to",
        "i|we want to achieve",
    ];
    let (_, rest) = found.after(&phrases)?;
    (rest.len() >= 2 && !found.is_negated).then(|| note(found, ExtractedKind::Strategy))?
}

/// "I am working on X", "I have an interview on Friday".
pub(super) fn activity(found: &Found<'_>) -> Option<Draft> {
    let busy = [
        "i|we am|are working on",
        "i am learning",
        "i am studying",
        "i am preparing for|a|an|the|my",
        "i am writing a|an|my",
        "i|we am|are building",
        "i am training for",
        "i am saving for|up",
    ];
    if let Some((_, rest)) = found.after(&busy) {
        let is_good = found.named(rest).is_some() && !found.is_negated;
        return is_good.then(|| note(found, ExtractedKind::Note))?;
    }
    let (_, rest) = found.after(&["i|we have a|an|my|the|our"])?;
    let dates = [
        "interview",
        "appointment",
        "deadline",
        "exam",
        "meeting",
        "flight",
        "surgery",
        "presentation",
        "wedding",
        "call",
        "release",
        "audit",
        "demo",
    ];
    let is_date = rest.iter().take(4).any(|word| dates.contains(&word.lower.as_str()));
    let times = ["on", "at", "tomorrow", "next", "in", "this", "tonight", "today", "by"];
    let has_time = rest.iter().skip(1).any(|word| times.contains(&word.lower.as_str()));
    (is_date && has_time && !found.is_negated).then(|| note(found, ExtractedKind::Note))?
}

fn note(found: &Found<'_>, kind: ExtractedKind) -> Option<Draft> {
    let content = sentence(found.quote)?;
    (found.words.len() >= 3).then(|| Draft::note(kind, &content))
}

/// A text as a sentence of its own.
pub(in crate::memory::extract) fn sentence(text: &str) -> Option<String> {
    let text = text.trim();
    let first = text.chars().next()?;
    if text.split_whitespace().count() > NOTE_WORDS {
        return None;
    }
    let end = if text.ends_with(['.', '!']) { "" } else { "." };
    Some(format!("{}{}{end}", first.to_uppercase(), &text[first.len_utf8()..]))
}
