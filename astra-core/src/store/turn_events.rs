//! The event log of a turn, as far as it is kept: typed entries, numbered by the log.

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use super::mode::OnDouble;
use super::rows::Rows;
use super::tx::Tx;
use crate::content::ToolCall;
use crate::ids::TurnId;
use crate::params;

/// An entry of the log. In JSON a text, or an object with a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LogEntry {
    /// More of the answer.
    Text(String),
    /// What happens with tools.
    Tool(ToolEntry),
}

/// What happens with tools in a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToolEntry {
    /// The model begins to call a tool, or goes on with the arguments.
    ToolCall {
        /// The call's id.
        call_id: String,
        /// The tool's name.
        tool: String,
        /// More of the arguments; empty at the beginning.
        arguments_delta: String,
    },
    /// A call is complete.
    ToolCallComplete {
        /// The call.
        call: ToolCall,
    },
    /// A tool has answered.
    ToolResult {
        /// The call's id.
        call_id: String,
        /// The answer; if the tool failed, why.
        content: String,
        /// Whether the tool failed.
        is_error: bool,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
    },
    /// A person is to decide on a call.
    ApprovalRequired {
        /// The approval's key.
        approval: i64,
        /// The call.
        call: ToolCall,
        /// When the call is denied if there is no decision, in milliseconds since the epoch.
        expires_at_ms: i64,
    },
    /// The caller is to submit the results of calls.
    ResultsRequired {
        /// The calls.
        calls: Vec<ToolCall>,
        /// Until when, in milliseconds since the epoch.
        expires_at_ms: i64,
    },
}

/// The event logs of a workspace's turns.
#[derive(Clone, Copy)]
pub struct TurnEvents<'a>(pub(super) &'a Rows);

impl TurnEvents<'_> {
    /// Keeps a piece of a running turn's event log; `first_seq` is the sequence number of the first entry.
    pub async fn append(self, id: TurnId, first_seq: i64, entries: &[LogEntry]) -> Result<()> {
        let entries = serde_json::to_string(entries).map_err(Error::broken)?;
        self.0.write_turn(move |tx| insert(tx, id, first_seq, &entries)).await
    }

    /// The entries of a turn's event log with their sequence numbers, from `from_seq` on.
    pub async fn read(self, id: TurnId, from_seq: i64) -> Result<Vec<(i64, LogEntry)>> {
        let rows = self.0;
        rows.read(move |tx| {
            let sql =
                "SELECT first_seq, events FROM turn_events WHERE workspace_id = $1 AND turn_id = $2 ORDER BY first_seq";
            let mut found = Vec::new();
            tx.each(sql, params![id], &mut |mut row| {
                let first = row.next_int()?;
                let entries: Vec<LogEntry> = row.next_json()?;
                found.extend((first..).zip(entries).filter(|(seq, _)| *seq >= from_seq));
                Ok(true)
            })?;
            Ok(found)
        })
        .await
    }
}

/// Keeps entries of an event log from `first_seq` on. A gateway that does not know whether an earlier write from the same
/// place took place writes again, with the same entries and perhaps more: the longer one stays.
pub(super) fn insert(tx: &mut Tx<'_>, id: TurnId, first_seq: i64, entries: &str) -> Result<()> {
    let sql = format!(
        "INSERT INTO turn_events (workspace_id, turn_id, first_seq, events) VALUES ($1, $2, $3, $4) {LONGER_STAYS}"
    );
    tx.later(&sql, params![id, first_seq, entries], OnDouble::Fails)
}

/// What becomes of entries that come to a place where there are some.
pub(super) const LONGER_STAYS: &str =
    "ON CONFLICT (workspace_id, turn_id, first_seq) DO UPDATE SET events = excluded.events
        WHERE LENGTH(excluded.events) > LENGTH(turn_events.events)";
