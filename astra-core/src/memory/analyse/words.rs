//! Words of a folded text in any script, and the light stems of Russian and Arabic.

use unicode_general_category::{GeneralCategory, get_general_category};

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Letters, numbers and their marks, of a script that puts spaces between words.
    Word(&'a str),
    /// Characters of scripts that do not (Chinese, Japanese, Thai, ..), and of Korean, whose particles stand in the words.
    Run(&'a str),
}

#[derive(PartialEq, Clone, Copy)]
enum Class {
    Word,
    Run,
    Between,
}

/// The tokens of a folded text, in their order.
pub(super) fn tokens(folded: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = folded;
    std::iter::from_fn(move || {
        loop {
            let class = class_of(rest.chars().next()?);
            let end = rest.find(|character| class_of(character) != class).unwrap_or(rest.len());
            let token = &rest[..end];
            rest = &rest[end..];
            match class {
                Class::Word => return Some(Token::Word(token)),
                Class::Run => return Some(Token::Run(token)),
                Class::Between => {}
            }
        }
    })
}

fn class_of(character: char) -> Class {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() { Class::Word } else { Class::Between };
    }
    let is_unspaced = matches!(character,
        '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e80}'..='\u{ece}' | '\u{edc}'..='\u{edf}'
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{108f}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17d3}'
        | '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{ac00}'..='\u{d7a3}')
        || is_ideograph(character);
    if is_unspaced {
        Class::Run
    } else if character.is_alphanumeric() || is_mark(character) {
        Class::Word
    } else {
        Class::Between
    }
}

/// Characters that are a word by themselves often enough: those of Chinese.
pub(super) const fn is_ideograph(character: char) -> bool {
    matches!(character,
        '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

fn is_mark(character: char) -> bool {
    matches!(
        get_general_category(character),
        GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark
    )
}

/// Endings of Russian nouns, adjectives and verbs, longer ones first.
const ENDINGS: [&str; 64] = [
    "иями", "ями", "ами", "ией", "иях", "иям", "ого", "его", "ому", "ему", "ыми", "ими", "ешь", "ишь", "ете", "ите",
    "ала", "ила", "ыла", "али", "или", "ать", "ить", "еть", "ует", "уют", "ает", "ают", "аю", "ой", "ей", "ий", "ый",
    "ая", "яя", "ое", "ее", "ые", "ие", "ую", "юю", "ых", "их", "ым", "им", "ом", "ем", "ам", "ям", "ах", "ях", "ов",
    "ев", "ет", "ит", "ут", "ют", "ат", "ят", "ал", "ил", "ью", "ия", "ии",
];

/// What of a word stays the same in most of its forms, for the scripts of Russian and Arabic; any other word stays whole.
pub(super) fn light_stem(word: &str) -> &str {
    match word.chars().next() {
        Some('\u{430}'..='\u{45f}') => without_ending(word),
        Some('\u{620}'..='\u{64a}') => without_article(word),
        _ => word,
    }
}

fn without_ending(word: &str) -> &str {
    const LETTERS: [char; 9] = ['а', 'я', 'о', 'е', 'и', 'ы', 'у', 'ю', 'ь'];
    let stems = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
    let mut stems = stems.chain(word.strip_suffix(LETTERS));
    stems.find(|stem| stem.chars().nth(2).is_some()).unwrap_or(word)
}

fn without_article(word: &str) -> &str {
    const ARTICLES: [&str; 6] = ["وال", "بال", "كال", "فال", "ال", "لل"];
    let mut stems = ARTICLES.iter().filter_map(|article| word.strip_prefix(article));
    let stem = stems.find(|stem| stem.chars().nth(2).is_some()).unwrap_or(word);
    // The ending of feminine words, said and written in two ways.
    stem.strip_suffix(['ة', 'ه']).filter(|stem| stem.chars().nth(1).is_some()).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::{Token::*, *};

    #[test]
    fn words_and_runs_are_told_apart() {
        let found = |text| tokens(text).collect::<Vec<_>>();
        assert_eq!(found("don't v1.2_x"), [Word("don"), Word("t"), Word("v1"), Word("2"), Word("x")]);
        assert_eq!(found("c++, 東京タワーはhttp・3"), [Word("c"), Run("東京タワーは"), Word("http"), Word("3")]);
        assert_eq!(found("हिन्दी भाषा"), [Word("हिन्दी"), Word("भाषा")]);
        assert_eq!(found("ภาษาไทย 한국어"), [Run("ภาษาไทย"), Run("한국어")]);
        assert_eq!(found(" …—🙂 "), []);
    }

    #[test]
    fn forms_of_one_word_have_one_stem() {
        for forms in [
            &["машина", "машину", "машины", "машиной", "машинам", "машинами"][..],
            &["новый", "новая", "новые", "нового", "новыми"],
            &["كتاب", "الكتاب", "والكتاب", "بالكتاب"],
            &["مدرسة", "المدرسة", "مدرسه"],
        ] {
            let stems: Vec<_> = forms.iter().map(|form| light_stem(form)).collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{stems:?}");
        }
        for word in ["он", "дом", "port", "ال", "größe"] {
            assert_eq!(light_stem(word), word);
        }
    }
}
