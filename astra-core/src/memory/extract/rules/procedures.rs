//! How things are done: "to do X: 1. .. 2. ..", and what is always or never to be done.

use super::draft::Draft;
use super::found::Found;
use crate::memory::extract::ExtractedKind;
use crate::memory::extract::own_words::MASK;

/// Most steps of a procedure.
const STEPS: usize = 20;
const STEP_CHARS: usize = 300;
const TRIGGER_CHARS: usize = 120;
/// What is always or never so is no instruction.
const NO_INSTRUCTIONS: &[&str] = &[
    "mind", "again", "been", "had", "seen", "heard", "good", "nice", "great", "fun", "a", "an", "the", "there", "in",
    "on", "at", "knew", "thought", "happened", "ever", "once", "more", "less", "too", "a", "was", "is", "are", "were",
    "he", "she", "they", "it", "works", "worked", "thinking", "liked", "loved", "hated", "wanted", "wondered",
    "forget", "felt", "met", "remember",
];

/// A procedure and where it stands.
pub(super) struct Listed {
    pub(super) draft: Draft,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// "From now on X", "always X", "never X".
pub(super) fn standing(found: &Found<'_>) -> Option<Draft> {
    // "Never" in the second place was taken for a negation: here it begins the clause.
    let marked = ["from now on", "from today on", "in the future", "in future", "going forward", "from here on"];
    let (is_marked, rest) = match (found.after(&marked), found.after(&["always", "never", "do not ever"])) {
        (Some((_, rest)), _) => (true, rest),
        (None, Some((_, rest))) => (false, rest),
        (None, None) => return None,
    };
    let (mut rest, mut is_never) = (rest, found.begins(&["never", "do not ever"]));
    for _ in 0..3 {
        match rest.first().map(|word| word.lower.as_str()) {
            Some("please" | "always") => rest = &rest[1..],
            Some("never") => (rest, is_never) = (&rest[1..], true),
            Some("do" | "you")
                if rest.get(1).is_some_and(|word| ["not", "should", "must"].contains(&word.lower.as_str())) =>
            {
                is_never |= rest[1].lower == "not";
                rest = &rest[2..];
            }
            _ => break,
        }
    }
    is_never |= found.is_negated;
    let value = found.value(rest)?;
    let first = value.first();
    let is_past = first.len() > 4 && first.ends_with("ed");
    if (!is_marked && NO_INSTRUCTIONS.contains(&first))
        || is_past
        || (value.words.len() < 2 && !is_marked)
        || value.words.len() > 25
    {
        return None;
    }
    if is_marked && ["i", "we", "my", "it", "he", "she", "they"].contains(&first) {
        return None;
    }
    let (word, text) = (if is_never { "never" } else { "always" }, value.text);
    let content =
        format!("The user wants this {}: {text}.", if is_never { "never to be done" } else { "always to be done" });
    let draft = Draft::fact(&format!("rule: {text}"), word, content);
    Some(Draft { kind: ExtractedKind::Procedure, steps: vec![text.to_owned()], ..draft }.lasting(value.period))
}

/// "To X: 1. A 2. B", "Steps to X:" and lines of a list.
pub(super) fn listed(text: &str) -> Vec<Listed> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(place) = text[from..].find(':') {
        let colon = from + place;
        from = colon + 1;
        let start = text[..colon].rfind(['\n', '.', '!', '?']).map_or(0, |place| place + 1);
        let Some(trigger) = trigger(text[start..colon].trim()) else { continue };
        let (steps, end) = steps(text, colon + 1);
        if steps.len() < 2 || text[start..end].contains(MASK) {
            continue;
        }
        let content = format!(
            "To {trigger}: {}.",
            steps
                .iter()
                .enumerate()
                .map(|(place, step)| format!("{}. {step}", place + 1))
                .collect::<Vec<_>>()
                .join("; ")
        );
        let draft = Draft::fact(&format!("procedure: {trigger}"), &trigger, content);
        found.push(Listed { draft: Draft { kind: ExtractedKind::Procedure, steps, ..draft }, start, end });
        from = end;
    }
    found
}

/// What a heading is the procedure of.
fn trigger(heading: &str) -> Option<String> {
    let lower = heading.to_lowercase();
    let begins = [
        "remember how to ",
        "remember: to ",
        "this is how to ",
        "here is how to ",
        "here's how to ",
        "this is how we ",
        "here is how we ",
        "here's how we ",
        "the steps to ",
        "steps to ",
        "how to ",
        "how we ",
        "in order to ",
        "to ",
        "our process to ",
        "the way to ",
        "when you ",
        "when we ",
    ];
    let begin = begins.iter().find(|begin| lower.starts_with(*begin))?;
    let rest = heading.get(begin.len()..)?.trim_end_matches([',', ' ']);
    let is_good = !rest.is_empty() && rest.chars().count() <= TRIGGER_CHARS && !rest.contains(MASK);
    is_good.then(|| rest.trim_end_matches(" do this").to_owned())
}

/// The numbered or bulleted steps from `from` on, and where they end.
fn steps(text: &str, from: usize) -> (Vec<String>, usize) {
    let (mut found, mut end) = (Vec::new(), from);
    let rest = &text[from..];
    let mut places = Vec::new();
    let mut at = 0;
    for number in 1..=STEPS {
        let marks = [format!("{number}. "), format!("{number}) ")];
        let is_at = |place: usize| rest[..place].chars().next_back().is_none_or(char::is_whitespace);
        let next = marks
            .iter()
            .filter_map(|mark| {
                rest[at..]
                    .match_indices(mark.as_str())
                    .map(|(place, _)| at + place)
                    .find(|place| is_at(*place))
                    .map(|place| (place, mark.len()))
            })
            .min();
        let Some((place, length)) = next else { break };
        if number == 1 && rest[..place].trim().len() > 2 {
            break;
        }
        places.push((place, place + length));
        at = place + length;
    }
    for (number, (_, start)) in places.iter().enumerate() {
        let stop = places.get(number + 1).map_or(rest.len(), |(next, _)| *next);
        let stop = rest[*start..stop].find('\n').map_or(stop, |place| start + place);
        let step = rest[*start..stop].trim().trim_end_matches(['.', ',', ';']);
        let is_good = !step.is_empty() && step.chars().count() <= STEP_CHARS;
        if !is_good {
            return (Vec::new(), from);
        }
        found.push(step.to_owned());
        end = from + stop;
    }
    if !found.is_empty() {
        return (found, end);
    }
    let mut place = from;
    for line in rest.split_inclusive('\n') {
        let trimmed = line.trim();
        let step = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* "));
        match step {
            Some(step) if found.len() < STEPS && step.chars().count() <= STEP_CHARS => {
                found.push(step.trim_end_matches(['.', ',', ';']).to_owned());
                end = place + line.trim_end().len();
            }
            None if trimmed.is_empty() && found.is_empty() => {}
            _ => break,
        }
        place += line.len();
    }
    (found, end)
}
