//! Turns: a question on disk before the model is asked, an answer on disk before anybody hears that it is done.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::db::{Scoped, Tx};
use super::error::{Error, Result};
use super::value::Row;
use crate::params;

/// A turn, running or finished.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the wire type documents the fields that they share")]
pub struct Turn {
    pub id: String,
    pub session_id: String,
    /// 1, 2, 3, ... within the session.
    pub number: i64,
    pub agent_id: String,
    pub agent_version: u32,
    pub user_id: String,
    pub trace_id: String,
    pub status: Status,
    /// The gateway that runs it.
    pub owner: String,
    pub is_new_session: bool,
    pub cancel_requested: bool,
    pub metadata: Map<String, Json>,
    pub outcome: Outcome,
    /// The sequence number of the last event; 0 until the turn is finished.
    pub last_seq: i64,
    pub created_at_ms: i64,
    pub finished_at_ms: Option<i64>,
}

/// What became of a turn so far.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "as in `Turn`")]
pub struct Outcome {
    pub content: Option<String>,
    pub finish_reason: Option<String>,
    pub provider: Option<String>,
    pub model: Option<String>,
    pub input_tokens: u32,
    pub output_tokens: u32,
    pub cost_usd: f64,
    /// What the model was sent; none while it was not asked.
    pub context: Option<TurnContext>,
    /// Code and words, when it did not complete.
    pub error: Option<(String, String)>,
    /// In how many seconds another try may succeed: told at once and not kept, since it is true at once alone.
    pub retry_after_s: Option<u64>,
    /// The upstream's own code and parameter of its refusal: told at once and not kept, since `error` says what it means.
    pub upstream_code: Option<String>,
    pub param: Option<String>,
}

/// How much of a conversation a model was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in `Turn`")]
pub struct TurnContext {
    pub messages_sent: u32,
    pub messages_left_out: u32,
}

/// The states of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It waits behind another turn of its session.
    Queued,
    /// It is being answered.
    Running,
    /// It was answered.
    Completed,
    /// It could not be answered.
    Failed,
    /// Somebody ended it.
    Cancelled,
    /// Its gateway died or was stopped.
    Interrupted,
}

impl Status {
    const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Completed, Self::Failed, Self::Cancelled, Self::Interrupted];

    /// The name in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// Whether a turn ended because its gateway did, without an answer.
pub(super) fn is_interrupted(tx: &mut Tx<'_>, id: &str) -> Result<bool> {
    let found = tx.first("SELECT status FROM turns WHERE workspace_id = $1 AND id = $2", params![id])?;
    let status = found.map(|mut row| row.text(0)).transpose()?;
    Ok(status.as_deref() == Some(Status::Interrupted.as_str()))
}

pub(super) const COLUMNS: &str = "id, session_id, number, agent_id, agent_version, user_id, trace_id, status, owner, is_new_session,
    cancel_requested, metadata, content, finish_reason, provider, model, input_tokens, output_tokens, cost_usd, error_code, error_message,
    last_seq, created_at, finished_at, messages_sent, messages_left_out";

pub(super) fn read(row: &mut Row) -> Result<Turn> {
    let status = row.text(7)?;
    let status = Status::ALL.into_iter().find(|known| known.as_str() == status);
    Ok(Turn {
        id: row.text(0)?,
        session_id: row.text(1)?,
        number: row.int(2)?,
        agent_id: row.text(3)?,
        agent_version: row.count(4)?,
        user_id: row.text(5)?,
        trace_id: row.text(6)?,
        status: status.ok_or_else(|| Error::Broken("a turn has an unknown status".into()))?,
        owner: row.text(8)?,
        is_new_session: row.truth(9)?,
        cancel_requested: row.truth(10)?,
        metadata: row.json(11)?,
        outcome: Outcome {
            content: row.optional_text(12)?,
            finish_reason: row.optional_text(13)?,
            provider: row.optional_text(14)?,
            model: row.optional_text(15)?,
            input_tokens: row.count(16)?,
            output_tokens: row.count(17)?,
            cost_usd: row.float(18)?,
            context: row
                .optional_count(24)?
                .zip(row.optional_count(25)?)
                .map(|(messages_sent, messages_left_out)| TurnContext { messages_sent, messages_left_out }),
            error: row.optional_text(19)?.zip(row.optional_text(20)?),
            retry_after_s: None,
            upstream_code: None,
            param: None,
        },
        last_seq: row.int(21)?,
        created_at_ms: row.int(22)?,
        finished_at_ms: row.optional_int(23)?,
    })
}

/// The turn with this id; `user` limits the look to one user's turns.
pub(super) fn find(tx: &mut Tx<'_>, id: &str, user: Option<&str>) -> Result<Option<Turn>> {
    let sql = format!("SELECT {COLUMNS} FROM turns WHERE workspace_id = $1 AND id = $2");
    let found = tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()?;
    Ok(found.filter(|turn| user.is_none_or(|user| user == turn.user_id)))
}

impl Scoped {
    /// The turn with this id; `user` limits the look to one user's turns.
    pub async fn turn(&self, id: &str, user: Option<&str>) -> Result<Option<Turn>> {
        let (id, user) = (id.to_owned(), user.map(str::to_owned));
        self.read(move |tx| find(tx, &id, user.as_deref())).await
    }

    /// The first turn of a session with a number above `number`.
    pub async fn turn_after(&self, session_id: &str, number: i64) -> Result<Option<Turn>> {
        let session_id = session_id.to_owned();
        self.read(move |tx| {
            let next = "SELECT turn_id FROM messages WHERE workspace_id = $1 AND session_id = $2 AND seq > $3 ORDER BY seq LIMIT 1";
            let seq = (number + 1) * super::messages::TURN_STRIDE - 1;
            let Some(mut row) = tx.first(next, params![&session_id, seq])? else { return Ok(None) };
            let Some(turn_id) = row.optional_text(0)? else { return Ok(None) };
            find(tx, &turn_id, None)
        })
        .await
    }

    /// The number of the session's oldest unfinished turn, if there is one.
    pub async fn unfinished_turn(&self, session_id: &str) -> Result<Option<i64>> {
        let session_id = session_id.to_owned();
        self.read(move |tx| {
            let sql = "SELECT number FROM turns WHERE workspace_id = $1 AND session_id = $2 AND finished_at IS NULL ORDER BY number LIMIT 1";
            tx.first(sql, params![&session_id])?.map(|mut row| row.int(0)).transpose()
        })
        .await
    }

    /// Lets a queued turn run if all turns before it are finished. `None` means that the turn itself is finished.
    pub async fn promote_turn(&self, id: &str) -> Result<Option<bool>> {
        let id = id.to_owned();
        self.write(move |tx| {
            let Some(turn) = find(tx, &id, None)?.filter(|turn| !turn.status.is_final()) else { return Ok(None) };
            let before = "SELECT id FROM turns WHERE workspace_id = $1 AND session_id = $2 AND number < $3 AND finished_at IS NULL LIMIT 1";
            if tx.first(before, params![&turn.session_id, turn.number])?.is_some() {
                return Ok(Some(false));
            }
            tx.execute("UPDATE turns SET status = 'running' WHERE workspace_id = $1 AND id = $2", params![&id])?;
            Ok(Some(true))
        })
        .await
    }

    /// Asks the gateway that runs a turn to end it; answers whether the turn was still unfinished.
    pub async fn request_cancel(&self, id: &str) -> Result<bool> {
        let id = id.to_owned();
        self.write(move |tx| {
            let sql =
                "UPDATE turns SET cancel_requested = 1 WHERE workspace_id = $1 AND id = $2 AND finished_at IS NULL";
            Ok(tx.execute(sql, params![&id])? == 1)
        })
        .await
    }

    /// Whether somebody asked for the end of a turn.
    pub async fn cancel_requested(&self, id: &str) -> Result<bool> {
        let id = id.to_owned();
        self.read(move |tx| Ok(find(tx, &id, None)?.is_none_or(|turn| turn.cancel_requested))).await
    }

    /// Keeps a piece of a running turn's event log; `first_seq` is the sequence number of the first text.
    pub async fn append_events(&self, id: &str, first_seq: i64, texts: &[String]) -> Result<()> {
        let (id, texts) = (id.to_owned(), serde_json::to_string(texts).map_err(Error::broken)?);
        self.write(move |tx| insert_events(tx, &id, first_seq, &texts)).await
    }

    /// The texts of a turn's event log with their sequence numbers, from `from_seq` on.
    pub async fn events(&self, id: &str, from_seq: i64) -> Result<Vec<(i64, String)>> {
        let id = id.to_owned();
        self.read(move |tx| {
            let sql =
                "SELECT first_seq, events FROM turn_events WHERE workspace_id = $1 AND turn_id = $2 ORDER BY first_seq";
            let mut found = Vec::new();
            for mut row in tx.query(sql, params![&id])? {
                let first = row.int(0)?;
                let texts: Vec<String> = row.json(1)?;
                found.extend((first..).zip(texts).filter(|(seq, _)| *seq >= from_seq));
            }
            Ok(found)
        })
        .await
    }
}

/// Keeps texts of an event log from `first_seq` on. Who does not know whether an earlier write from the same place took
/// place writes again, with the same texts and perhaps more: the longer one stays.
pub(super) fn insert_events(tx: &mut Tx<'_>, id: &str, first_seq: i64, texts: &str) -> Result<()> {
    let sql = "INSERT INTO turn_events (workspace_id, turn_id, first_seq, events) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace_id, turn_id, first_seq) DO UPDATE SET events = excluded.events
        WHERE LENGTH(excluded.events) > LENGTH(turn_events.events)";
    tx.execute(sql, params![id, first_seq, texts]).map(drop)
}
