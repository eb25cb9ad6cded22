//! Whether a message is worth a thought: a cheap look at its text, before anything is written for it.

use super::clauses::clauses;
use super::own_words::own_words;
use super::rules;
use crate::memory::analyse::content_words;

/// A message with fewer of them says something only if a pattern reads it.
const CONTENT_WORDS: usize = 4;

/// Whether something may be remembered of `message`: a pattern reads one of its clauses, it says that something has worked, or it
/// has four words that carry meaning. Of a message that does not pass, nothing is written and no model is asked.
#[must_use]
pub fn gate(message: &str) -> bool {
    content_words(message) >= CONTENT_WORDS || rules::finds_any(message) || rules::says_success(message)
}

/// Whether a model is worth asking about `message`: it states something in its author's own words, beyond a few words.
#[must_use]
pub fn is_for_model(message: &str) -> bool {
    let text = own_words(message);
    let mut stated = clauses(&text).into_iter().filter_map(|clause| {
        let (first, last) = (clause.words.first()?, clause.words.last()?);
        Some(content_words(&text[first.start..last.end]))
    });
    stated.any(|words| words >= CONTENT_WORDS) || rules::finds_any(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greetings_and_short_words_do_not_pass() {
        for message in
            ["", "hello", "Hi there!", "thanks a lot", "ok, go on", "yes please", "why?", "👍", "what is it?"]
        {
            assert!(!gate(message), "{message}");
        }
        for message in
            ["I'm vegan", "My name is Bo", "we deployed the billing service yesterday evening", "forget my address"]
        {
            assert!(gate(message), "{message}");
        }
    }

    #[test]
    fn a_model_is_not_asked_about_questions_and_pasted_text() {
        for message in [
            "What is the capital of France and how many people live there?",
            "```\nlet mut total = compute_total(order, customer, discount);\n```",
            "Translate this text: the committee decided to raise interest rates again",
        ] {
            assert!(!is_for_model(message), "{message}");
        }
        assert!(is_for_model("Our customers complained loudly about slow checkout pages"));
    }
}
