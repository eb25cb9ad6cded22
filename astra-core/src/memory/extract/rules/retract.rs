//! What is asked for in so many words: "remember that X", "forget X".

use super::draft::Draft;
use super::found::Found;
use super::notes::sentence;
use crate::memory::extract::clauses::Clause;
use crate::memory::extract::item::ExtractedKind;

const REMEMBER: &[&str] = &[
    "remember that",
    "remember this",
    "remember the following",
    "remember",
    "note that",
    "note",
    "take note that",
    "make a note that",
    "make a note",
    "keep in mind that",
    "keep in mind",
    "do not forget that",
    "do not forget",
    "never forget that",
    "bear in mind that",
    "memorise|memorize that",
];
const FORGET: &[&str] = &[
    "forget that",
    "forget about",
    "forget what i said|told about",
    "forget what i said|told you about",
    "forget everything about",
    "forget all about",
    "forget",
    "do not remember that",
    "delete|erase what you know about",
];
const NOTHING: &[&str] = &[
    "it",
    "that",
    "this",
    "me",
    "everything",
    "all",
    "about",
    "them",
    "previous",
    "your",
    "instructions",
    "the",
    "to",
];

/// The clause that is asked to be remembered, if one is.
pub(super) fn asked<'a>(text: &'a str, clause: &Clause, now_ms: i64) -> Option<Found<'a>> {
    let mut words = clause.words.clone();
    for lead in [
        &["can", "you"][..],
        &["could", "you"],
        &["please"],
        &["i", "want", "you", "to"],
        &["you", "should"],
        &["you", "must"],
    ] {
        if words.len() > lead.len() && lead.iter().zip(&words).all(|(one, word)| *one == word.lower) {
            words.drain(..lead.len());
        }
    }
    let phrase = REMEMBER.iter().find(|phrase| {
        let mut wanted = phrase.split(' ');
        let mut place = 0;
        wanted.all(|one| {
            let fits = words.get(place).is_some_and(|word| one.split('|').any(|choice| choice == word.lower));
            place += 1;
            fits
        })
    })?;
    let count = phrase.split(' ').count();
    // "Remember when we met", "remember me": nothing is said.
    let rest = words.get(count..).filter(|rest| rest.len() >= 2)?;
    if ["when", "how", "me", "what", "if", "why", "who", "where", "us", "it", "to"].contains(&rest[0].lower.as_str()) {
        return None;
    }
    let inner = Clause { words: rest.to_vec(), start: clause.start, end: clause.end };
    Found::new(text, &inner, now_ms)
}

/// "forget X": what is remembered of X is to be taken back.
pub(super) fn forget(found: &Found<'_>) -> Option<Draft> {
    if found.is_negated && !found.begins(&["do not remember that"]) {
        return None;
    }
    let (_, rest) = found.after(FORGET)?;
    let value = found.value(rest)?;
    let is_nothing = value.words.len() == 1 && NOTHING.contains(&value.first());
    let is_of_the_program = ["it", "me", "your", "previous", "all", "everything", "to"].contains(&value.first());
    (!is_nothing && !is_of_the_program).then(|| {
        let draft = Draft::fact("", value.text, String::new());
        Draft { kind: ExtractedKind::Forget, ..draft }
    })
}

/// What was asked to be remembered and no other pattern reads: a note as it was said.
pub(super) fn remember(found: &Found<'_>) -> Option<Draft> {
    let content = sentence(found.quote)?;
    let verb = found
        .words
        .iter()
        .take(7)
        .position(|word| ["is", "are"].contains(&word.lower.as_str()))
        .filter(|verb| *verb >= 1 && !found.is_negated);
    let thing = verb.and_then(|verb| {
        let words = &found.words[..verb];
        let start = usize::from(words.len() > 1 && ["the", "our", "a", "an"].contains(&words[0].lower.as_str()));
        let value = found.named(found.words.get(verb + 1..)?)?;
        let name = words[start..].iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" ");
        let is_thing = !["it", "this", "that", "there", "he", "she", "they", "we", "you", "i"].contains(&name.as_str());
        is_thing
            .then(|| Draft { subject: name, ..Draft::fact("is", value.text, content.clone()).lasting(value.period) })
    });
    Some(thing.unwrap_or_else(|| Draft { attribute: String::new(), ..Draft::fact("", found.quote, content) }))
}
