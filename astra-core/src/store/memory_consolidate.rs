//! What memory is made smaller by: the same memory twice becomes one, and old daily notes become one summary for each week and
//! owner. What was joined is deleted as a version, with the reason `merged`. Done again, it changes nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Utc};
use serde_json::{Map, Value as Json, json};

use super::db::Db;
use super::error::Result;
use super::memories::{self, Memories, StoredMemory};
use super::memory_changes::remove;
use super::memory_decay::edge_weight;
use super::memory_heads;
use super::memory_index::{self, IndexEntry};
use super::memory_keep::touch;
use super::memory_kinds::{MemoryCategory, MemoryReason, MemorySource};
use super::memory_retention::GATEWAY;
use super::memory_tier::MemoryTier;
use super::memory_versions::{self, Author};
use super::tx::Tx;
use super::workspace::WorkspaceId;
use crate::ids::MemoryId;
use crate::params;

/// Days after which daily notes are summed up.
pub const DAILY_NOTE_DAYS: i64 = 30;
/// Rows that one transaction joins, about.
const ROWS_AT_ONCE: i64 = 500;
/// Most characters of a summary.
const SUMMARY_CHARS_MAX: usize = 8_000;

const DAY_MS: i64 = 86_400_000;

/// What was joined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consolidated {
    /// Memories that said the same as another one.
    pub doubles: u64,
    /// Daily notes that are in summaries now.
    pub notes: u64,
    /// Summaries that were written, or got more notes.
    pub summaries: u64,
}

/// A daily note, as much as a summary needs.
#[derive(Debug, Clone)]
struct Note {
    category: MemoryCategory,
    created_at_ms: i64,
    content: String,
}

impl Memories<'_> {
    /// Joins what can be joined of the workspace's memory, in one transaction that takes a bounded time; `None` if there is
    /// nothing. `key` is a new key; `index` makes what a text is found by, and may be called again.
    pub async fn consolidate(
        self,
        key: impl Fn() -> i64 + Send + Sync + 'static,
        index: impl Fn(&str) -> IndexEntry + Send + Sync + 'static,
        now_ms: i64,
    ) -> Result<Option<Consolidated>> {
        self.0
            .write(move |tx| {
                let before_ms = week_start(now_ms - DAILY_NOTE_DAYS * DAY_MS);
                let (doubles, notes) = (doubles(tx)?, old_notes(tx, before_ms)?);
                if doubles.is_empty() && notes.is_empty() {
                    return Ok(None);
                }
                let change = memory_heads::next(tx)?;
                let mut done = Consolidated::default();
                for same in doubles {
                    done.doubles += join(tx, change, same, now_ms)?;
                }
                for ((subject, week_ms), notes) in notes {
                    done.notes += u64::try_from(notes.len()).unwrap_or(u64::MAX);
                    done.summaries += 1;
                    sum_up(tx, change, (subject, week_ms), notes, &key, &index, now_ms)?;
                }
                Ok(Some(done))
            })
            .await
    }
}

impl Db {
    /// The workspaces that have memory.
    pub async fn workspaces_with_memory(&self) -> Result<Vec<WorkspaceId>> {
        self.read(|tx| {
            let sql = "SELECT w.number, w.id FROM memory_heads h JOIN workspaces w ON w.number = h.workspace_id ORDER BY w.number";
            let read = |row: &mut super::value::Row| Ok(WorkspaceId::new(row.next_int()?, &row.next_text()?));
            tx.query(sql, params![])?.iter_mut().map(read).collect()
        })
        .await
    }
}

/// Memories without a slot that say the same, oldest first; daily notes are not among them, since the same may happen twice.
fn doubles(tx: &mut Tx<'_>) -> Result<Vec<Vec<StoredMemory>>> {
    let sql = "SELECT m.subject, m.tier, m.content_hash FROM memories m
        WHERE m.workspace_id = $1 AND m.tier IN ('profile', 'graph', 'procedural') AND m.slot IS NULL
            AND m.deleted_at_ms IS NULL AND m.valid_to_ms IS NULL AND m.expires_at_ms IS NULL
        GROUP BY m.subject, m.tier, m.content_hash HAVING COUNT(*) > 1 ORDER BY m.subject, m.tier LIMIT $2";
    let mut found = Vec::new();
    for mut row in tx.query(sql, params![ROWS_AT_ONCE / 10])? {
        let (subject, tier, hash) = (row.next_int()?, row.next_text()?, row.next_bytes()?);
        let condition =
            "m.subject = $2 AND m.tier = $3 AND m.content_hash = $4 AND m.slot IS NULL AND m.deleted_at_ms IS NULL
            AND m.valid_to_ms IS NULL AND m.expires_at_ms IS NULL ORDER BY m.id LIMIT $5";
        let params = params![subject, &tier, hash.as_slice(), ROWS_AT_ONCE];
        let mut same = memories::matching(tx, condition, params)?;
        // A hash of the same text is not the same data.
        let first = same.first().map(|memory| (memory.data.clone(), memory.content.clone()));
        same.retain(|memory| {
            first.as_ref().is_some_and(|(data, content)| memory.data == *data && memory.content == *content)
        });
        if same.len() > 1 {
            found.push(same);
        }
    }
    Ok(found)
}

/// Makes one memory of several that say the same: the oldest, with the evidence of all.
fn join(tx: &mut Tx<'_>, change: i64, same: Vec<StoredMemory>, now_ms: i64) -> Result<u64> {
    let author = Author { id: GATEWAY, turn_id: None, session_id: None, now_ms };
    let mut same = same.into_iter();
    let Some(mut kept) = same.next() else { return Ok(0) };
    let mut joined = 0;
    for double in same {
        kept.evidence = kept.evidence.saturating_add(double.evidence);
        kept.confidence = kept.confidence.max(double.confidence);
        kept.trust = kept.trust.max(double.trust);
        let weight = |memory: &StoredMemory| edge_weight(memory.strength, memory.strength_at_ms, now_ms);
        if weight(&double) > weight(&kept) {
            (kept.strength, kept.strength_at_ms) = (double.strength, double.strength_at_ms);
        }
        let double = StoredMemory { superseded_by: Some(kept.id), ..double };
        remove(tx, change, double, MemoryReason::Merged, author)?;
        joined += 1;
    }
    touch(tx, &mut kept, MemoryReason::Merged, author)?;
    Ok(joined)
}

type Weeks = BTreeMap<(i64, i64), Vec<StoredMemory>>;

/// Daily notes that were made before `before_ms`, by their owner and the beginning of their week.
fn old_notes(tx: &mut Tx<'_>, before_ms: i64) -> Result<Weeks> {
    let condition =
        "m.tier = 'daily' AND m.created_at_ms < $2 AND m.source <> 'consolidation' AND m.deleted_at_ms IS NULL
        AND m.expires_at_ms IS NULL
        AND m.superseded_by IS NULL ORDER BY m.subject, m.id LIMIT $3";
    let mut weeks = Weeks::new();
    for note in memories::matching(tx, condition, params![before_ms, ROWS_AT_ONCE])? {
        weeks.entry((note.subject, week_start(note.created_at_ms))).or_default().push(note);
    }
    Ok(weeks)
}

/// Writes the notes of a week into its summary, and deletes them.
fn sum_up(
    tx: &mut Tx<'_>,
    change: i64,
    (subject, week_ms): (i64, i64),
    notes: Vec<StoredMemory>,
    key: &dyn Fn() -> i64,
    index: &dyn Fn(&str) -> IndexEntry,
    now_ms: i64,
) -> Result<()> {
    let author = Author { id: GATEWAY, turn_id: None, session_id: None, now_ms };
    let present = summary_of(tx, subject, week_ms)?;
    let mut lines = present.as_ref().map(lines_of).unwrap_or_default();
    lines.extend(notes.iter().map(|note| Note {
        category: note.category.unwrap_or(MemoryCategory::Note),
        created_at_ms: note.created_at_ms,
        content: note.content.clone(),
    }));
    let newest = notes.iter().map(|note| note.created_at_ms).max().unwrap_or(week_ms);
    let trust = notes.iter().map(|note| note.trust).fold(1.0, f64::min);
    let confidence = notes.iter().map(|note| note.confidence).fold(1.0, f64::min);
    let (content, data) = (text_of(&mut lines), data_of(week_ms, &lines));
    match present {
        Some(mut summary) => {
            (summary.content, summary.data) = (content, data);
            summary.trust = summary.trust.min(trust);
            touch(tx, &mut summary, MemoryReason::Merged, author)?;
            memory_index::put(tx, change, &summary.index_row(&index(&summary.content)))?;
        }
        None => {
            let user_id = notes.first().and_then(|note| note.user_id.clone());
            let summary = StoredMemory {
                subject,
                user_id,
                content,
                data,
                trust,
                confidence,
                ..new_summary(week_ms, newest, key(), now_ms)
            };
            memories::insert(tx, &summary)?;
            memory_versions::record(tx, &summary, MemoryReason::Created, author)?;
            memory_index::put(tx, change, &summary.index_row(&index(&summary.content)))?;
        }
    }
    notes.into_iter().try_for_each(|note| remove(tx, change, note, MemoryReason::Merged, author))
}

/// The summary of a week, of a workspace and without words yet, whose newest note was made at `newest`.
fn new_summary(week_ms: i64, newest: i64, id: i64, now_ms: i64) -> StoredMemory {
    StoredMemory {
        id: MemoryId::from_key(id),
        tier: MemoryTier::Daily,
        subject: 0,
        user_id: None,
        agent_id: None,
        session_id: None,
        turn_id: None,
        category: Some(MemoryCategory::Note),
        slot: Some(slot_of(week_ms)),
        content: String::new(),
        data: serde_json::Map::new(),
        quote: None,
        source: MemorySource::Consolidation,
        rule: None,
        trust: 0.0,
        confidence: 0.0,
        strength: 1.0,
        strength_at_ms: newest,
        evidence: 1,
        valid_from_ms: week_ms,
        valid_to_ms: None,
        superseded_by: None,
        expires_at_ms: None,
        version: 1,
        // As old as what it says: it weighs no more than the notes did.
        created_at_ms: newest,
        updated_at_ms: now_ms,
        created_by: GATEWAY.to_owned(),
        deleted_at_ms: None,
    }
}

fn summary_of(tx: &mut Tx<'_>, subject: i64, week_ms: i64) -> Result<Option<StoredMemory>> {
    let condition =
        "m.subject = $2 AND m.slot = $3 AND m.slot IS NOT NULL AND m.valid_to_ms IS NULL AND m.deleted_at_ms IS NULL
        AND m.tier = 'daily' AND m.source = 'consolidation' ORDER BY m.id LIMIT 1";
    Ok(memories::matching(tx, condition, params![subject, &slot_of(week_ms)])?.pop())
}

/// What a summary is about.
fn slot_of(week_ms: i64) -> String {
    format!("notes of the week of {}", day(week_ms))
}

/// The day of a time, such as `2026-11-23`.
fn day(at_ms: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(at_ms).map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// The beginning of the week of a time: Monday, 0:00 UTC.
fn week_start(at_ms: i64) -> i64 {
    let at = DateTime::<Utc>::from_timestamp_millis(at_ms).unwrap_or_default();
    let day = at.date_naive();
    let monday = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day);
    monday.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

/// The notes that a summary holds.
fn lines_of(summary: &StoredMemory) -> Vec<Note> {
    let read = |note: &Json| {
        Some(Note {
            category: serde_json::from_value(note.get("category")?.clone()).ok()?,
            created_at_ms: note.get("at_ms")?.as_i64()?,
            content: note.get("content")?.as_str()?.to_owned(),
        })
    };
    summary.data.get("notes").and_then(Json::as_array).into_iter().flatten().filter_map(read).collect()
}

/// What is said of the notes beside the text.
fn data_of(week_ms: i64, lines: &[Note]) -> Map<String, Json> {
    let note = |note: &Note| json!({"category": note.category, "at_ms": note.created_at_ms, "content": note.content});
    let notes: Vec<Json> = lines.iter().map(note).collect();
    Map::from_iter([("week".to_owned(), json!(day(week_ms))), ("notes".to_owned(), Json::Array(notes))])
}

/// The text of a summary: a line for each note, in the order of the days. If that is too long, interactions are left out first,
/// then notes, outcomes, strategies and decisions, the oldest of each first; `lines` has those that stay.
fn text_of(lines: &mut Vec<Note>) -> String {
    lines.sort_by_key(|note| note.created_at_ms);
    lines.dedup_by(|one, other| one.content == other.content);
    let chars = |note: &Note| note.content.chars().count() + 13;
    let mut length: usize = lines.iter().map(chars).sum();
    while length > SUMMARY_CHARS_MAX && lines.len() > 1 {
        let least = lines.iter().enumerate().min_by_key(|(place, note)| (rank(note.category), *place));
        let Some((place, _)) = least else { break };
        length -= chars(&lines.remove(place));
    }
    let text: Vec<String> = lines.iter().map(|note| format!("{}: {}", day(note.created_at_ms), note.content)).collect();
    text.join("\n").chars().take(SUMMARY_CHARS_MAX).collect()
}

/// How much a category matters in a summary.
const fn rank(category: MemoryCategory) -> u8 {
    match category {
        MemoryCategory::Interaction => 0,
        MemoryCategory::Note => 1,
        MemoryCategory::Outcome => 2,
        MemoryCategory::Strategy => 3,
        MemoryCategory::Decision => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T21:00:00Z, a Monday.
    const MONDAY_MS: i64 = 1_795_467_600_000;

    #[test]
    fn a_week_begins_on_monday() {
        let start = MONDAY_MS - 21 * 3_600_000;
        for days in 0..7 {
            assert_eq!(week_start(MONDAY_MS + days * DAY_MS), start, "{days}");
        }
        assert_eq!(week_start(start - 1), start - 7 * DAY_MS);
        assert_eq!(slot_of(start), "notes of the week of 2026-11-23");
    }

    #[test]
    fn what_matters_least_is_left_out_of_a_long_summary() {
        let note = |day: i64, category, length: usize| Note {
            category,
            created_at_ms: MONDAY_MS + day * DAY_MS,
            content: format!("{day}{}", "x".repeat(length)),
        };
        let (decision, interaction) = (MemoryCategory::Decision, MemoryCategory::Interaction);
        let mut lines = vec![note(3, interaction, 3_000), note(1, decision, 3_000), note(2, decision, 3_000)];
        let text = text_of(&mut lines);
        assert_eq!(lines.len(), 2);
        assert!(text.starts_with("2026-11-24: 1x") && text.contains("\n2026-11-25: 2x"));
        let mut one = vec![note(1, decision, 20_000)];
        assert_eq!(text_of(&mut one).chars().count(), SUMMARY_CHARS_MAX);
    }
}
