//! What people like, prefer, use and do by habit.

use super::draft::Draft;
use super::found::Found;

/// What is liked to be said is no taste.
const NO_TASTES: &[&str] = &[
    "say",
    "ask",
    "bother",
    "tell",
    "admit",
    "the",
    "way",
    "idea",
    "seeing",
    "hearing",
    "think",
    "know",
    "see",
    "hear",
    "when",
    "being",
    "interrupt",
];

/// "I prefer X", "I prefer X to Y".
pub(super) fn prefer(found: &Found<'_>) -> Option<Draft> {
    let (_, rest) = found.after(&["i|we prefer", "i would rather have", "my preference is"])?;
    let value = found.named(rest).or_else(|| found.value(rest).filter(|value| value.first() == "to"))?;
    if found.is_negated || value.words.len() > 12 {
        return None;
    }
    let border =
        value.words.iter().position(|word| ["over", "to"].contains(&word.lower.as_str())).filter(|place| *place > 0);
    let border =
        border.or_else(|| value.words.windows(2).position(|pair| pair[0].lower == "rather" && pair[1].lower == "than"));
    let text = value.text;
    let content = format!("The user prefers {text}.");
    let draft = if let Some(place) = border.filter(|place| place + 1 < value.words.len()) {
        let other = if value.words[place].lower == "rather" { place + 2 } else { place + 1 };
        let join = |words: &[crate::memory::extract::clauses::Word]| {
            words.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" ")
        };
        let (one, two) = (join(&value.words[..place]), join(value.words.get(other..)?));
        let pair = if one < two { format!("{one} or {two}") } else { format!("{two} or {one}") };
        Draft::preference(&format!("preference: {pair}"), &one, content)
    } else {
        // "dark mode" and "light mode" are two of a kind.
        let kind = if value.words.len() == 2 { value.last() } else { text };
        Draft::preference(&format!("preference: {kind}"), text, content)
    };
    Some(draft.lasting(value.period))
}

/// "I like X", "I hate X", "I do not like X", "I can't stand X".
pub(super) fn taste(found: &Found<'_>) -> Option<Draft> {
    let likes = ["i like|love|enjoy|adore", "i am a|an big|huge fan of", "i am a fan of", "i am fond of", "i am into"];
    let dislikes = ["i hate|dislike|detest|loathe|despise", "i can stand", "i am sick of"];
    let (is_liked, rest) = match (found.after(&likes), found.after(&dislikes)) {
        (Some((_, rest)), _) => (!found.is_negated, rest),
        (None, Some((1, rest))) => {
            if found.is_negated {
                (false, rest)
            } else {
                return None;
            }
        }
        (None, Some((_, rest))) => (found.is_negated, rest),
        (None, None) => return None,
    };
    let value = found.named(rest)?;
    let is_good =
        value.words.len() <= 8 && !value.words.iter().take(2).any(|word| NO_TASTES.contains(&word.lower.as_str()));
    is_good.then(|| {
        let (said, does) = if is_liked { ("likes", "likes") } else { ("dislikes", "does not like") };
        Draft::preference(&format!("taste: {}", value.text), said, format!("The user {does} {}.", value.text))
            .lasting(value.period)
    })
}

/// "I use X", "I stopped using X", "I switched from Y to X".
pub(super) fn tool(found: &Found<'_>) -> Option<Draft> {
    let phrases = [
        "i use",
        "i am using",
        "i switched to",
        "i have switched to",
        "i stopped using",
        "i quit using",
        "i switched from",
        "i moved from",
    ];
    let (place, rest) = found.after(&phrases)?;
    let to = rest.iter().position(|word| word.lower == "to").filter(|_| place >= 6);
    let value = found.named(to.map_or(rest, |place| &rest[place + 1..]))?;
    let is_tool = value.has_name() && value.words.len() <= 8 && (place < 6 || to.is_some());
    let is_used = !found.is_negated && !(4..6).contains(&place);
    let end = value
        .words
        .iter()
        .position(|word| ["for", "at", "on", "as", "in", "to", "with"].contains(&word.lower.as_str()))
        .filter(|place| *place > 0);
    let thing = end.map_or(value.text, |end| &found.text[value.words[0].start..value.words[end - 1].end]);
    is_tool.then(|| {
        let (said, does) = if is_used { ("yes", "uses") } else { ("no", "does not use") };
        Draft::fact(&format!("uses: {thing}"), said, format!("The user {does} {}.", value.text)).lasting(value.period)
    })
}

/// "I do not eat meat", "I quit smoking", "I run every morning".
pub(super) fn habit(found: &Found<'_>) -> Option<Draft> {
    if let Some((_, rest)) =
        found.after(&["i stopped", "i quit", "i gave up", "i have stopped", "i have quit", "i have given up"])
    {
        let value = found.named(rest)?;
        let is_habit = value.first().ends_with("ing") && value.words.len() <= 5;
        return is_habit.then(|| {
            Draft::fact(&format!("habit: {}", value.text), "no", format!("The user has stopped {}.", value.text))
        });
    }
    let (_, rest) = found.after(&["i eat|drink|smoke|drive|play|practise|practice|collect"])?;
    let start = found.words.iter().position(|word| {
        word.start < rest.first().map_or(0, |first| first.start)
            && ["eat", "drink", "smoke", "drive", "play", "practise", "practice", "collect"]
                .contains(&word.lower.as_str())
    })?;
    let value = found.named(rest)?;
    let verb = found.words[start].lower.as_str();
    (value.words.len() <= 6).then(|| {
        let (said, does) =
            if found.is_negated { ("no", format!("does not {verb}")) } else { ("yes", format!("{verb}s")) };
        Draft::fact(&format!("habit: {verb} {}", value.text), said, format!("The user {does} {}.", value.text))
            .lasting(value.period)
    })
}
