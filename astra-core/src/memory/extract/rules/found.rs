//! A clause as patterns compare it: without its negation, with what is left of it after the words of a pattern.

use crate::memory::extract::clauses::{ADVERBS, Clause, Word};
use crate::memory::extract::dates::{Period, period};
use crate::memory::extract::own_words::MASK;

const VALUE_CHARS: usize = 200;
const VALUE_WORDS: usize = 25;
/// What a value does not go on behind.
const STOPS: &[&str] = &[
    "because",
    "but",
    "which",
    "although",
    "though",
    "whereas",
    "while",
    "when",
    "whenever",
    "unless",
    "if",
    "since",
    "so",
    "then",
    "who",
    "as",
    "otherwise",
    "cause",
];
/// What a value does not end with.
const TRAILING: &[&str] = &[
    "now",
    "anymore",
    "currently",
    "too",
    "also",
    "please",
    "thanks",
    "though",
    "again",
    "btw",
    "yet",
    "already",
    "right",
    "nowadays",
    "today",
    "ok",
    "okay",
    "lol",
    "haha",
    "actually",
    "instead",
];
const TRAILING_PAIRS: &[(&str, &str)] = &[
    ("as", "well"),
    ("these", "days"),
    ("any", "more"),
    ("any", "longer"),
    ("the", "moment"),
    ("for", "now"),
    ("so", "far"),
    ("of", "course"),
    ("thank", "you"),
    ("right", "now"),
    ("a", "lot"),
];
/// A value that begins so names nothing.
const VAGUE: &[&str] = &[
    "it",
    "that",
    "this",
    "these",
    "those",
    "them",
    "they",
    "he",
    "she",
    "him",
    "her",
    "you",
    "your",
    "yours",
    "there",
    "here",
    "something",
    "anything",
    "nothing",
    "everything",
    "someone",
    "anyone",
    "everyone",
    "how",
    "what",
    "where",
    "why",
    "when",
    "if",
    "whether",
    "to",
    "so",
    "too",
    "very",
    "like",
    "just",
    "not",
    "and",
    "or",
    "is",
    "are",
    "for",
    "one",
];

/// A clause that is looked at.
pub(super) struct Found<'a> {
    /// The text that it stands in.
    pub(super) text: &'a str,
    /// Its words, without those that negate it.
    pub(super) words: Vec<Word>,
    /// Whether it says that something is not so.
    pub(super) is_negated: bool,
    /// Whether it says that something is so no longer.
    pub(super) is_over: bool,
    /// The words of its author.
    pub(super) quote: &'a str,
    /// The time of the turn.
    pub(super) now_ms: i64,
}

/// What a clause says of something.
#[derive(Debug, Clone)]
pub(super) struct Value<'a> {
    /// Its words, as they were written.
    pub(super) text: &'a str,
    /// The same, in the form that patterns compare.
    pub(super) words: &'a [Word],
    /// For how long it holds.
    pub(super) period: Period,
}

impl<'a> Found<'a> {
    pub(super) fn new(text: &'a str, clause: &Clause, now_ms: i64) -> Option<Self> {
        let (first, last) = (clause.words.first()?, clause.words.last()?);
        let quote = &text[first.start..last.end];
        let mut words = clause.words.clone();
        let is_ended = words.iter().any(|word| word.lower == "anymore")
            || words
                .windows(2)
                .any(|pair| pair[0].lower == "any" && ["more", "longer"].contains(&pair[1].lower.as_str()));
        let negation = negation(&mut words);
        let is_negated = negation.is_some();
        Some(Self {
            text,
            words,
            is_negated,
            is_over: negation == Some(true) || (is_negated && is_ended),
            quote,
            now_ms,
        })
    }

    /// What follows the first of `phrases` that the clause begins with, and its place in them. In a phrase `|` stands between
    /// words of which any one will do.
    pub(super) fn after(&self, phrases: &[&str]) -> Option<(usize, &[Word])> {
        let found =
            |(place, phrase): (usize, &&str)| after(&self.words, phrase).map(|from| (place, &self.words[from..]));
        phrases.iter().enumerate().find_map(found)
    }

    /// Whether the clause begins with one of `phrases`.
    pub(super) fn begins(&self, phrases: &[&str]) -> bool {
        self.after(phrases).is_some()
    }

    /// The value that `words` begin with.
    pub(super) fn value<'b>(&'b self, words: &'b [Word]) -> Option<Value<'b>> {
        let period = period(words, self.now_ms).unwrap_or_default();
        let mut end = if period.count > 0 { period.first } else { words.len() };
        for at in 1..end {
            let lower = words[at].lower.as_str();
            let next = words.get(at + 1).map(|word| word.lower.as_str()).unwrap_or_default();
            let is_new_clause = lower == "and"
                && [
                    "i", "my", "we", "he", "she", "it", "they", "then", "please", "am", "have", "need", "want",
                    "would", "will", "that",
                ]
                .contains(&next);
            let is_span = lower == "for" && is_span(&words[at + 1..]);
            if is_span
                || STOPS.contains(&lower)
                || is_new_clause
                || (words[at - 1].has_comma && !goes_on(&words[..end], at))
            {
                end = at;
                break;
            }
        }
        while end > 0 {
            let lower =
                |back: usize| end.checked_sub(back).map(|place| words[place].lower.as_str()).unwrap_or_default();
            end -= match (lower(2), lower(1)) {
                pair if TRAILING_PAIRS.contains(&pair) => {
                    if lower(3) == "at" || lower(3) == "quite" {
                        3
                    } else {
                        2
                    }
                }
                (_, last) if TRAILING.contains(&last) => 1,
                _ => break,
            };
        }
        let words = &words[..end];
        let text = &self.text[words.first()?.start..words.last()?.end];
        let is_good = !text.contains([MASK, '\n']) && text.chars().count() <= VALUE_CHARS && words.len() <= VALUE_WORDS;
        is_good.then_some(Value { text, words, period })
    }

    /// As [`Found::value`], of something that is named.
    pub(super) fn named<'b>(&'b self, words: &'b [Word]) -> Option<Value<'b>> {
        self.value(words).filter(|value| !value.is_vague())
    }
}

impl Value<'_> {
    /// Whether it names nothing.
    pub(super) fn is_vague(&self) -> bool {
        self.words.first().is_none_or(|word| VAGUE.contains(&word.lower.as_str()))
    }

    /// Whether it has a name or a number in it.
    pub(super) fn has_name(&self) -> bool {
        self.words
            .iter()
            .any(|word| word.is_capital || word.lower.contains(|character: char| character.is_ascii_digit()))
    }

    pub(super) fn first(&self) -> &str {
        self.words.first().map(|word| word.lower.as_str()).unwrap_or_default()
    }

    pub(super) fn last(&self) -> &str {
        self.words.last().map(|word| word.lower.as_str()).unwrap_or_default()
    }
}

/// Whether a value goes on behind the comma before the word at `at`: "Berlin, Germany"; "tea, milk and rum".
fn goes_on(words: &[Word], at: usize) -> bool {
    let is_place = words[at - 1].is_capital && words[at].is_capital && (at + 1 == words.len() || words[at].has_comma);
    let is_list =
        words[at..].iter().take(8).any(|word| word.lower == "and" || word.lower == "or") || words[at].lower == "and";
    is_place || is_list
}

/// Whether words say how long something has been so: "ten years", "a while".
fn is_span(words: &[Word]) -> bool {
    let units = [
        "year", "years", "month", "months", "week", "weeks", "day", "days", "decade", "decades", "while", "ages",
        "long",
    ];
    words.iter().take(4).any(|word| units.contains(&word.lower.as_str()))
}

/// The place behind `phrase`, if the words begin with it; adverbs between its words are passed over.
fn after(words: &[Word], phrase: &str) -> Option<usize> {
    let mut at = 0;
    for wanted in phrase.split(' ') {
        let fits = |word: &Word| wanted.split('|').any(|one| one == word.lower);
        while !fits(words.get(at)?) {
            if at == 0 || !ADVERBS.contains(&words[at].lower.as_str()) {
                return None;
            }
            at += 1;
        }
        at += 1;
    }
    // Adverbs before what follows say nothing of it.
    Some(
        at + words[at..]
            .iter()
            .take_while(|word| ["really", "actually", "now", "very"].contains(&word.lower.as_str()))
            .count(),
    )
}

/// Takes the negation from the beginning of a clause; whether it says that something has ended.
fn negation(words: &mut Vec<Word>) -> Option<bool> {
    for at in 1..words.len().min(4) {
        let lower = |place: usize| words.get(place).map(|word| word.lower.as_str()).unwrap_or_default();
        let (from, count, is_over) = match (lower(at), lower(at + 1)) {
            ("no", "longer") => (at, 2, true),
            ("do" | "did", "not") => (at, 2, false),
            ("am" | "are" | "have" | "can" | "will" | "is", "not") => (at + 1, 1, false),
            ("never", _) => (at, 1, false),
            _ => continue,
        };
        words.drain(from..from + count);
        return Some(is_over);
    }
    None
}
