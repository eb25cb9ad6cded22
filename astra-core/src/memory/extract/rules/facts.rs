//! What people say of themselves: names, homes, work, traits.

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
