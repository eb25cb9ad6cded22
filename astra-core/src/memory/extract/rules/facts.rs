//! What people say of themselves: names, homes, work, traits, and "my X is Y".

use super::draft::Draft;
use super::found::{Found, Value};

/// No places to live in.
const NO_HOMES: &[&str] =
    &["fear", "hope", "denial", "peace", "constant", "harmony", "luxury", "poverty", "past", "moment"];
const NO_EMPLOYERS: &[&str] = &[
    "night", "home", "weekends", "free", "fun", "myself", "hours", "years", "least", "day", "best", "all", "it",
    "days", "weeks", "months",
];
const NO_ROLES: &[&str] = &[
    "bit", "little", "fan", "lot", "big", "bad", "good", "great", "huge", "terrible", "firm", "slow", "fast", "quick",
    "beginner", "newcomer", "believer", "member", "user", "human", "person", "wreck", "mess", "morning", "night",
    "customer",
];
/// Work that does not end as most does.
const ROLES: &[&str] = &[
    "nurse",
    "chef",
    "cook",
    "lawyer",
    "architect",
    "student",
    "pilot",
    "parent",
    "mother",
    "father",
    "vet",
    "judge",
    "coach",
    "surgeon",
    "pharmacist",
    "intern",
];
const TRAITS: &[&str] = &[
    "vegetarian",
    "vegan",
    "pescatarian",
    "diabetic",
    "celiac",
    "coeliac",
    "married",
    "divorced",
    "single",
    "engaged",
    "widowed",
    "retired",
    "unemployed",
    "pregnant",
    "deaf",
    "blind",
    "colourblind",
    "colorblind",
    "colour-blind",
    "color-blind",
    "left-handed",
    "right-handed",
    "gluten-free",
    "lactose-intolerant",
    "dyslexic",
    "muslim",
    "jewish",
    "christian",
    "self-employed",
];
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

/// "call me X", "my name is X".
pub(super) fn name(found: &Found<'_>) -> Option<Draft> {
    let phrases = [
        "call me",
        "my name is",
        "my first name is",
        "i go by",
        "i am called",
        "people call me",
        "everyone calls me",
        "you can call me",
    ];
    let (_, rest) = found.after(&phrases)?;
    let value = found.value(rest)?;
    let is_name = value.words.len() <= 4
        && value.words.first().is_some_and(|word| word.is_capital || value.words.len() == 1)
        && ![
            "when", "if", "back", "at", "on", "later", "maybe", "tomorrow", "crazy", "a", "an", "the", "stupid", "old",
            "not", "by", "names",
        ]
        .contains(&value.first());
    is_name
        .then(|| Draft::fact("name", value.text, format!("The user is called {}.", value.text)).lasting(value.period))
}

/// "I live in X", "I moved to X".
pub(super) fn home(found: &Found<'_>) -> Option<Draft> {
    let lives = [
        "i|we live in|at|near",
        "i|we am|are living in|at|near",
        "i|we reside in",
        "i|we have lived in|at|near",
        "i|we am|are based in",
        "my home is in",
    ];
    let moved = [
        "i|we moved to",
        "i|we have moved to",
        "i|we relocated to",
        "i|we have relocated to",
        "i|we moved back to",
        "i|we moved from",
        "i|we have moved from",
    ];
    let (_, rest) = found.after(&lives).or_else(|| found.after(&moved))?;
    // "from A to B"
    let from = rest.iter().position(|word| word.lower == "to").filter(|_| found.begins(&moved[5..]));
    let value = found.named(from.map_or(rest, |place| &rest[place + 1..]))?;
    let is_home = !value.words.iter().any(|word| NO_HOMES.contains(&word.lower.as_str())) && value.words.len() <= 10;
    is_home.then(|| {
        Draft::fact_or_not(
            found,
            "home",
            value.text,
            format!("The user lives in {}.", value.text),
            format!("The user does not live in {} any more.", value.text),
        )
        .lasting(value.period)
    })
}

/// "I work at X".
pub(super) fn employer(found: &Found<'_>) -> Option<Draft> {
    let phrases = [
        "i work at|for",
        "i am working at|for",
        "i am employed at|by",
        "i have started at",
        "i started working at|for",
        "i am with the company",
    ];
    let (_, rest) = found.after(&phrases)?;
    let value = found.named(rest)?;
    let is_employer =
        !value.words.iter().any(|word| NO_EMPLOYERS.contains(&word.lower.as_str())) && value.words.len() <= 8;
    is_employer.then(|| {
        Draft::fact_or_not(
            found,
            "employer",
            value.text,
            format!("The user works at {}.", value.text),
            format!("The user does not work at {} any more.", value.text),
        )
        .lasting(value.period)
    })
}

/// "I work as X", "I am a X".
pub(super) fn role(found: &Found<'_>) -> Option<Draft> {
    let (place, rest) =
        found.after(&["i work as a|an|the", "i work as", "i am working as a|an", "i am a|an", "i became a|an"])?;
    let value = found.named(rest)?;
    let is_role = |value: &Value<'_>| {
        let last = value.last();
        let head = value
            .words
            .iter()
            .position(|word| ["at", "in", "for", "from", "by", "with"].contains(&word.lower.as_str()));
        let head = head.and_then(|place| value.words[..place].last()).map_or(last, |word| word.lower.as_str());
        ROLES.contains(&head)
            || ["er", "or", "ist", "ian", "ant", "eer"].iter().any(|ending| head.len() > 4 && head.ends_with(ending))
    };
    let is_good = !value.words.iter().any(|word| NO_ROLES.contains(&word.lower.as_str())) && value.words.len() <= 8;
    (is_good && !found.is_negated && (place < 3 || is_role(&value)))
        .then(|| Draft::fact("role", value.text, format!("The user works as {}.", value.text)).lasting(value.period))
}

/// "I am 34", "I was born on X".
pub(super) fn age(found: &Found<'_>) -> Option<Draft> {
    if let Some((_, rest)) = found.after(&["i was born on|in"]) {
        let value = found.named(rest)?;
        return value
            .has_name()
            .then(|| Draft::fact("born", value.text, format!("The user was born in {}.", value.text)));
    }
    let (_, rest) = found.after(&["i am", "i turned"])?;
    let value = found.value(rest)?;
    let years: u32 = value.first().parse().ok()?;
    let is_age = (5..=120).contains(&years)
        && (value.words.len() == 1 || value.words.get(1).is_some_and(|word| word.lower.starts_with("year")));
    is_age.then(|| Draft::fact("age", value.first(), format!("The user is {years} years old.")))
}

/// "I am allergic to X", "I have a X allergy".
pub(super) fn allergy(found: &Found<'_>) -> Option<Draft> {
    let thing = match found.after(&["i am allergic to", "i have an allergy to", "i have allergies to"]) {
        Some((_, rest)) => found.named(rest)?.text.to_owned(),
        None => {
            let (_, rest) = found.after(&["i have a|an", "i have"])?;
            let value = found.named(rest)?;
            let kind = value.text.strip_suffix(" allergy").or_else(|| value.text.strip_suffix(" intolerance"))?;
            kind.to_owned()
        }
    };
    let (value, is) = if found.is_negated { ("no", "is not") } else { ("yes", "is") };
    Some(Draft::fact(&format!("allergy: {thing}"), value, format!("The user {is} allergic to {thing}.")))
}

/// "I am vegetarian", "I became a vegan", "I am no longer married".
pub(super) fn trait_of(found: &Found<'_>) -> Option<Draft> {
    let (_, rest) = found.after(&[
        "i am a|an",
        "i am",
        "i became a|an",
        "i became",
        "i have become",
        "i turned",
        "i went",
        "i got",
    ])?;
    let value = found.value(rest)?;
    let quality = value.first();
    let is_short = value.words.len() <= 2
        || value.words.get(1).is_some_and(|word| ["and", "to", "with", "for"].contains(&word.lower.as_str()));
    if !TRAITS.contains(&quality) || !is_short {
        return None;
    }
    if ["married", "divorced", "single", "engaged", "widowed"].contains(&quality) {
        let said = if found.is_negated { format!("not {quality}") } else { quality.to_owned() };
        let content = format!("The user is {said}.");
        return Some(Draft::fact("marital status", &said, content));
    }
    let (said, is) = if found.is_negated { ("no", "is not") } else { ("yes", "is") };
    Some(Draft::fact(&format!("trait: {quality}"), said, format!("The user {is} {quality}.")).lasting(value.period))
}

/// "I am in X until Friday".
pub(super) fn place(found: &Found<'_>) -> Option<Draft> {
    let (_, rest) = found.after(&[
        "i am in",
        "i am visiting",
        "i am staying in|at",
        "i am travelling in|to",
        "i am traveling in|to",
        "i am on holiday in",
        "i am on vacation in",
    ])?;
    let value = found.named(rest)?;
    let is_place =
        value.words.iter().all(|word| word.is_capital || ["and", "of", "the", "de"].contains(&word.lower.as_str()))
            && !found.is_negated;
    is_place.then(|| {
        Draft::fact("present place", value.text, format!("The user is in {}.", value.text)).lasting(value.period)
    })
}

/// "I am from X", "I study X".
pub(super) fn background(found: &Found<'_>) -> Option<Draft> {
    if let Some((_, rest)) = found.after(&["i am from", "i am originally from", "i come from", "i grew up in"]) {
        let value = found.named(rest)?;
        let is_good = !found.is_negated && value.words.len() <= 5 && value.has_name();
        return is_good.then(|| Draft::fact("origin", value.text, format!("The user is from {}.", value.text)));
    }
    let (_, rest) = found.after(&["i study", "i graduated from|in", "i majored in"])?;
    let value = found.named(rest)?;
    let (attribute, verb) =
        if found.begins(&["i study"]) { ("studies", "studies") } else { ("education", "graduated from") };
    (!found.is_negated && value.words.len() <= 8)
        .then(|| Draft::fact(attribute, value.text, format!("The user {verb} {}.", value.text)))
}

/// "I speak X".
pub(super) fn language(found: &Found<'_>) -> Option<Draft> {
    let (_, rest) = found.after(&["i speak", "i am fluent in"])?;
    let value = found.named(rest)?;
    let is_language = value.words.first().is_some_and(|word| word.is_capital);
    is_language.then(|| {
        let (said, does) = if found.is_negated { ("no", "does not speak") } else { ("yes", "speaks") };
        Draft::fact(&format!("speaks: {}", value.text), said, format!("The user {does} {}.", value.text))
    })
}

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
    let content = format!("The {subject}'s {} {is} {said}.", named.join(" "));
    Some(Draft { subject: subject.to_owned(), ..Draft::fact(&named.join(" "), &said, content).lasting(value.period) })
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
