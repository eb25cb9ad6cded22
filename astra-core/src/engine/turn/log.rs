//! The log of a turn: the one source of event numbers. Entries are typed, and are kept and published as they happen.

use std::time::Duration;

use crate::engine::event::FIRST_SEQ;
use crate::ids::TurnId;
use crate::store::{self, LogEntry, Rows, ToolEntry, ToolUse};

/// So many pieces of an answer are events of their own, the moment they come. What comes after them is joined, ...
const PIECES_MAX: u32 = 32_768;
/// ... to pieces of so many bytes, ...
const HELD_BYTES: usize = 512;
/// ... or of what came within this time.
pub(super) const HOLD: Duration = Duration::from_millis(100);

/// What happened in a turn since its first event.
#[derive(Default)]
pub(super) struct TurnLog {
    /// Entries that the store does not have yet.
    unflushed: Vec<LogEntry>,
    /// How many it has.
    flushed: i64,
    /// How many entries are texts.
    pieces: u32,
    /// Text that is no entry yet.
    held: String,
}

impl TurnLog {
    /// The log of a turn that goes on, whose entries are in the store.
    pub(super) fn resumed(entries: &[(i64, LogEntry)]) -> Self {
        let pieces = entries.iter().filter(|(_, entry)| matches!(entry, LogEntry::Text(_))).count();
        Self {
            flushed: i64::try_from(entries.len()).unwrap_or(i64::MAX),
            pieces: u32::try_from(pieces).unwrap_or(u32::MAX),
            ..Self::default()
        }
    }

    /// Whether nothing is in it: the whole answer may be one event, which need not be kept.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries it has.
    pub(super) fn len(&self) -> i64 {
        self.flushed.saturating_add(i64::try_from(self.unflushed.len()).unwrap_or(i64::MAX))
    }

    /// Takes more text; gives the entry that it makes, if it makes one.
    pub(super) fn text(&mut self, text: String) -> Option<LogEntry> {
        if self.pieces < PIECES_MAX {
            return Some(self.piece(text));
        }
        self.held.push_str(&text);
        if self.held.len() < HELD_BYTES { None } else { self.release() }
    }

    /// Takes what happens with tools; gives the entries that it makes, the text before it first.
    pub(super) fn tool(&mut self, entry: ToolEntry) -> impl Iterator<Item = LogEntry> + use<> {
        let text = self.release();
        self.unflushed.push(LogEntry::Tool(entry.clone()));
        text.into_iter().chain([LogEntry::Tool(entry)])
    }

    pub(super) const fn holds_text(&self) -> bool {
        !self.held.is_empty()
    }

    /// The piece that is being joined, as it is.
    pub(super) fn release(&mut self) -> Option<LogEntry> {
        let text = std::mem::take(&mut self.held);
        (!text.is_empty()).then(|| self.piece(text))
    }

    fn piece(&mut self, text: String) -> LogEntry {
        self.pieces = self.pieces.saturating_add(1);
        self.unflushed.push(LogEntry::Text(text.clone()));
        LogEntry::Text(text)
    }

    /// Writes the entries that the store does not have yet. What it does not take now goes with the next ones, or with the
    /// turn's end.
    pub(super) async fn flush(&mut self, rows: &Rows, turn_id: TurnId) {
        if let Err(fault) = self.keep(rows, turn_id).await {
            tracing::warn!(turn.id = %turn_id, error = %fault, "events could not be kept; trying again later");
        }
    }

    /// As [`TurnLog::flush`], for what must be on disk before the turn goes on.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn keep(&mut self, rows: &Rows, turn_id: TurnId) -> store::Result<()> {
        if let Some((first_seq, entries)) = self.unkept() {
            rows.turn_events().append(turn_id, first_seq, entries).await?;
            self.kept();
        }
        Ok(())
    }

    /// The entries that the store does not have, with the number of the first.
    pub(super) fn unkept(&self) -> Option<(i64, &[LogEntry])> {
        (!self.unflushed.is_empty()).then_some((FIRST_SEQ + 1 + self.flushed, self.unflushed.as_slice()))
    }

    /// Notes that the store has all entries.
    pub(super) fn kept(&mut self) {
        self.flushed = self.len();
        self.unflushed.clear();
    }

    /// The entries that the store does not have, with the number of the first, for the turn's end.
    pub(super) fn rest(&mut self) -> Option<(i64, Vec<LogEntry>)> {
        let first = FIRST_SEQ + 1 + self.flushed;
        let rest = std::mem::take(&mut self.unflushed);
        (!rest.is_empty()).then_some((first, rest))
    }
}

/// The tools that the entries of a log tell of, in the order of their calls.
pub(in crate::engine) fn tool_uses<'a>(entries: impl Iterator<Item = &'a LogEntry>) -> Vec<ToolUse> {
    let mut uses: Vec<ToolUse> = Vec::new();
    for entry in entries {
        match entry {
            LogEntry::Tool(ToolEntry::ToolCallComplete { call }) => uses.push(ToolUse {
                call_id: call.id.clone(),
                tool: call.name.clone(),
                arguments: call.arguments.clone(),
                is_error: None,
                elapsed_ms: 0,
            }),
            LogEntry::Tool(ToolEntry::ToolResult { call_id, is_error, elapsed_ms, .. }) => {
                // Ids are unique in an answer, and an id may come again in a later one.
                let waiting = |used: &&mut ToolUse| used.call_id == *call_id && used.is_error.is_none();
                if let Some(used) = uses.iter_mut().find(waiting) {
                    (used.is_error, used.elapsed_ms) = (Some(*is_error), *elapsed_ms);
                }
            }
            LogEntry::Text(_) | LogEntry::Tool(_) => {}
        }
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Arguments, ToolCall};

    #[test]
    fn very_many_pieces_are_joined_and_none_is_lost() {
        let mut log = TurnLog::default();
        let letter = |number: u32| char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)).to_string();
        let count = PIECES_MAX * 2;
        let mut published: Vec<LogEntry> = (0..count).filter_map(|number| log.text(letter(number))).collect();
        let text = |entry: &LogEntry| match entry {
            LogEntry::Text(text) => text.clone(),
            LogEntry::Tool(entry) => panic!("{entry:?}"),
        };
        assert!(published.iter().take(PIECES_MAX as usize).all(|piece| text(piece).len() == 1), "each at once");
        published.extend(log.release());
        assert!(published.len() <= (PIECES_MAX + PIECES_MAX / 512 + 1) as usize, "{}", published.len());
        let whole: String = (0..count).map(letter).collect();
        assert!(published.iter().map(text).collect::<String>() == whole && log.unflushed == published);
        assert_eq!(log.release(), None);
    }

    #[test]
    fn text_that_is_held_comes_before_a_call() {
        let mut log = TurnLog { pieces: PIECES_MAX, ..TurnLog::default() };
        assert_eq!(log.text("so ".into()), None);
        assert_eq!(log.text("far".into()), None);
        let arguments = Arguments::parse("{}".into());
        let call = ToolCall { id: "a".into(), name: "look".into(), arguments, extra: None };
        let complete = ToolEntry::ToolCallComplete { call };
        let told: Vec<_> = log.tool(complete.clone()).collect();
        assert_eq!(told, [LogEntry::Text("so far".into()), LogEntry::Tool(complete)]);
        let result = |call_id: &str| ToolEntry::ToolResult {
            call_id: call_id.into(),
            content: String::new(),
            is_error: call_id == "b",
            elapsed_ms: 5,
        };
        log.tool(result("a")).for_each(drop);
        log.tool(result("b")).for_each(drop);
        assert_eq!((log.len(), log.rest().map(|(first, rest)| (first, rest.len()))), (4, Some((2, 4))));
        let used = tool_uses(told.iter().chain([&LogEntry::Tool(result("a"))]));
        assert_eq!(
            used.iter().map(|used| (used.tool.as_str(), used.is_error)).collect::<Vec<_>>(),
            [("look", Some(false))]
        );
    }
}
