//! The last write of a turn: answer, events, trace and usage in one commit, before the answer is sent.

use std::sync::Arc;

use super::approvals;
use super::conversation_events;
use super::error::{Error, Result};
use super::memory_pending::{self, Remember};
use super::session_storage::length;
use super::skill_uses::{self, SkillRow, SkillUse};
use super::spawned_turns;
use super::suspensions;
use super::turn_events::{self, LogEntry};
use super::turns::Turns;
use super::turns::{Outcome, Status, Turn};
use super::tx::Tx;
use super::usage::{self, EndedTurn, HOUR_MS, UsageRow};
use super::value::Param;
use crate::ids::{EventId, TurnId};
use crate::params;
use crate::trace_context::TraceContext;

/// The sequence number of the first text of an event log.
const FIRST_TEXT_SEQ: i64 = 2;

/// The end of a turn.
#[derive(Debug, Clone)]
pub struct FinishedTurn {
    /// The turn as it was begun.
    pub turn: Turn,
    /// How it ended.
    pub status: Status,
    /// What became of it.
    pub outcome: Outcome,
    /// The sequence number of the last event.
    pub last_seq: i64,
    /// The entries of the event log that are not in the store yet, with the sequence number of the first.
    pub events: Option<(i64, Vec<LogEntry>)>,
    /// How many steps the turn has.
    pub steps: u16,
    /// Whether the turn has waited.
    pub has_waited: bool,
    /// How the time was spent.
    pub trace: TraceRecord,
    /// What each upstream that was asked has counted.
    pub usage: Vec<UsageRow>,
    /// The skills that it read.
    pub skills: Vec<SkillUse>,
    /// The turn that has begun it, if one has.
    pub parent: Option<TurnId>,
    /// Whether it may have begun turns: those that are open are asked to end.
    pub has_children: bool,
    /// What is to be remembered of its question, if anything is.
    pub remember: Option<Remember>,
    /// If events of turns have readers: the id of the event that it has ended.
    pub event_id: Option<EventId>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// The inner workings of a turn. Durations are in microseconds.
#[derive(Debug, Clone, Default)]
pub struct TraceRecord {
    /// JSON array of spans.
    pub spans: String,
    /// The whole turn.
    pub duration_us: i64,
    /// Of it, waiting for upstreams.
    pub provider_us: i64,
    /// Of it, waiting for the store.
    pub storage_us: i64,
    /// Of it, running tools.
    pub tool_us: i64,
    /// Of it, waiting for other turns of the session and for people.
    pub waiting_us: i64,
    /// The caller's `traceparent`.
    pub parent: Option<String>,
    /// The turn's own place in a distributed trace, if it is exported; not kept.
    pub own: Option<TraceContext>,
    /// The id of the request that asked.
    pub request_id: Option<Arc<str>>,
}

impl TraceRecord {
    /// What of the whole turn was not the gateway's: models, tools, other turns and people.
    #[must_use]
    pub fn elsewhere_us(&self) -> u64 {
        u64::try_from(self.provider_us.saturating_add(self.tool_us).saturating_add(self.waiting_us)).unwrap_or(0)
    }
}

impl Turns<'_> {
    /// Ends a turn; false, with nothing written, if it was ended before, as after this gateway's lease ran out.
    pub async fn finish(self, finished: &Arc<FinishedTurn>) -> Result<bool> {
        let finished = Arc::clone(finished);
        self.0.write_turn(move |tx| finish(tx, &finished)).await
    }
}

fn finish(tx: &mut Tx<'_>, finished: &FinishedTurn) -> Result<bool> {
    let turn = &finished.turn;
    if let Some(parent) = finished.parent {
        spawned_turns::lock(tx, parent)?;
        spawned_turns::wake(tx, parent)?;
    }
    if finished.has_children {
        spawned_turns::cancel(tx, turn.id)?;
    }
    let events = finished
        .events
        .as_ref()
        .map(|(first_seq, texts)| serde_json::to_string(texts).map(|texts| (*first_seq, texts)).map_err(Error::broken));
    let events = events.transpose()?;
    let bytes = bytes(tx, finished, events.as_ref().map(|(_, texts)| texts.as_str()))?;
    let tool_calls = match finished.outcome.tool_calls.as_slice() {
        [] => None,
        calls => Some(serde_json::to_string(calls).map_err(Error::broken)?),
    };
    let ended = EndedTurn {
        hour: turn.created_at_ms.div_euclid(HOUR_MS),
        status: finished.status.as_str(),
        duration_us: finished.trace.duration_us,
        bytes,
    };
    let values = values(finished, tool_calls.as_deref(), bytes);
    let end = skill_uses::End {
        at_ms: finished.now_ms,
        subject: turn.subject,
        is_failed: matches!(finished.status, Status::Failed | Status::Interrupted),
        duration_us: finished.trace.duration_us,
    };
    let skills = skill_uses::rows(&finished.skills, end)?;
    // What a turn uses that another one has begun is charged to an agent above it: its first row says which one it is of itself.
    let is_apart = finished.usage.is_empty() || finished.parent.is_some();
    let own = is_apart.then(|| usage::of_no_call(turn, finished.now_ms));
    let usage = own.iter().chain(&finished.usage);
    if tx.is_shared() {
        let has_ended = finish_at_once(tx, finished, values, events.as_ref(), usage, &ended, &skills)?;
        return if has_ended { tell(tx, finished) } else { Ok(false) };
    }
    // The question moves with the row.
    if tx.execute(MOVE_ONE, &values)? == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM open_turns WHERE workspace_id = $1 AND id = $2", params![turn.id])?;
    if finished.has_waited {
        suspensions::end(tx, turn.id)?;
    }
    if let Some((first_seq, entries)) = &events {
        turn_events::insert(tx, turn.id, *first_seq, entries)?;
    }
    skill_uses::insert(tx, turn.id, &skills)?;
    for (place, row) in (0..).zip(usage) {
        usage::add_of_turn(tx, turn.id.key(), place, row, &ended)?;
    }
    if let Some(remember) = &finished.remember {
        memory_pending::insert(tx, turn.id, remember, finished.now_ms)?;
    }
    tell(tx, finished)
}

/// Lets the readers of events of turns know of the end, if there are any.
fn tell(tx: &mut Tx<'_>, finished: &FinishedTurn) -> Result<bool> {
    if let Some(event_id) = finished.event_id {
        let FinishedTurn { turn, status, outcome, trace, now_ms, .. } = finished;
        conversation_events::turn_ended(tx, event_id, turn, *status, outcome, trace.duration_us, *now_ms)?;
    }
    Ok(true)
}

/// What the turn keeps, in bytes.
fn bytes(tx: &mut Tx<'_>, finished: &FinishedTurn, last_texts: Option<&str>) -> Result<i64> {
    // A turn that was not streamed has one text at the most, which is its answer.
    let may_have_earlier = match &finished.events {
        Some((first_seq, _)) => *first_seq > FIRST_TEXT_SEQ,
        None => finished.last_seq > FIRST_TEXT_SEQ + 1,
    };
    let earlier_texts = if may_have_earlier {
        let sql = "SELECT CAST(COALESCE(SUM(OCTET_LENGTH(events)), 0) AS BIGINT) FROM turn_events
            WHERE workspace_id = $1 AND turn_id = $2";
        tx.one(sql, params![finished.turn.id])?.next_int()?
    } else {
        0
    };
    let steps = if finished.steps > 0 {
        let sql = "SELECT CAST(COALESCE(SUM(OCTET_LENGTH(parts)), 0) AS BIGINT) FROM turn_steps
            WHERE workspace_id = $1 AND session_id = $2 AND number = $3";
        tx.one(sql, params![finished.turn.session_id, finished.turn.number])?.next_int()?
    } else {
        0
    };
    let (answer, spans) = (finished.outcome.content.as_deref().map_or(0, length), length(&finished.trace.spans));
    Ok(finished.turn.bytes + answer + spans + last_texts.map_or(0, length) + earlier_texts + steps)
}

/// All of it in one statement. Another gateway that ends the same turn waits for the row of the question, and finds it gone.
fn finish_at_once<'a>(
    tx: &mut Tx<'_>,
    finished: &FinishedTurn,
    mut params: Vec<Param<'a>>,
    events: Option<&'a (i64, String)>,
    usage: impl Iterator<Item = &'a UsageRow>,
    ended: &'a EndedTurn,
    skills: &'a [SkillRow<'a>],
) -> Result<bool> {
    let mut sql = format!(
        "WITH o AS (DELETE FROM open_turns WHERE workspace_id = $1 AND id = $2 RETURNING *),
        ended AS ({MOVE})"
    );
    if finished.has_waited {
        sql += &format!(
            ", waited AS (DELETE FROM suspensions WHERE turn_id IN (SELECT id FROM o)), undecided AS ({} AND turn_id IN (SELECT id FROM o))",
            approvals::CANCEL
        );
    }
    // `$1` is the workspace.
    let numbered = |params: &[Param<'_>], count: usize| {
        let first = params.len() + 2 - count;
        (first..first + count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
    };
    if let Some((first_seq, texts)) = events {
        params.extend_from_slice(params![*first_seq, texts]);
        sql += &format!(
            ", events AS (INSERT INTO turn_events (workspace_id, turn_id, first_seq, events)
            SELECT $1, $2, {} FROM o {})",
            numbered(&params, 2),
            turn_events::LONGER_STAYS
        );
    }
    for (place, row) in (0_i64..).zip(usage) {
        let values = usage::values(place, row, Some(ended));
        params.extend_from_slice(&values);
        sql += &format!(
            ", usage{place} AS (INSERT INTO usage_entries ({}) SELECT $1, $2, {} FROM o)",
            usage::COLUMNS,
            numbered(&params, values.len())
        );
    }
    for (place, row) in skills.iter().enumerate() {
        let values = row.values();
        params.extend_from_slice(&values);
        sql += &format!(
            ", skill{place} AS (INSERT INTO skill_uses (workspace_id, turn_id, {}) SELECT $1, $2, {} FROM o)",
            skill_uses::COLUMNS,
            numbered(&params, values.len())
        );
    }
    if let Some(remember) = &finished.remember {
        let values = memory_pending::values(remember, finished.now_ms);
        params.extend_from_slice(&values);
        sql += &format!(
            ", remembered AS (INSERT INTO memory_pending ({}) SELECT $2, $1, 0, 0, 0, {} FROM o)",
            memory_pending::COLUMNS,
            numbered(&params, values.len())
        );
    }
    sql += " SELECT 1 FROM o";
    // An event comes after it, once it is known that this ended the turn.
    let touched = if finished.event_id.is_some() { tx.execute(&sql, &params) } else { tx.execute_last(&sql, &params) };
    Ok(touched? == 1)
}

macro_rules! move_from {
    ($source:literal) => {
        concat!(
            "INSERT INTO turns (workspace_id, id, session_id, number, agent_id, agent_version, subject, is_new_session, metadata,
        role, question, question_parts, created_at_ms, status, answer, finish_reason, provider, model, input_tokens, output_tokens,
        cost_usd, messages_sent, messages_left_out, error_code, error_message, last_seq, spans, duration_us, provider_us,
        storage_us, tool_us, waiting_us, trace_parent, request_id, step_count, tool_calls, message_count, finished_at_ms, bytes)
    SELECT o.workspace_id, o.id, o.session_id, o.number, o.agent_id, o.agent_version, o.subject, o.is_new_session, o.metadata,
        o.role, o.question, o.question_parts, o.created_at_ms, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
        $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28
    FROM ",
            $source
        )
    };
}

const MOVE: &str = move_from!("o");
const MOVE_ONE: &str = move_from!("open_turns o WHERE o.workspace_id = $1 AND o.id = $2");

/// `$2` and those that follow in [`MOVE`].
fn values<'a>(finished: &'a FinishedTurn, tool_calls: Option<&'a str>, bytes: i64) -> Vec<Param<'a>> {
    let (outcome, trace) = (&finished.outcome, &finished.trace);
    let (code, message) =
        outcome.error.as_ref().map_or((None, None), |(code, message)| (Some(code.as_str()), Some(message.as_str())));
    let (sent, left_out) = outcome.context.map(|context| (context.messages_sent, context.messages_left_out)).unzip();
    let has_answer = outcome.content.as_ref().is_some_and(|content| !content.is_empty());
    params![
        finished.turn.id,
        finished.status.as_str(),
        &outcome.content,
        &outcome.finish_reason,
        &outcome.provider,
        &outcome.model,
        outcome.input_tokens,
        outcome.output_tokens,
        outcome.cost_usd,
        sent,
        left_out,
        code,
        message,
        finished.last_seq,
        &trace.spans,
        trace.duration_us,
        trace.provider_us,
        trace.storage_us,
        trace.tool_us,
        trace.waiting_us,
        &trace.parent,
        trace.request_id.as_deref(),
        i64::from(finished.steps),
        tool_calls,
        1 + i64::from(finished.steps) + i64::from(has_answer),
        finished.now_ms,
        bytes
    ]
    .to_vec()
}
