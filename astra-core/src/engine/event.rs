//! What happens in a turn, as its followers read it.

use std::sync::Arc;

use crate::ids::{SessionId, TurnId};
use crate::store::{LogEntry, Status, ToolEntry, Turn};

/// One event of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnEvent {
    /// The turn's id.
    pub turn_id: TurnId,
    /// 1, 2, 3, ... within the turn, without gaps.
    pub seq: i64,
    /// The kind of failure.
    pub kind: EventKind,
}

/// The kind of failure.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// The question is kept, in this session.
    SessionResolved {
        /// The session's id.
        session_id: SessionId,
        /// Whether the session was opened for this message.
        is_new: bool,
        /// The version of the agent that answers.
        agent_version: u32,
    },
    /// More text.
    Content {
        /// The text.
        delta: String,
    },
    /// Something happens with tools.
    Tool(Arc<ToolEntry>),
    /// The turn was answered: the last event.
    Done {
        /// The whole turn.
        turn: Arc<Turn>,
    },
    /// The turn was not answered: the last event.
    Failed {
        /// The whole turn; its outcome says why.
        turn: Arc<Turn>,
    },
}

/// The sequence number of the first event, which says where the question went.
pub const FIRST_SEQ: i64 = 1;

impl EventKind {
    /// The last event of a finished turn.
    #[must_use]
    pub fn last(turn: Arc<Turn>) -> Self {
        if turn.status == Status::Completed { Self::Done { turn } } else { Self::Failed { turn } }
    }

    /// The first event of a turn.
    #[must_use]
    pub fn first(turn: &Turn) -> Self {
        Self::SessionResolved {
            session_id: turn.session_id,
            is_new: turn.is_new_session,
            agent_version: turn.agent_version,
        }
    }

    /// Whether no event follows.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Failed { .. })
    }
}

impl From<LogEntry> for EventKind {
    fn from(entry: LogEntry) -> Self {
        match entry {
            LogEntry::Text(delta) => Self::Content { delta },
            LogEntry::Tool(entry) => Self::Tool(Arc::new(entry)),
        }
    }
}

/// The events of a turn as its rows tell them, after the sequence number `after`: all of them when it is finished, the
/// ones kept so far when it is not.
#[must_use]
pub fn replay(turn: &Turn, entries: Vec<(i64, LogEntry)>, after: i64) -> Vec<Arc<TurnEvent>> {
    let mut kinds = vec![(FIRST_SEQ, EventKind::first(turn))];
    let whole = turn.outcome.content.as_ref().filter(|content| entries.is_empty() && !content.is_empty());
    match whole {
        // An answer that was not streamed is one text.
        Some(content) if turn.last_seq > FIRST_SEQ + 1 => {
            kinds.push((FIRST_SEQ + 1, EventKind::Content { delta: content.clone() }))
        }
        _ => kinds.extend(entries.into_iter().map(|(seq, entry)| (seq, EventKind::from(entry)))),
    }
    if turn.status.is_final() {
        kinds.push((turn.last_seq, EventKind::last(Arc::new(turn.clone()))));
    }
    let later = kinds.into_iter().filter(|(seq, _)| *seq > after);
    later.map(|(seq, kind)| Arc::new(TurnEvent { turn_id: turn.id, seq, kind })).collect()
}
