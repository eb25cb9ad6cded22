//! Stems of English words by Porter's algorithm (M. F. Porter, "An algorithm for suffix stripping", Program 14, 1980), with the
//! two departures of its author's own program: `-bli` for `-abli`, and `-logi`.

/// Takes the suffixes off a word of lower-case ASCII letters. A word with any other byte, or of two letters or fewer, stays.
pub(super) fn stem(word: &mut Vec<u8>) {
    if word.len() <= 2 || !word.iter().all(u8::is_ascii_lowercase) {
        return;
    }
    plural(word);
    past(word);
    if ends(word, b"y") && has_vowel(word, word.len() - 1) {
        replace(word, 1, b"i");
    }
    first_match(word, &DOUBLE_SUFFIXES);
    first_match(word, &ICATE_SUFFIXES);
    single_suffix(word);
    last_letters(word);
}

/// Step 2: of two suffixes the first stays.
const DOUBLE_SUFFIXES: [(&[u8], &[u8]); 21] = [
    (b"ational", b"ate"),
    (b"tional", b"tion"),
    (b"enci", b"ence"),
    (b"anci", b"ance"),
    (b"izer", b"ize"),
    (b"bli", b"ble"),
    (b"alli", b"al"),
    (b"entli", b"ent"),
    (b"eli", b"e"),
    (b"ousli", b"ous"),
    (b"ization", b"ize"),
    (b"ation", b"ate"),
    (b"ator", b"ate"),
    (b"alism", b"al"),
    (b"iveness", b"ive"),
    (b"fulness", b"ful"),
    (b"ousness", b"ous"),
    (b"aliti", b"al"),
    (b"iviti", b"ive"),
    (b"biliti", b"ble"),
    (b"logi", b"log"),
];

/// Step 3.
const ICATE_SUFFIXES: [(&[u8], &[u8]); 7] = [
    (b"icate", b"ic"),
    (b"ative", b""),
    (b"alize", b"al"),
    (b"iciti", b"ic"),
    (b"ical", b"ic"),
    (b"ful", b""),
    (b"ness", b""),
];

/// Step 4; a longer suffix stands before one that it ends with.
const SINGLE_SUFFIXES: [&[u8]; 19] = [
    b"al", b"ance", b"ence", b"er", b"ic", b"able", b"ible", b"ant", b"ement", b"ment", b"ent", b"ion", b"ou", b"ism",
    b"ate", b"iti", b"ous", b"ive", b"ize",
];

/// Step 1a: `-sses`, `-ies`, `-s`.
fn plural(word: &mut Vec<u8>) {
    if ends(word, b"sses") || ends(word, b"ies") {
        replace(word, 2, b"");
    } else if ends(word, b"s") && !ends(word, b"ss") {
        replace(word, 1, b"");
    }
}

/// Step 1b: `-eed`, `-ed`, `-ing`.
fn past(word: &mut Vec<u8>) {
    if ends(word, b"eed") {
        if measure(word, word.len() - 3) > 0 {
            replace(word, 1, b"");
        }
        return;
    }
    let suffix = if ends(word, b"ed") {
        2
    } else if ends(word, b"ing") {
        3
    } else {
        return;
    };
    if !has_vowel(word, word.len() - suffix) {
        return;
    }
    replace(word, suffix, b"");
    let is_double = word.len() >= 2 && word[word.len() - 1] == word[word.len() - 2];
    if ends(word, b"at") || ends(word, b"bl") || ends(word, b"iz") {
        word.push(b'e');
    } else if is_double && is_consonant(word, word.len() - 1) {
        if !matches!(word.last(), Some(b'l' | b's' | b'z')) {
            word.pop();
        }
    } else if measure(word, word.len()) == 1 && is_short(word, word.len()) {
        word.push(b'e');
    }
}

/// The first suffix of the table that the word ends with is replaced, where what is before it has a measure above 0.
fn first_match(word: &mut Vec<u8>, table: &[(&[u8], &[u8])]) {
    if let Some((suffix, other)) = table.iter().find(|(suffix, _)| ends(word, suffix))
        && measure(word, word.len() - suffix.len()) > 0
    {
        replace(word, suffix.len(), other);
    }
}

fn single_suffix(word: &mut Vec<u8>) {
    let Some(suffix) = SINGLE_SUFFIXES.iter().find(|suffix| ends(word, suffix)) else { return };
    let before = word.len() - suffix.len();
    let is_ion = *suffix == b"ion" && !matches!(word[..before].last(), Some(b's' | b't'));
    if measure(word, before) > 1 && !is_ion {
        word.truncate(before);
    }
}

/// Step 5: a last `e`, and one of two last `l`.
fn last_letters(word: &mut Vec<u8>) {
    if ends(word, b"e") {
        let before = word.len() - 1;
        let count = measure(word, before);
        if count > 1 || count == 1 && !is_short(word, before) {
            word.pop();
        }
    }
    if ends(word, b"ll") && measure(word, word.len()) > 1 {
        word.pop();
    }
}

fn ends(word: &[u8], suffix: &[u8]) -> bool {
    word.ends_with(suffix)
}

fn replace(word: &mut Vec<u8>, suffix: usize, other: &[u8]) {
    word.truncate(word.len() - suffix);
    word.extend_from_slice(other);
}

fn is_consonant(word: &[u8], at: usize) -> bool {
    match word[at] {
        b'a' | b'e' | b'i' | b'o' | b'u' => false,
        b'y' => at == 0 || !is_consonant(word, at - 1),
        _ => true,
    }
}

fn has_vowel(word: &[u8], end: usize) -> bool {
    (0..end).any(|at| !is_consonant(word, at))
}

/// How many times a vowel is followed by a consonant before `end`.
fn measure(word: &[u8], end: usize) -> usize {
    (1..end).filter(|&at| is_consonant(word, at) && !is_consonant(word, at - 1)).count()
}

/// Whether what is before `end` ends with consonant, vowel, consonant, the last of them no `w`, `x` or `y`.
fn is_short(word: &[u8], end: usize) -> bool {
    end >= 3
        && is_consonant(word, end - 3)
        && !is_consonant(word, end - 2)
        && is_consonant(word, end - 1)
        && !matches!(word[end - 1], b'w' | b'x' | b'y')
}

#[cfg(test)]
mod tests {
    use super::stem;

    /// The author's vocabulary with the stems that his program makes of it, as words and stems of one line each.
    const PUBLISHED: &str = include_str!("../../../../tests/golden/memory/porter.txt");

    #[test]
    fn stems_are_those_of_the_published_vocabulary() {
        let mut count = 0;
        for line in PUBLISHED.lines() {
            let (word, expected) = line.split_once(' ').expect("two words");
            let mut stemmed = word.as_bytes().to_vec();
            stem(&mut stemmed);
            assert_eq!(String::from_utf8_lossy(&stemmed), expected, "{word}");
            count += 1;
        }
        assert_eq!(count, 23_531);
    }

    #[test]
    fn words_of_other_scripts_and_numbers_stay() {
        for word in ["größe", "машины", "8080s", "as", ""] {
            let mut stemmed = word.as_bytes().to_vec();
            stem(&mut stemmed);
            assert_eq!(stemmed, word.as_bytes());
        }
    }
}
