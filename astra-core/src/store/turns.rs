//! Turns: a question on disk before the model is asked, an answer on disk before it is sent. A turn is a row of `open_turns`
//! until it ends, and of `turns` from then on.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::error::{Error, Result};
use super::mode::OnDouble;
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use super::visibility::VisibleTo;
use crate::content::Arguments;
use crate::ids::{SessionId, TurnId};
use crate::params;

/// A turn, open or ended.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the wire type documents the fields that they share")]
pub struct Turn {
    pub id: TurnId,
    pub session_id: SessionId,
    /// 1, 2, 3, ... within the session.
    pub number: i64,
    pub agent_id: String,
    pub agent_version: u32,
    pub user_id: String,
    /// The user's number in the store.
    pub subject: i64,
    pub status: Status,
    pub is_new_session: bool,
    pub cancel_requested: bool,
    pub metadata: Map<String, Json>,
    pub outcome: Outcome,
    /// The sequence number of the last event; 0 until the turn has ended.
    pub last_seq: i64,
    /// What it keeps in the store, in bytes: its question and metadata until it has ended.
    pub bytes: i64,
    pub created_at_ms: i64,
    pub finished_at_ms: Option<i64>,
}

/// What became of a turn so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
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
    /// The tools that were called, in order.
    pub tool_calls: Vec<ToolUse>,
    /// Code and words, when it did not complete.
    pub error: Option<(String, String)>,
    /// In how many seconds another try may succeed: sent at once and not kept, since it is true at once alone.
    pub retry_after_s: Option<u64>,
    /// The upstream's own code and parameter of its refusal: sent at once and not kept, since `error` says what it means.
    pub upstream_code: Option<String>,
    pub param: Option<String>,
}

/// A tool that was called in a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in `Turn`")]
pub struct ToolUse {
    pub call_id: String,
    pub tool: String,
    pub arguments: Arguments,
    /// Whether the tool failed; `None` if it has not answered.
    pub is_error: Option<bool>,
    pub elapsed_ms: u64,
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
    /// It waits for a person's decision on a call of a tool.
    AwaitingApproval,
    /// It waits for results of tools that its caller runs.
    AwaitingResults,
    /// It was answered.
    Completed,
    /// It could not be answered.
    Failed,
    /// A caller ended it.
    Cancelled,
    /// Its gateway died or was stopped.
    Interrupted,
}

impl Status {
    const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::AwaitingApproval,
        Self::AwaitingResults,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
    ];

    /// The name in the store and on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::AwaitingApproval => "awaiting_approval",
            Self::AwaitingResults => "awaiting_results",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether nothing more will happen.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running) && !self.is_waiting()
    }

    /// Whether it waits for a decision or for results: no gateway runs it.
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::AwaitingApproval | Self::AwaitingResults)
    }

    pub(super) fn named(name: &str) -> Result<Self> {
        let status = Self::ALL.into_iter().find(|known| known.as_str() == name);
        status.ok_or_else(|| Error::Broken(format!("a turn has the status {name}")))
    }
}

/// Those of [`Status::is_waiting`], in the store.
pub(super) const WAITS: &str = "('awaiting_approval', 'awaiting_results')";

/// Ends the wait of a turn, if it waits.
pub(super) const WAKE: &str = "UPDATE suspensions SET is_ready = 1 WHERE workspace_id = $1 AND turn_id = $2";

/// What a turn that waits has come to.
fn outcome_so_far(tx: &mut Tx<'_>, id: TurnId) -> Result<Outcome> {
    let sql = "SELECT outcome FROM suspensions WHERE workspace_id = $1 AND turn_id = $2";
    tx.first(sql, params![id])?.map_or_else(|| Ok(Outcome::default()), |mut row| row.next_json())
}

/// Whether a turn ended because its gateway did, without an answer.
pub(super) fn is_interrupted(tx: &mut Tx<'_>, id: TurnId) -> Result<bool> {
    let sql = "SELECT id FROM turns WHERE workspace_id = $1 AND id = $2 AND status = 'interrupted'";
    Ok(tx.first(sql, params![id])?.is_some())
}

/// Open turns of all workspaces, for a condition that begins with `WHERE`: the columns of [`read_open`], then the number and
/// the id of the workspace.
pub(super) const OPEN: &str = "SELECT t.id, t.session_id, t.number, t.agent_id, t.agent_version, u.id, t.subject, t.status, t.is_new_session, t.metadata,
        t.created_at_ms, t.cancel_requested, t.bytes, w.number, w.id
    FROM open_turns t JOIN subjects u ON u.number = t.subject JOIN workspaces w ON w.number = t.workspace_id";

/// Turns that have ended, in sessions that are there.
const ENDED: &str = "SELECT t.id, t.session_id, t.number, t.agent_id, t.agent_version, u.id, t.subject, t.status, t.is_new_session, t.metadata,
        t.created_at_ms, t.answer, t.finish_reason, t.provider, t.model, t.input_tokens, t.output_tokens, t.cost_usd,
        t.messages_sent, t.messages_left_out, t.error_code, t.error_message, t.tool_calls, t.last_seq, t.finished_at_ms, t.bytes
    FROM turns t JOIN subjects u ON u.number = t.subject
    JOIN sessions s ON s.workspace_id = t.workspace_id AND s.id = t.session_id AND s.status IN ('active', 'archived')";

/// The columns that both kinds of rows begin with.
fn read(row: &mut Row) -> Result<Turn> {
    Ok(Turn {
        id: row.next_id()?,
        session_id: row.next_id()?,
        number: row.next_int()?,
        agent_id: row.next_text()?,
        agent_version: row.next_count()?,
        user_id: row.next_text()?,
        subject: row.next_int()?,
        status: Status::named(&row.next_text()?)?,
        is_new_session: row.next_truth()?,
        cancel_requested: false,
        metadata: row.next_json_or_default()?,
        outcome: Outcome::default(),
        last_seq: 0,
        bytes: 0,
        created_at_ms: row.next_int()?,
        finished_at_ms: None,
    })
}

pub(super) fn read_open(row: &mut Row) -> Result<Turn> {
    let turn = read(row)?;
    Ok(Turn { cancel_requested: row.next_truth()?, bytes: row.next_int()?, ..turn })
}

fn read_ended(row: &mut Row) -> Result<Turn> {
    let turn = read(row)?;
    let outcome = Outcome {
        content: row.next_optional_text()?,
        finish_reason: row.next_optional_text()?,
        provider: row.next_optional_text()?,
        model: row.next_optional_text()?,
        input_tokens: row.next_count()?,
        output_tokens: row.next_count()?,
        cost_usd: row.next_float()?,
        context: read_context(row)?,
        error: row.next_optional_text()?.zip(row.next_optional_text()?),
        tool_calls: row.next_json_or_default()?,
        ..Outcome::default()
    };
    let (last_seq, finished_at_ms, bytes) = (row.next_int()?, Some(row.next_int()?), row.next_int()?);
    Ok(Turn { outcome, last_seq, finished_at_ms, bytes, ..turn })
}

fn read_context(row: &mut Row) -> Result<Option<TurnContext>> {
    let counts = row.next_optional_count()?.zip(row.next_optional_count()?);
    Ok(counts.map(|(messages_sent, messages_left_out)| TurnContext { messages_sent, messages_left_out }))
}

/// The turn that is open, or the one that has ended, which is looked for behind it: a turn that ends in between is found.
pub(super) fn find_by(tx: &mut Tx<'_>, condition: &str, params: &[super::Param<'_>]) -> Result<Option<Turn>> {
    if let Some(mut row) = tx.first(&format!("{OPEN} WHERE t.workspace_id = $1 AND {condition}"), params)? {
        let mut turn = read_open(&mut row)?;
        if turn.status.is_waiting() {
            turn.outcome = outcome_so_far(tx, turn.id)?;
        }
        return Ok(Some(turn));
    }
    let ended = tx.first(&format!("{ENDED} WHERE t.workspace_id = $1 AND {condition}"), params)?;
    ended.map(|mut row| read_ended(&mut row)).transpose()
}

/// The turns of a workspace.
#[derive(Clone, Copy)]
pub struct Turns<'a>(pub(super) &'a Rows);

impl Turns<'_> {
    /// The turn with this id.
    pub async fn find(self, id: TurnId, visible_to: VisibleTo) -> Result<Option<Turn>> {
        let rows = self.0;
        rows.read(move |tx| {
            let found = find_by(tx, "t.id = $2", params![id])?;
            Ok(found.filter(|turn| visible_to.shows(&turn.user_id)))
        })
        .await
    }

    /// The open turns of a user, newest first.
    pub async fn page_open(self, user_id: &str, request: PageRequest) -> Result<Page<Turn>> {
        let (rows, user_id) = (self.0, user_id.to_owned());
        rows.list(move |tx| {
            let sql =
                format!("{OPEN} WHERE t.workspace_id = $1 AND t.id < $2 AND u.id = $3 ORDER BY t.id DESC LIMIT $4");
            let params = params![request.position().0, &user_id, request.fetch()];
            let place = |turn: &Turn| Cursor { at: turn.id.key(), id: String::new() };
            tx.page(&sql, params, &request, |mut row| read_open(&mut row), place)
        })
        .await
    }

    /// The first turn of a session with a number above `number`.
    pub async fn find_after(self, session_id: SessionId, number: i64) -> Result<Option<Turn>> {
        let rows = self.0;
        rows.read(move |tx| {
            // The open ones first: one that ends in between is found among those that have ended.
            let next = |table: &str| {
                format!("SELECT t.id, t.number FROM {table} t WHERE t.workspace_id = $1 AND t.session_id = $2 AND t.number > $3
                    ORDER BY t.number LIMIT 1")
            };
            let mut found: Option<(TurnId, i64)> = None;
            for table in ["open_turns", "turns"] {
                if let Some(mut row) = tx.first(&next(table), params![session_id, number])? {
                    let (id, number) = (row.next_id()?, row.next_int()?);
                    if found.is_none_or(|(_, before)| number < before) {
                        found = Some((id, number));
                    }
                }
            }
            found.map_or(Ok(None), |(id, _)| find_by(tx, "t.id = $2", params![id]))
        })
        .await
    }

    /// The number of the session's oldest open turn, if there is one.
    pub async fn first_open(self, session_id: SessionId) -> Result<Option<i64>> {
        let rows = self.0;
        rows.look(move |tx| {
            let sql = "SELECT MIN(number) FROM open_turns WHERE workspace_id = $1 AND session_id = $2";
            tx.one(sql, params![session_id])?.next_optional_int()
        })
        .await
    }

    /// Lets a queued turn run if all turns before it have ended. `None` means that the turn itself has ended.
    pub async fn promote(self, id: TurnId) -> Result<Option<bool>> {
        let rows = self.0;
        rows.write_turn(move |tx| {
            let sql =
                format!("SELECT session_id, number FROM open_turns WHERE workspace_id = $1 AND id = $2{}", tx.lock());
            let Some(mut row) = tx.first(&sql, params![id])? else { return Ok(None) };
            let (session_id, number): (SessionId, i64) = (row.next_id()?, row.next_int()?);
            let before =
                "SELECT id FROM open_turns WHERE workspace_id = $1 AND session_id = $2 AND number < $3 LIMIT 1";
            if tx.first(before, params![session_id, number])?.is_some() {
                return Ok(Some(false));
            }
            let promote = "UPDATE open_turns SET status = 'running' WHERE workspace_id = $1 AND id = $2";
            tx.later(promote, params![id], OnDouble::Fails)?;
            Ok(Some(true))
        })
        .await
    }

    /// Asks the gateway that runs a turn, or takes it on, to end it; answers whether the turn was still open.
    pub async fn request_cancel(self, id: TurnId) -> Result<bool> {
        let rows = self.0;
        rows.write_turn(move |tx| {
            let sql = "UPDATE open_turns SET cancel_requested = 1 WHERE workspace_id = $1 AND id = $2";
            let is_open = tx.execute(sql, params![id])? == 1;
            tx.later(WAKE, params![id], OnDouble::Fails)?;
            Ok(is_open)
        })
        .await
    }

    /// Whether a turn was asked to end, or has ended.
    pub async fn is_cancel_requested(self, id: TurnId) -> Result<bool> {
        let rows = self.0;
        rows.look(move |tx| {
            let sql = "SELECT cancel_requested FROM open_turns WHERE workspace_id = $1 AND id = $2";
            tx.first(sql, params![id])?.map_or(Ok(true), |mut row| row.next_truth())
        })
        .await
    }
}
