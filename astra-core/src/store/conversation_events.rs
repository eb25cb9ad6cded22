//! What conversations cause in the log of events: sessions that are opened and archived, turns that begin and end, calls that wait
//! for a person.

use super::actor::Actor;
use super::error::Result;
use super::events::{
    AgentCompletedData, AgentFailedData, ApprovalRequestedData, SessionArchivedData, SessionCreatedData,
    TurnStartedData,
};
use super::pending_event::Cause;
use super::sessions::Session;
use super::subjects;
use super::turns::{Outcome, Status, Turn};
use super::tx::Tx;
use crate::clock::rfc3339;
use crate::ids::{ApprovalId, EventId, SessionId, TraceId, TurnId};
use crate::params;
use crate::text::shorten;

/// A session was opened. What has its own key as the event's has one such event.
pub(super) fn session_created(tx: &mut Tx<'_>, actor: Option<&Actor>, session: &Session) -> Result<()> {
    let subject = match actor {
        Some(actor) => subjects::ensure(tx, &actor.subject, actor.subject_number)?,
        None => session.subject,
    };
    let cause = Cause {
        id: EventId::from_key(session.id.key()),
        at_ms: session.created_at_ms,
        subject: Some(subject),
        owner: Some(session.subject),
    };
    let data = SessionCreatedData {
        session_id: session.id,
        agent_id: session.agent_id.clone(),
        user_id: session.user_id.clone(),
        surface: session.surface.clone(),
        surface_id: session.surface_id.clone(),
    };
    tx.emit(cause, &data)
}

/// A session was archived in favour of another one.
pub(super) fn archived(session: &Session, successor_id: SessionId) -> SessionArchivedData {
    SessionArchivedData {
        session_id: session.id,
        successor_id,
        agent_id: session.agent_id.clone(),
        user_id: session.user_id.clone(),
    }
}

/// A question has archived a session, by the turn `turn` of its successor; `id` is the event's.
pub(super) fn turn_archived(tx: &mut Tx<'_>, id: EventId, session: &Session, turn: &Turn) -> Result<()> {
    let (at_ms, subject, owner) = (turn.created_at_ms, Some(turn.subject), Some(session.subject));
    tx.emit(Cause { id, at_ms, subject, owner }, &archived(session, turn.session_id))
}

/// A question has begun a turn.
pub(super) fn turn_started(tx: &mut Tx<'_>, turn: &Turn, session: &Session) -> Result<()> {
    if turn.is_new_session {
        session_created(tx, None, session)?;
    }
    let cause = own(EventId::from_key(turn.id.key()), turn, turn.created_at_ms);
    let data = TurnStartedData {
        turn_id: turn.id,
        session_id: turn.session_id,
        agent_id: turn.agent_id.clone(),
        agent_version: turn.agent_version,
        user_id: turn.user_id.clone(),
    };
    tx.emit(cause, &data)
}

/// A turn has ended; `id` is the event's.
pub(super) fn turn_ended(
    tx: &mut Tx<'_>,
    id: EventId,
    turn: &Turn,
    status: Status,
    outcome: &Outcome,
    duration_us: i64,
    now_ms: i64,
) -> Result<()> {
    let (cause, trace_id, duration_ms) = (own(id, turn, now_ms), TraceId::from_key(turn.id.key()), duration_us / 1_000);
    if status == Status::Completed {
        let data = AgentCompletedData {
            turn_id: turn.id,
            session_id: turn.session_id,
            agent_id: turn.agent_id.clone(),
            agent_version: turn.agent_version,
            user_id: turn.user_id.clone(),
            finish_reason: outcome.finish_reason.clone(),
            provider: outcome.provider.clone(),
            model: outcome.model.clone(),
            input_tokens: outcome.input_tokens,
            output_tokens: outcome.output_tokens,
            cost_usd: outcome.cost_usd,
            duration_ms,
            trace_id,
        };
        return tx.emit(cause, &data);
    }
    let error = outcome.error.as_ref();
    let (error_code, error_message) = error.map(|(code, message)| (code.clone(), shorten(message))).unzip();
    let data = AgentFailedData {
        turn_id: turn.id,
        session_id: turn.session_id,
        agent_id: turn.agent_id.clone(),
        agent_version: turn.agent_version,
        user_id: turn.user_id.clone(),
        status: status.as_str().to_owned(),
        error_code,
        error_message,
        duration_ms,
        trace_id,
    };
    tx.emit(cause, &data)
}

/// What a turn of its caller has caused.
const fn own(id: EventId, turn: &Turn, at_ms: i64) -> Cause {
    Cause { id, at_ms, subject: Some(turn.subject), owner: Some(turn.subject) }
}

/// Calls of an open turn wait for a person: their approvals, and the tools that are called.
pub(super) fn approvals_requested(
    tx: &mut Tx<'_>,
    turn_id: TurnId,
    approvals: &[(ApprovalId, &str)],
    now_ms: i64,
    expires_at_ms: i64,
) -> Result<()> {
    if approvals.is_empty() {
        return Ok(());
    }
    let sql =
        "SELECT t.session_id, t.agent_id, t.subject, u.id FROM open_turns t JOIN subjects u ON u.number = t.subject
        WHERE t.workspace_id = $1 AND t.id = $2";
    let mut row = tx.one(sql, params![turn_id])?;
    let (session_id, agent_id, subject, user_id) =
        (row.next_id()?, row.next_text()?, row.next_int()?, row.next_text()?);
    for (approval_id, tool) in approvals {
        let id = EventId::from_key(approval_id.key());
        let data = ApprovalRequestedData {
            approval_id: *approval_id,
            turn_id,
            session_id,
            agent_id: agent_id.clone(),
            user_id: user_id.clone(),
            tool: (*tool).to_owned(),
            expires_at: rfc3339(expires_at_ms),
        };
        tx.emit(Cause { id, at_ms: now_ms, subject: Some(subject), owner: Some(subject) }, &data)?;
    }
    Ok(())
}
