//! What people say of what is theirs: "I have a dog named X", "my X is Y", "X is my Y".

use super::draft::Draft;
use super::found::{Found, Value};

const BELONGINGS: &[&str] = &[
    "dog",
    "dogs",
    "cat",
    "cats",
    "rabbit",
    "horse",
    "parrot",
    "hamster",
    "son",
    "sons",
    "daughter",
    "daughters",
    "child",
    "children",
    "kid",
    "kids",
    "twins",
    "brother",
    "brothers",
    "sister",
    "sisters",
    "wife",
    "husband",
    "partner",
    "car",
    "bike",
    "motorbike",
    "boat",
    "garden",
    "allotment",
    "piano",
    "guitar",
    "company",
];
/// Whose state today is no fact of tomorrow.
const PASSING_NOUNS: &[&str] = &[
    "question",
    "questions",
    "problem",
    "issue",
    "point",
    "guess",
    "bad",
    "fault",
    "understanding",
    "idea",
    "opinion",
    "concern",
    "apologies",
    "request",
    "code",
    "error",
    "app",
    "program",
    "test",
    "tests",
    "build",
    "script",
    "screen",
    "computer",
    "laptop",
    "internet",
    "wifi",
    "connection",
    "server",
    "query",
    "function",
    "output",
    "input",
    "file",
    "assumption",
    "hope",
    "feeling",
    "impression",
    "task",
    "mistake",
    "head",
    "answer",
    "day",
    "mood",
    "message",
    "prompt",
    "phone",
    "browser",
    "page",
    "plan",
    "approach",
    "strategy",
];
const PASSING_STATES: &[&str] = &[
    "broken",
    "down",
    "slow",
    "failing",
    "stuck",
    "wrong",
    "fine",
    "good",
    "bad",
    "great",
    "nice",
    "ok",
    "okay",
    "tired",
    "boring",
    "hard",
    "easy",
    "difficult",
    "important",
    "clear",
    "empty",
    "full",
    "ready",
    "done",
    "late",
    "busy",
    "here",
    "gone",
    "sick",
    "ill",
    "happy",
    "sad",
    "angry",
    "hungry",
    "better",
    "worse",
    "cute",
    "crazy",
    "annoying",
    "amazing",
    "awesome",
    "killing",
    "driving",
    "getting",
    "being",
    "having",
    "going",
];

/// "I have a dog named X".
pub(super) fn belonging(found: &Found<'_>) -> Option<Draft> {
    let (_, rest) = found.after(&[
        "i|we have a|an|one|two|three|four",
        "i|we own a|an",
        "i|we got a|an|two",
        "i|we adopted a|an|two",
        "i|we have",
    ])?;
    let value = found.named(rest)?;
    let place = value.words.iter().take(3).position(|word| BELONGINGS.contains(&word.lower.as_str()))?;
    if found.is_negated && !found.is_over {
        return None;
    }
    let thing = &value.words[place].lower;
    let start = found.words.get(1).map_or(value.words[0].start, |word| word.start);
    let said = &found.text[value.words[0].start..value.words[value.words.len() - 1].end];
    let whole = &found.text[start..value.words[value.words.len() - 1].end];
    Some(if found.is_negated {
        Draft::fact(&format!("has: {thing}"), "no", format!("The user no longer has {said}."))
    } else {
        let counted = whole.split_once(' ').map_or(said, |(_, counted)| counted);
        Draft::fact(&format!("has: {thing}"), counted, format!("The user has {counted}."))
    })
}

/// "my X is Y", "our X is Y".
pub(super) fn my_is(found: &Found<'_>) -> Option<Draft> {
    let owner = found.words.first().filter(|word| ["my", "our"].contains(&word.lower.as_str()))?.lower.as_str();
    let verb = found
        .words
        .iter()
        .take(8)
        .position(|word| ["is", "are"].contains(&word.lower.as_str()))
        .filter(|verb| *verb >= 2)?;
    let changed = found.words[..verb]
        .iter()
        .position(|word| ["has", "that", "i", "which", "who", "you", "will", "and"].contains(&word.lower.as_str()));
    let skipped = usize::from(["new", "current"].contains(&found.words[1].lower.as_str()) && verb > 2);
    let noun = &found.words[1 + skipped..verb];
    let is_called = found.words.get(verb + 1).is_some_and(|word| ["called", "named"].contains(&word.lower.as_str()));
    let is_passing_noun = !is_called && noun.last().is_some_and(|word| PASSING_NOUNS.contains(&word.lower.as_str()));
    if changed.is_some() || is_passing_noun {
        return None;
    }
    let mut rest = &found.words[verb + 1..];
    let lower = |place: usize| rest.get(place).map(|word| word.lower.as_str()).unwrap_or_default();
    let (skip, mut is_negated) = match (lower(0), lower(1)) {
        ("no", "longer") => (2, true),
        ("not", _) => (1, true),
        ("now" | "called" | "named" | "actually" | "really", _) => (1, false),
        _ => (0, false),
    };
    is_negated |= found.is_negated;
    rest = &rest[skip..];
    let value = found.value(rest)?;
    if value.is_vague() || is_passing(&value) {
        return None;
    }
    let named: Vec<&str> = noun.iter().map(|word| word.lower.as_str()).collect();
    let said = if is_negated { format!("not {}", value.text) } else { value.text.to_owned() };
    let subject = if owner == "my" { "user" } else { "team" };
    let is = &found.words[verb].lower;
    let noun = named.join(" ");
    let called = if is_called { " called" } else { "" };
    let content = format!("The {subject}'s {noun} {is}{called} {said}.");
    // What something is and what it is called are two facts.
    let attribute = if is_called { format!("{noun} name") } else { noun.replace("'s name", " name") };
    Some(Draft { subject: subject.to_owned(), ..Draft::fact(&attribute, &said, content).lasting(value.period) })
}

fn is_passing(value: &Value<'_>) -> bool {
    let first = value
        .words
        .iter()
        .find(|word| !["too", "so", "very", "really", "quite", "pretty", "a", "an"].contains(&word.lower.as_str()));
    let is_state = first.is_some_and(|word| PASSING_STATES.contains(&word.lower.as_str()));
    let is_doing = first.is_some_and(|word| word.lower.ends_with("ing") && !word.is_capital && word.lower.len() > 5)
        && value.words.len() > 1;
    is_doing || (is_state && value.words.len() <= 4) || value.words.len() > 16
}

/// "X is my Y".
pub(super) fn is_my(found: &Found<'_>) -> Option<Draft> {
    let verb = found.words.iter().take(4).position(|word| word.lower == "is").filter(|verb| *verb >= 1)?;
    let (name, rest) = (&found.words[..verb], &found.words[verb + 1..]);
    let is_name = name.iter().all(|word| word.is_capital)
        && !["this", "that", "it", "he", "she", "there", "here", "what", "which", "i", "everything", "one"]
            .contains(&name[0].lower.as_str());
    let owner = rest.first().filter(|word| ["my", "our"].contains(&word.lower.as_str()))?.lower.as_str();
    let value = found.value(rest.get(1..)?)?;
    let skipped = usize::from(["new", "current"].contains(&value.first()) && value.words.len() > 1);
    let noun: Vec<&str> = value.words[skipped..].iter().map(|word| word.lower.as_str()).collect();
    if !is_name || noun.len() > 4 || noun.iter().any(|word| PASSING_NOUNS.contains(word)) || found.is_negated {
        return None;
    }
    let named = &found.text[name[0].start..name[name.len() - 1].end];
    let subject = if owner == "my" { "user" } else { "team" };
    let noun = noun.join(" ");
    let content = format!("The {subject}'s {noun} is {named}.");
    Some(Draft { subject: subject.to_owned(), ..Draft::fact(&noun, named, content).lasting(value.period) })
}
