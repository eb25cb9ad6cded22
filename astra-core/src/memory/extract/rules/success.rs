//! Whether a message says that what was done has worked.

use crate::memory::analyse::fold;
use crate::memory::extract::own_words::own_words;

/// What is said of something that has worked.
const SAYINGS: &[&str] = &[
    "it worked",
    "it works now",
    "that worked",
    "that works now",
    "this worked",
    "these steps worked",
    "those steps worked",
    "the steps worked",
    "that did it",
    "that did the trick",
    "that fixed it",
    "this fixed it",
    "that solved it",
    "this solved it",
    "worked perfectly",
    "worked like a charm",
    "problem solved",
];
/// Words that turn it around, or leave it open.
const DOUBTS: &[&str] =
    &["not", "never", "if", "whether", "hope", "almost", "nearly", "until", "before", "would", "once"];

/// Whether `message` says, of nothing that it names itself, that it has worked. A question does not.
#[must_use]
pub fn says_success(message: &str) -> bool {
    own_words(message).split_inclusive(['.', '!', '?', ';', '\n']).any(is_success)
}

fn is_success(sentence: &str) -> bool {
    if sentence.trim_end().ends_with('?') {
        return false;
    }
    let folded = fold(sentence).replace('\u{2019}', "'");
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '\'';
    let words: Vec<&str> = folded.split(|letter| !is_letter(letter)).filter(|word| !word.is_empty()).collect();
    let is_doubt = |word: &&str| DOUBTS.contains(word) || word.ends_with("n't");
    let says = |saying: &&str| {
        let saying: Vec<&str> = saying.split(' ').collect();
        words.windows(saying.len()).any(|window| window == saying)
    };
    !words.iter().any(is_doubt) && SAYINGS.iter().any(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_worked_is_told_from_what_has_not() {
        for message in [
            "That worked, thanks!",
            "Great. It worked.",
            "I tried it and it works now",
            "Those steps worked perfectly; what is next?",
            "Problem solved.",
        ] {
            assert!(says_success(message), "{message}");
        }
        for message in [
            "It did not work.",
            "That hasn't worked.",
            "I hope it worked.",
            "Tell me if it worked.",
            "Did you see whether that worked?",
            "It worked?",
            "> That worked, thanks!",
            "It worked until Friday.",
            "",
        ] {
            assert!(!says_success(message), "{message}");
        }
    }
}
