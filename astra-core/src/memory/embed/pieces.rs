//! Word pieces: the tokenizer of uncased BERT. Text is cleaned, put into lower case and stripped of accents, split at white space,
//! punctuation and ideographs; each word is then cut into the longest pieces that the vocabulary holds, from its beginning on.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization as _;

/// The most pieces of a text.
const PIECES_MAX: usize = 4_096;
/// A longer word has no pieces.
const WORD_CHARACTERS_MAX: usize = 100;
/// Places of the look-up: a power of two, more than twice as many as pieces.
const PLACES: usize = 1 << 16;
/// A place without a piece.
const EMPTY: u16 = u16::MAX;

/// A vocabulary laid out for look-up, without a copy of its texts.
#[derive(Debug)]
pub(super) struct Pieces {
    vocabulary: &'static str,
    /// Where each piece begins, and where one more would.
    starts: Box<[u32]>,
    /// Numbers of pieces by the hash of their text; the next place where a place is taken.
    places: Box<[u16]>,
    /// Bytes of the longest piece.
    longest: usize,
}

impl Pieces {
    /// Lays out a vocabulary of one piece a line, fewer than 65,535.
    pub(super) fn new(vocabulary: &'static str) -> Self {
        let mut starts = vec![0];
        starts.extend((1_u32..).zip(vocabulary.bytes()).filter(|(_, byte)| *byte == b'\n').map(|(next, _)| next));
        let mut pieces = Self { vocabulary, starts: starts.into(), places: vec![EMPTY; PLACES].into(), longest: 0 };
        for number in 0..u16::try_from(pieces.starts.len() - 1).unwrap_or(EMPTY) {
            let text = pieces.text(number);
            let mut place = place_of(text.as_bytes().iter().fold(SEED, hash));
            pieces.longest = pieces.longest.max(text.len());
            while pieces.places[place] != EMPTY {
                place = (place + 1) % PLACES;
            }
            pieces.places[place] = number;
        }
        pieces
    }

    /// The numbers of a text's pieces; words that cannot be cut into pieces have none.
    pub(super) fn of(&self, text: &str) -> Vec<u16> {
        if text.is_ascii() {
            let shown = text.chars().filter(|character| !is_dropped(*character));
            let spaced = shown.map(|character| if character.is_ascii_whitespace() { ' ' } else { character });
            return self.of_cleaned(spaced.map(|character| character.to_ascii_lowercase()));
        }
        self.of_cleaned(cleaned(text))
    }

    fn of_cleaned(&self, characters: impl Iterator<Item = char>) -> Vec<u16> {
        let (mut found, mut word) = (Vec::with_capacity(32), String::with_capacity(32));
        for character in characters {
            if character == ' ' || is_alone(character) {
                self.cut(&word, &mut found);
                word.clear();
                if character != ' ' {
                    self.cut(character.encode_utf8(&mut [0; 4]), &mut found);
                }
            } else if word.len() <= WORD_CHARACTERS_MAX * 4 {
                // A longer word has no pieces in any case.
                word.push(character);
            }
            if found.len() >= PIECES_MAX {
                break;
            }
        }
        self.cut(&word, &mut found);
        found.truncate(PIECES_MAX);
        found
    }

    /// Adds the pieces of a word, or none where a part of it is no piece.
    fn cut(&self, word: &str, found: &mut Vec<u16>) {
        if word.is_empty() || word.len() > WORD_CHARACTERS_MAX && word.chars().count() > WORD_CHARACTERS_MAX {
            return;
        }
        let (before, mut start) = (found.len(), 0);
        while start < word.len() {
            let Some((piece, length)) = self.longest_piece(&word[start..], start > 0) else {
                found.truncate(before);
                return;
            };
            found.push(piece);
            start += length;
        }
    }

    /// The longest piece that `rest` begins with, and its bytes in it.
    fn longest_piece(&self, rest: &str, is_inside: bool) -> Option<(u16, usize)> {
        let prefix = if is_inside { "##" } else { "" };
        let seed = prefix.as_bytes().iter().fold(SEED, hash);
        // The hash of each beginning comes from the one before it.
        let mut hashes = [0_u32; 32];
        let longest = rest.len().min(self.longest - prefix.len()).min(hashes.len());
        let mut value = seed;
        for (byte, kept) in rest.as_bytes()[..longest].iter().zip(&mut hashes) {
            value = hash(value, byte);
            *kept = value;
        }
        let ends = (1..=longest).rev().filter(|end| rest.is_char_boundary(*end));
        ends.map(|end| (end, hashes[end - 1]))
            .find_map(|(end, hash)| self.find(hash, prefix, &rest[..end]).map(|piece| (piece, end)))
    }

    fn find(&self, hash: u32, prefix: &str, text: &str) -> Option<u16> {
        let mut place = place_of(hash);
        loop {
            let number = self.places[place];
            if number == EMPTY {
                return None;
            }
            if self.text(number).strip_prefix(prefix) == Some(text) {
                return Some(number);
            }
            place = (place + 1) % PLACES;
        }
    }

    fn text(&self, number: u16) -> &'static str {
        let number = usize::from(number);
        &self.vocabulary[self.starts[number] as usize..self.starts[number + 1] as usize - 1]
    }
}

/// The start of FNV-1a.
const SEED: u32 = 0x811c_9dc5;

fn hash(hash: u32, byte: &u8) -> u32 {
    (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
}

fn place_of(hash: u32) -> usize {
    (hash.wrapping_mul(0x9e37_79b1) >> 16) as usize % PLACES
}

/// The characters of a text without controls and accents, in lower case, each white space as a space.
fn cleaned(text: &str) -> impl Iterator<Item = char> {
    let shown = text.chars().filter(|character| !is_dropped(*character));
    let shown = shown.map(|character| if character.is_whitespace() { ' ' } else { character });
    shown.nfd().filter(|character| !is_accent(*character)).flat_map(char::to_lowercase)
}

fn is_dropped(character: char) -> bool {
    match character {
        ' '..='~' | '\t' | '\n' | '\r' => false,
        '\0'..='\u{7f}' | '\u{fffd}' => true,
        _ => matches!(
            get_general_category(character),
            GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
        ),
    }
}

fn is_accent(character: char) -> bool {
    character >= '\u{300}' && get_general_category(character) == GeneralCategory::NonspacingMark
}

/// Whether a character is a word of its own: punctuation and ideographs.
fn is_alone(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_punctuation();
    }
    is_ideograph(character)
        || matches!(
            get_general_category(character),
            GeneralCategory::ConnectorPunctuation
                | GeneralCategory::DashPunctuation
                | GeneralCategory::OpenPunctuation
                | GeneralCategory::ClosePunctuation
                | GeneralCategory::InitialPunctuation
                | GeneralCategory::FinalPunctuation
                | GeneralCategory::OtherPunctuation
        )
}

/// The blocks that BERT's tokenizer takes for Chinese.
const fn is_ideograph(character: char) -> bool {
    matches!(character,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2a6df}'
        | '\u{2a700}'..='\u{2b81f}' | '\u{2b920}'..='\u{2ceaf}' | '\u{2f800}'..='\u{2fa1f}')
}
