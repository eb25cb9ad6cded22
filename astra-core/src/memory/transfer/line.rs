//! The lines of an export, written and read. A text with one wrong line is refused whole, with the number of the line.

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use super::foreign;
use super::imported::{Faulty, Imported};
use crate::clock::rfc3339;
use crate::content::is_too_large;
use crate::store::{MemoryTier, StoredMemory, relations_fault};

/// What the first line names.
const FORMAT: &str = "astra.memory";
/// The version that is written, and the only one that is read.
const VERSION: u32 = 1;
/// Most characters of a memory.
const CONTENT_CHARS_MAX: usize = 8_192;
/// Most characters of a slot.
const SLOT_CHARS_MAX: usize = 256;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    end: bool,
}

/// The first line of an export.
pub(super) fn head() -> serde_json::Result<String> {
    serde_json::to_string(&Head { format: FORMAT.to_owned(), version: VERSION })
}

/// The last line of an export.
pub(super) fn end() -> serde_json::Result<String> {
    serde_json::to_string(&End { end: true })
}

/// The line of a memory. It does not say whose the memory is, nor the words that it was made of.
pub(super) fn written(memory: &StoredMemory) -> serde_json::Result<String> {
    serde_json::to_string(&Imported {
        id: Some(memory.id),
        tier: memory.tier,
        category: memory.category,
        slot: memory.slot.clone(),
        content: memory.content.clone(),
        data: memory.data.clone(),
        trust: memory.trust,
        confidence: memory.confidence,
        agent_id: memory.agent_id.clone(),
        valid_from: Some(rfc3339(memory.valid_from_ms)),
        valid_to: memory.valid_to_ms.map(rfc3339),
        expires_at: memory.expires_at_ms.map(rfc3339),
    })
}

/// The memories of a text: of an export of Astra, or of Letta or mem0.
///
/// # Errors
/// The first line that is wrong; the last one of a text that was cut.
pub fn read(text: &str) -> Result<Vec<Imported>, Faulty> {
    let first = text.lines().next().unwrap_or_default();
    let head: Head = match serde_json::from_str(first) {
        Ok(head) => head,
        Err(_) => return foreign::read(text).and_then(checked),
    };
    if head.format != FORMAT || head.version != VERSION {
        let found = format!("{} {}", crate::text::shorten(&head.format), head.version);
        return Err(Faulty::new(1, format!("is of the format {found}; only {FORMAT} {VERSION} is read")));
    }
    let (mut memories, mut has_ended, mut last) = (Vec::new(), false, 1);
    for (number, line) in (1..).zip(text.lines()).skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        last = number;
        if has_ended {
            return Err(Faulty::new(number, "comes after the end"));
        }
        if serde_json::from_str::<End>(line).is_ok_and(|end| end.end) {
            has_ended = true;
            continue;
        }
        let memory = serde_json::from_str(line).map_err(|fault| Faulty::new(number, fault.to_string()))?;
        memories.push(check(memory, number)?);
    }
    if has_ended {
        Ok(memories)
    } else {
        Err(Faulty::new(last, "is the last one, and the end is missing: the text was cut"))
    }
}

fn checked(memories: Vec<Imported>) -> Result<Vec<Imported>, Faulty> {
    memories.into_iter().map(|memory| check(memory, 1)).collect()
}

/// Refuses what no memory may be.
fn check(memory: Imported, line: usize) -> Result<Imported, Faulty> {
    let refuse = |fault: &str| Err(Faulty::new(line, fault));
    let chars = memory.content.chars().count();
    if !(1..=CONTENT_CHARS_MAX).contains(&chars) {
        return refuse("has a content of 0 or of more than 8,192 characters");
    }
    let texts = [Some(&memory.content), memory.slot.as_ref(), memory.agent_id.as_ref()];
    if texts.into_iter().flatten().any(|text| text.contains('\0')) {
        return refuse("has a NUL (U+0000)");
    }
    if memory.slot.as_ref().is_some_and(|slot| slot.is_empty() || slot.chars().count() > SLOT_CHARS_MAX) {
        return refuse("has a slot of 0 or of more than 256 characters");
    }
    if memory.tier == MemoryTier::Session {
        return refuse("is of the tier session: its messages are those of sessions");
    }
    if memory.category.is_some() && memory.tier != MemoryTier::Daily {
        return refuse("has a category, which is for the tier daily alone");
    }
    if is_too_large(&memory.data) || serde_json::to_string(&memory.data).is_ok_and(|data| data.contains("\\u0000")) {
        return refuse("has data of more than 16 KiB as JSON, or with a NUL in it");
    }
    if ![memory.trust, memory.confidence].iter().all(|share| (0.0..=1.0).contains(share)) {
        return refuse("has a trust or a confidence that does not lie between 0 and 1");
    }
    let times = [&memory.valid_from, &memory.valid_to, &memory.expires_at];
    if times.into_iter().flatten().any(|time| instant(time).is_none()) {
        return refuse("has a time that is none such as 2026-11-23T21:07:00Z");
    }
    if memory.tier == MemoryTier::Graph
        && let Some((place, fault)) = relations_fault(&memory.data)
    {
        return refuse(&format!("{fault}: /data{place}"));
    }
    Ok(memory)
}

/// A time in milliseconds since the epoch.
pub(super) fn instant(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn text(lines: &[Value]) -> String {
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn head() -> Value {
        json!({"format": "astra.memory", "version": 1})
    }

    #[test]
    fn what_is_cut_or_of_another_version_is_refused_with_its_line() {
        let memory = json!({"tier": "daily", "content": "Releases are made on Tuesdays."});
        let whole = text(&[head(), memory.clone(), memory.clone(), json!({"end": true})]);
        assert_eq!(read(&whole).map(|memories| memories.len()), Ok(2));
        let line = |text: &str| read(text).map(|memories| memories.len()).map_err(|fault| fault.line);
        assert_eq!(line(&text(&[head(), memory.clone(), memory.clone()])), Err(3));
        assert_eq!(line(&whole[..whole.len() - 40]), Err(3));
        assert_eq!(line(&whole[..60]), Err(2));
        assert_eq!(line(&text(&[json!({"format": "astra.memory", "version": 2}), json!({"end": true})])), Err(1));
        assert_eq!(line(&text(&[head(), json!({"end": true}), memory.clone()])), Err(3));
        assert_eq!(line(""), Err(1));
        for wrong in [
            json!({"tier": "daily"}),
            json!({"tier": "session", "content": "x"}),
            json!({"tier": "daily", "content": ""}),
            json!({"tier": "daily", "content": "a\u{0}b"}),
            json!({"tier": "daily", "content": "x".repeat(8_193)}),
            json!({"tier": "daily", "content": "x", "trust": 2}),
            json!({"tier": "daily", "content": "x", "valid_to": "soon"}),
            json!({"tier": "daily", "content": "x", "owner": "usr_1"}),
            json!({"tier": "profile", "content": "x", "category": "note"}),
            json!({"tier": "graph", "content": "x", "data": {"relations": 1}}),
        ] {
            assert_eq!(line(&text(&[head(), memory.clone(), wrong.clone(), json!({"end": true})])), Err(3), "{wrong}");
        }
    }
}
