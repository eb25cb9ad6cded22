//! Text made ready for search: folded, cut into words, stemmed, hashed. Whether two facts are the same is decided on folded text
//! alone, never on terms: the stop list of terms holds the negations.

mod stem;
mod stop;
mod words;

pub use crate::text::fold;

use stem::stem;
use stop::is_stop_word;
use words::{Token, is_ideograph, light_stem, tokens};

/// The most terms of a text that are kept; the rest of it is found by its vector alone.
pub const DOCUMENT_TERMS_MAX: usize = 4_096;
/// The most distinct terms of a question that are looked for.
pub const QUERY_TERMS_MAX: usize = 32;
/// The characters of a question that are read.
pub const QUERY_CHARACTERS_MAX: usize = 2_000;
/// The characters of a text that are read for its terms.
const DOCUMENT_CHARACTERS_MAX: usize = 65_536;
/// The bytes of a word that tell it apart.
const WORD_BYTES_MAX: usize = 64;
/// Where `content_words` stops counting.
const CONTENT_WORDS_MAX: usize = 16;

/// Hashes of the stemmed terms of a text, in its order and with their repeats; stop words are left out. At most
/// [`DOCUMENT_TERMS_MAX`].
///
/// A script without spaces gives the pairs of its neighbours, and each ideograph by itself.
#[must_use]
pub fn document_terms(text: &str) -> Vec<u32> {
    let folded = fold(beginning(text, DOCUMENT_CHARACTERS_MAX));
    let mut terms = Vec::with_capacity((folded.len() / 6).min(DOCUMENT_TERMS_MAX));
    for token in tokens(&folded) {
        match token {
            Token::Word(word) => terms.extend(term_of(word)),
            Token::Run(run) => {
                terms.extend(pairs(run));
                terms.extend(ideographs(run));
            }
        }
        if terms.len() >= DOCUMENT_TERMS_MAX {
            break;
        }
    }
    terms.truncate(DOCUMENT_TERMS_MAX);
    terms.shrink_to_fit();
    terms
}

/// Hashes of the distinct stemmed terms of the first [`QUERY_CHARACTERS_MAX`] characters of a question; stop words are left out.
/// At most [`QUERY_TERMS_MAX`]: words and pairs first, then ideographs.
#[must_use]
pub fn query_terms(text: &str) -> Vec<u32> {
    let folded = fold(beginning(text, QUERY_CHARACTERS_MAX));
    let mut terms = Vec::with_capacity(QUERY_TERMS_MAX);
    let mut add = |term: u32| {
        if terms.len() < QUERY_TERMS_MAX && !terms.contains(&term) {
            terms.push(term);
        }
    };
    for token in tokens(&folded) {
        match token {
            Token::Word(word) => term_of(word).into_iter().for_each(&mut add),
            Token::Run(run) => pairs(run).for_each(&mut add),
        }
    }
    for token in tokens(&folded) {
        if let Token::Run(run) = token {
            ideographs(run).for_each(&mut add);
        }
    }
    terms
}

/// How many words of a text are no stop words; two characters of a script without spaces count as one. Stops counting at 16.
#[must_use]
pub fn content_words(text: &str) -> usize {
    let folded = fold(beginning(text, QUERY_CHARACTERS_MAX));
    let mut count = 0;
    for token in tokens(&folded) {
        count += match token {
            Token::Word(word) => usize::from(!is_stop_word(word)),
            Token::Run(run) => run.chars().count().div_ceil(2),
        };
        if count >= CONTENT_WORDS_MAX {
            return CONTENT_WORDS_MAX;
        }
    }
    count
}

/// Terms as the store keeps them: four bytes each, little endian.
#[must_use]
pub fn terms_to_bytes(terms: &[u32]) -> Vec<u8> {
    terms.iter().flat_map(|term| term.to_le_bytes()).collect()
}

/// The terms of such bytes; `None` where the bytes are no whole number of terms.
#[must_use]
pub fn terms_from_bytes(bytes: &[u8]) -> Option<Vec<u32>> {
    let (terms, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| terms.iter().map(|term| u32::from_le_bytes(*term)).collect())
}

/// The first `characters` of a text.
fn beginning(text: &str, characters: usize) -> &str {
    if text.len() <= characters {
        return text;
    }
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

fn term_of(word: &str) -> Option<u32> {
    if is_stop_word(word) {
        return None;
    }
    if !word.is_ascii() {
        return Some(hash(light_stem(&word[..word.floor_char_boundary(WORD_BYTES_MAX)]).as_bytes()));
    }
    let mut letters = word.as_bytes()[..word.len().min(WORD_BYTES_MAX)].to_vec();
    stem(&mut letters);
    Some(hash(&letters))
}

/// Each two neighbours of a run; its only character where it has no other.
fn pairs(run: &str) -> impl Iterator<Item = u32> {
    let mut starts = run.char_indices().map(|(start, _)| start).chain([run.len()]);
    let (mut first, mut second) = (starts.next(), starts.next());
    let alone = run.chars().nth(1).is_none() && !run.chars().all(is_ideograph);
    let pairs = std::iter::from_fn(move || {
        let third = starts.next()?;
        let pair = &run[first?..third];
        (first, second) = (second, Some(third));
        Some(hash(pair.as_bytes()))
    });
    pairs.chain(alone.then(|| hash(run.as_bytes())))
}

/// Each ideograph of a run.
fn ideographs(run: &str) -> impl Iterator<Item = u32> {
    run.chars().filter(|character| is_ideograph(*character)).map(|character| {
        let mut bytes = [0; 4];
        hash(character.encode_utf8(&mut bytes).as_bytes())
    })
}

/// FNV-1a of 64 bits, mixed to 32. Hashes are stored: they must stay what they are.
fn hash(bytes: &[u8]) -> u32 {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_hashes_stay_what_they_are() {
        assert_eq!(
            document_terms("The tests ran on port 8080"),
            [hash(b"test"), hash(b"ran"), hash(b"port"), hash(b"8080")]
        );
        assert_eq!((hash(b"port"), hash("порт".as_bytes())), (4_249_762_396, 2_231_970_708));
    }

    #[test]
    fn texts_and_questions_have_their_bounds() {
        let long = "word other ".repeat(20_000);
        assert_eq!(document_terms(&long).len(), DOCUMENT_TERMS_MAX);
        assert_eq!(query_terms(&long).len(), 2);
        let many: String = (0..500).map(|number| format!("w{number} ")).collect();
        assert_eq!(query_terms(&many).len(), QUERY_TERMS_MAX);
        let late = format!("{} needle", " ".repeat(QUERY_CHARACTERS_MAX));
        assert!(query_terms(&late).is_empty());
        let huge = "x".repeat(1 << 20);
        assert_eq!(document_terms(&huge).len(), 1);
        assert_eq!(document_terms(&"漢".repeat(1 << 20)).len(), DOCUMENT_TERMS_MAX);
        assert_eq!(content_words(&long), CONTENT_WORDS_MAX);
    }

    #[test]
    fn terms_are_kept_as_bytes() {
        let terms = document_terms("Alice prefers tea");
        assert_eq!(terms_from_bytes(&terms_to_bytes(&terms)), Some(terms));
        assert_eq!(terms_from_bytes(b""), Some(Vec::new()));
        assert_eq!(terms_from_bytes(b"12345"), None);
    }

    #[test]
    fn content_words_are_those_that_say_something() {
        for (text, count) in [
            ("", 0),
            ("Hi, how are you?", 1),
            ("it is not the one", 1),
            ("My sister lives in Lyon", 3),
            ("我喜欢茶", 2),
        ] {
            assert_eq!(content_words(text), count, "{text}");
        }
    }

    #[test]
    fn a_question_shares_terms_with_its_answer_in_any_script() {
        for (question, answer) in [
            ("Which allergies does she have?", "She is allergic to nuts; the allergy is severe."),
            ("Wo wohnt Frau Müller?", "Frau MULLER wohnt in Köln."),
            ("Où habite Élise ?", "Elise habite à Lyon."),
            ("Где стоит машина?", "Я поставил машину в гараж."),
            ("我的猫叫什么名字？", "猫的名字是小白"),
            ("猫", "我有一只猫。"),
            ("東京で何を食べましたか", "昨日、東京で寿司を食べた"),
            ("أين كتاب أحمد؟", "الكتابُ عند احمد"),
            ("서울에서", "나는 서울에 산다"),
        ] {
            let document = document_terms(answer);
            assert!(query_terms(question).iter().any(|term| document.contains(term)), "{question} {answer}");
        }
        let (question, other) = (query_terms("Где стоит машина?"), document_terms("Собака спит дома."));
        assert!(!question.iter().any(|term| other.contains(term)));
    }
}
