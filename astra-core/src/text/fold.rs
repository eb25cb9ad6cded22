//! Text folded for comparison: case, accents and white space are taken out; what tells words apart stays.

use unicode_normalization::UnicodeNormalization as _;

/// `text` in lower case, without the accents of alphabets, with each run of white space as one space and none at its ends.
///
/// Compatibility forms are folded too: full-width letters, ligatures, `ß`. Marks of other scripts stay, as they are vowels or
/// make another letter: Devanagari, Thai, and the voiced kana of Japanese. So does the breve of `й`. The result is composed
/// (NFC).
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return spaced(text.chars().map(|character| character.to_ascii_lowercase()), text.len());
    }
    let mut last = ' ';
    let kept = text.nfkd().filter(move |&character| {
        let stays = !is_accent(character) || character == '\u{306}' && matches!(last, 'и' | 'И');
        last = character;
        stays && !is_unseen(character)
    });
    let mut letters = String::with_capacity(text.len());
    for character in kept.flat_map(char::to_lowercase) {
        match character {
            'ß' => letters.push_str("ss"),
            'æ' => letters.push_str("ae"),
            'œ' => letters.push_str("oe"),
            'ı' => letters.push('i'),
            'ł' => letters.push('l'),
            'ø' => letters.push('o'),
            'đ' | 'ð' => letters.push('d'),
            'ς' => letters.push('σ'),
            '’' | '‘' | 'ʼ' => letters.push('\''),
            // The lower case of İ has its dot as a mark.
            _ if character == '\u{307}' => {}
            _ => letters.push(character),
        }
    }
    spaced(letters.nfc(), letters.len())
}

/// The characters with their white space folded.
fn spaced(characters: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut folded = String::with_capacity(capacity);
    let mut is_apart = false;
    for character in characters {
        if character.is_whitespace() {
            is_apart = !folded.is_empty();
            continue;
        }
        if is_apart {
            folded.push(' ');
            is_apart = false;
        }
        folded.push(character);
    }
    folded
}

/// Marks that change how a letter of an alphabet is said and not which letter it is: Latin, Greek, Cyrillic, Hebrew, Arabic.
const fn is_accent(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Characters that nothing is seen of: controls but white space, joiners, marks of direction, soft hyphens, the long stroke of
/// Arabic, the selectors of variants.
fn is_unseen(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || matches!(
            character,
            '\u{ad}' | '\u{640}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_accents_and_white_space_are_folded_and_letters_stay_apart() {
        for (text, folded) in [
            ("", ""),
            (" \t\n ", ""),
            ("  Two\t\nWords ", "two words"),
            ("CAFÉ cafe\u{301}", "cafe cafe"),
            ("Straße ŁÓDŹ Ærø", "strasse lodz aero"),
            ("İstanbul Isparta ılık", "istanbul isparta ilik"),
            ("Ёлка, мой и мои", "елка, мой и мои"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("ＦＵＬＬ　ｗｉｄｔｈ ﬁne", "full width fine"),
            ("がか ガカ ｶﾞ", "がか ガカ ガ"),
            ("한국어", "한국어"),
            ("हिन्दी की", "हिन्दी की"),
            ("مُحَمَّد أحمد كتـــاب", "محمد احمد كتاب"),
            ("don’t soft\u{ad}hyphen a\u{200b}b \u{0}", "don't softhyphen ab"),
            ("José   ÁLVAREZ\n", "jose alvarez"),
            ("Zürich  HB", "zurich hb"),
            ("שָׁלוֹם", "שלום"),
            ("a\u{0}b\u{202e}c", "abc"),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
            assert_eq!(fold(folded), folded, "folding twice changes nothing: {folded:?}");
        }
    }
}
