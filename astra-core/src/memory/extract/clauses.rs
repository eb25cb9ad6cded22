//! Sentences and clauses of what an author says in words of his own, and their words in a form that patterns compare.

use super::own_words::MASK;

/// Beginnings of sentences that ask, or that say what is not so.
const ASKING: &[&str] = &[
    "what", "who", "whom", "whose", "where", "why", "how", "which", "are", "am", "is", "was", "were", "does", "did",
    "can", "could", "would", "should", "shall", "may", "might", "have", "has", "had", "do", "will",
];
const SUPPOSING: &[&str] = &[
    "if",
    "unless",
    "suppose",
    "supposing",
    "imagine",
    "pretend",
    "assume",
    "assuming",
    "whenever",
    "maybe",
    "perhaps",
    "hypothetically",
    "whether",
    "say",
];
/// What may stand before a clause without changing it.
const FILLERS: &[&str] = &[
    "so",
    "well",
    "also",
    "btw",
    "actually",
    "please",
    "hi",
    "hello",
    "ok",
    "okay",
    "and",
    "but",
    "oh",
    "fyi",
    "hey",
    "anyway",
    "yes",
    "yeah",
    "no",
    "sorry",
    "thanks",
    "basically",
    "honestly",
    "look",
    "listen",
    "just",
    "again",
    "sure",
    "great",
    "right",
    "then",
    "plus",
    "oops",
];
/// Words that change nothing of what a pattern means.
pub(super) const ADVERBS: &[&str] = &[
    "really",
    "actually",
    "currently",
    "also",
    "still",
    "just",
    "now",
    "mostly",
    "usually",
    "definitely",
    "absolutely",
    "already",
    "recently",
    "strongly",
    "very",
    "quite",
    "truly",
    "personally",
    "generally",
    "simply",
    "much",
    "so",
    "both",
    "all",
    "officially",
    "finally",
    "honestly",
    "today",
    "permanently",
    "severely",
];
/// Verbs after a name by which another statement begins: "and Ana works on Kestrel".
const VERBS: &[&str] = &[
    "works",
    "depends",
    "uses",
    "owns",
    "runs",
    "manages",
    "leads",
    "lives",
    "needs",
    "maintains",
    "reports",
    "knows",
];
/// The short forms that patterns know in full.
const SHORT_FORMS: &[(&str, &[&str])] = &[
    ("i'm", &["i", "am"]),
    ("im", &["i", "am"]),
    ("i've", &["i", "have"]),
    ("i'd", &["i", "would"]),
    ("i'll", &["i", "will"]),
    ("don't", &["do", "not"]),
    ("dont", &["do", "not"]),
    ("doesn't", &["does", "not"]),
    ("didn't", &["did", "not"]),
    ("can't", &["can", "not"]),
    ("cannot", &["can", "not"]),
    ("isn't", &["is", "not"]),
    ("aren't", &["are", "not"]),
    ("we're", &["we", "are"]),
    ("we've", &["we", "have"]),
    ("name's", &["name", "is"]),
    ("that's", &["that", "is"]),
    ("it's", &["it", "is"]),
    ("we'll", &["we", "will"]),
    ("won't", &["will", "not"]),
    ("haven't", &["have", "not"]),
    ("favorite", &["favourite"]),
];

/// A word of a clause, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// In lower case, without what stands around it.
    pub(super) lower: String,
    /// Its place in the text.
    pub(super) start: usize,
    /// The end of it.
    pub(super) end: usize,
    /// Whether it begins with a capital letter.
    pub(super) is_capital: bool,
    /// Whether a comma follows.
    pub(super) has_comma: bool,
}

/// What is said at once, between marks and conjunctions.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// Its words, without what may stand before.
    pub(super) words: Vec<Word>,
    /// Where its sentence begins.
    pub(super) start: usize,
    /// Where its sentence ends.
    pub(super) end: usize,
}

/// The clauses that state something: no questions, no suppositions, nothing that is masked.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    sentences(text)
        .into_iter()
        .flat_map(|(start, end, is_question)| of_sentence(text, start, end, is_question))
        .collect()
}

/// Places of sentences, and whether they end with a question mark.
pub(super) fn sentences(text: &str) -> Vec<(usize, usize, bool)> {
    let (mut found, mut start) = (Vec::new(), 0);
    let bytes = text.as_bytes();
    for (at, character) in text.char_indices() {
        let is_last = bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
        let ends = match character {
            '\n' | ';' => true,
            '!' | '?' => is_last,
            '.' => is_last && !is_abbreviation(text[start..at].split_whitespace().next_back().unwrap_or_default()),
            '。' | '！' | '？' => true,
            _ => false,
        };
        if ends {
            found.push((start, at, matches!(character, '?' | '？')));
            start = at + character.len_utf8();
        }
    }
    found.push((start, text.len(), false));
    found.retain(|(start, end, _)| !text[*start..*end].trim().is_empty());
    found
}

/// Whether a point after `word` does not end a sentence: titles, initials, numbers of lists.
fn is_abbreviation(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '"']);
    let is_short = word.chars().count() == 1 && word.chars().all(char::is_alphanumeric) && word != "I";
    let lower = word.to_ascii_lowercase();
    is_short
        || ["mr", "mrs", "ms", "dr", "st", "prof", "e.g", "i.e", "etc", "vs", "approx", "u.s", "u.k"]
            .contains(&lower.as_str())
}

fn of_sentence(text: &str, start: usize, end: usize, is_question: bool) -> Vec<Clause> {
    let words = words(text, start, end);
    let mut groups = split(&words);
    let is_tag = groups.last().is_some_and(|last| {
        last.len() <= 2
            && last.first().is_some_and(|word| {
                ["right", "correct", "ok", "okay", "yes", "no", "true"].contains(&word.lower.as_str())
            })
    });
    let first =
        groups.first().and_then(|group| bare(group).first()).map(|word| word.lower.as_str()).unwrap_or_default();
    let is_imperative = first == "do" && words.iter().any(|word| word.lower == "not");
    if (ASKING.contains(&first) && !is_imperative)
        || SUPPOSING.contains(&first)
        || (is_question && (is_tag || groups.len() < 2))
    {
        return Vec::new();
    }
    if is_question {
        groups.pop();
    }
    let is_whole = |group: &&[Word]| group.iter().all(|word| !text[word.start..word.end].contains(MASK));
    let clause = |group: &[Word]| Clause { words: bare(group).to_vec(), start, end };
    let states = |clause: &Clause| {
        let first = clause.words.first().map(|word| word.lower.as_str()).unwrap_or_default();
        !clause.words.is_empty() && !SUPPOSING.contains(&first)
    };
    groups.into_iter().filter(is_whole).map(clause).filter(states).collect()
}

/// A clause without what may stand before it.
fn bare(words: &[Word]) -> &[Word] {
    let mut from = 0;
    while from < words.len() {
        let rest: Vec<&str> = words[from..].iter().take(4).map(|word| word.lower.as_str()).collect();
        from += match rest.as_slice() {
            ["by", "the", "way", ..] | ["for", "the", "record", ..] | ["as", "you", "know", ..] => 3,
            ["just", "so", "you", "know", ..] => 4,
            ["for", "your", "information", ..] | ["in", "case", "it"] => 3,
            ["good", "morning" | "evening" | "afternoon", ..] | ["of", "course", ..] => 2,
            // "No longer" and "right" after a verb are no fillers.
            ["no", "longer", ..] | ["so", "that", ..] => break,
            [first, _, ..] if FILLERS.contains(first) => 1,
            _ => break,
        };
    }
    &words[from.min(words.len())..]
}

/// The clauses of a sentence: borders are before a conjunction and the person who says or asks something after it.
fn split(words: &[Word]) -> Vec<&[Word]> {
    let (mut found, mut start) = (Vec::new(), 0);
    for at in 1..words.len() {
        let lower = |place: usize| words.get(place).map(|word| word.lower.as_str()).unwrap_or_default();
        let is_subject = |word: &str| {
            [
                "i", "my", "we", "our", "please", "remember", "call", "can", "could", "what", "where", "how", "which",
                "who", "when", "why", "do", "should", "is", "are", "does", "will", "would", "right", "correct",
                "never", "always",
            ]
            .contains(&word)
        };
        let is_speaker = |word: &str| ["i", "my", "we", "our", "he", "she", "they", "you", "please"].contains(&word);
        let is_named = |word: Option<&Word>| word.is_some_and(|word| word.is_capital);
        let after_comma = words[at - 1].has_comma;
        let is_joint = ["and", "but", "so", "or", "while", "whereas", "yet"].contains(&lower(at));
        let is_border = (after_comma && is_subject(lower(at)))
            || (is_joint && (is_speaker(lower(at + 1)) || (after_comma && is_subject(lower(at + 1)))))
            || (after_comma && lower(at) == "and" && is_named(words.get(at + 1)) && VERBS.contains(&lower(at + 2)))
            || matches!(lower(at), "-" | "–" | "—" | "--");
        if is_border && at > start && !is_lead(&words[start..at]) {
            found.push(&words[start..at]);
            start = at;
        }
    }
    found.push(&words[start..]);
    found
}

/// Whether words only say of what follows for how long it is so.
fn is_lead(words: &[Word]) -> bool {
    let words: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    matches!(
        words.as_slice(),
        ["from", "now" | "today" | "here", "on"] | ["in", "future"] | ["in", "the", "future"] | ["going", "forward"]
    )
}

fn words(text: &str, start: usize, end: usize) -> Vec<Word> {
    let mut found = Vec::new();
    let sentence = &text[start..end];
    let mut at = 0;
    for piece in sentence.split_whitespace() {
        // Pieces come in their order.
        let from = sentence[at..].find(piece).map_or(at, |place| at + place);
        at = from + piece.len();
        let is_edge =
            |character: char| !character.is_alphanumeric() && !"+#%€$£@/_-–—".contains(character) && character != MASK;
        let trimmed = piece.trim_matches(is_edge);
        let (head, place) = if trimmed.is_empty() { (piece, 0) } else { (trimmed, piece.find(trimmed).unwrap_or(0)) };
        let (word_start, word_end) = (start + from + place, start + from + place + head.len());
        let is_bullet = found.is_empty() && matches!(head, "-" | "*" | "•" | "+");
        if is_bullet || (trimmed.is_empty() && !matches!(head, "-" | "–" | "—" | "--")) {
            continue;
        }
        let lower = head.to_lowercase().replace('’', "'");
        let has_comma = piece[place + head.len()..].contains([',', ')', '(']);
        let is_capital = head.chars().next().is_some_and(char::is_uppercase);
        let short: Option<&[&str]> = SHORT_FORMS.iter().find(|(form, _)| *form == lower).map(|(_, full)| *full);
        let full: Vec<String> =
            short.map_or_else(|| vec![lower], |full| full.iter().map(|word| (*word).to_owned()).collect());
        let count = full.len();
        found.extend(full.into_iter().enumerate().map(|(place, lower)| Word {
            lower,
            start: word_start,
            end: word_end,
            is_capital,
            has_comma: has_comma && place + 1 == count,
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let join = |clause: &Clause| clause.words.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" ");
        clauses(text).iter().map(join).collect()
    }

    #[test]
    fn statements_are_found_and_questions_are_not() {
        assert_eq!(said("Hi, I live in Berlin and I'm vegan."), ["hi", "i live in berlin", "i am vegan"]);
        assert_eq!(said("I live in Berlin, what should I wear?"), ["i live in berlin"]);
        assert_eq!(said("I live in Berlin, right?"), [""; 0]);
        assert_eq!(said("Do I live in Berlin? If I lived in Rome, I would know. Where do I live"), [""; 0]);
        assert_eq!(said("Do not use tabs."), ["do not use tabs"]);
        assert_eq!(
            said("Kestrel depends on Osprey, and Ana works on Kestrel."),
            ["kestrel depends on osprey", "ana works on kestrel"]
        );
        assert_eq!(said("We met Ana, and Bo from Oslo."), ["we met ana and bo from oslo"]);
        assert_eq!(said("Ask Dr. Smith. He knows"), ["ask dr smith", "he knows"]);
    }
}
