//! The first write of a turn: its session found or opened, its question kept, its place in the queue taken.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::agent_versions::{self, VersionStamp};
use super::borrowed_agents;
use super::conversation_events;
use super::error::{Error, Refusal, Result, TurnRefusal};
use super::idempotency::{self, OnceKey};
use super::job_turns::{self, JobQuestion};
use super::lifetime::Lifetime;
use super::loan::is_borrowed;
use super::message::{self, TURN_STRIDE};
use super::messages;
use super::mode::OnDouble;
use super::recent::{self, Recent};
use super::session_storage::{self, length};
use super::session_totals::{self, SessionWithTotals};
use super::sessions::{self, NewSession, Session, SessionSettings};
use super::spawned_turns;
use super::subjects;
use super::turns::{self, Outcome, Status, Turn, Turns};
use super::tx::Tx;
use super::visibility::VisibleTo;
use crate::content::{Content, Role};
use crate::ids::{EventId, SessionId, TurnId};
use crate::params;

/// A question that is to be kept and answered.
#[derive(Debug, Clone)]
pub struct NewTurn {
    /// The turn's id.
    pub id: TurnId,
    /// The id of the session, should one have to be opened.
    pub session_id: SessionId,
    /// The gateway that will run it.
    pub owner: i64,
    /// Who asks.
    pub user_id: Arc<str>,
    /// Whose sessions the question may be asked in.
    pub visible_to: VisibleTo,
    /// The number of the one who asks, should there be none yet.
    pub subject: i64,
    /// Whom.
    pub agent_id: String,
    /// What the caller takes for the agent's present version; a session's pinned one goes before it.
    pub agent: VersionStamp,
    /// In which session.
    pub place: SessionTarget,
    /// Who says it.
    pub role: Role,
    /// The message.
    pub content: Content,
    /// Data of the caller's own; the gateway does not interpret it.
    pub metadata: Map<String, Json>,
    /// When the session is over by itself.
    pub lifetime: Lifetime,
    /// What to do while another turn is running in the session.
    pub busy: Busy,
    /// Whether it is longer than what the agent's present version reads: refused unless the session has another version.
    pub is_too_long: bool,
    /// Most bytes that a session's turns may keep.
    pub session_bytes: u64,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
    /// The caller's idempotency key.
    pub once: Option<OnceKey>,
    /// The turn that begins it, if one does.
    pub parent: Option<TurnId>,
    /// The question of a job that it answers, if it does.
    pub job: Option<Box<JobQuestion>>,
    /// If events of turns have readers: the id of the event that it archives a session, should it do so.
    pub event_id: Option<EventId>,
}

/// Where a question belongs.
#[derive(Debug, Clone)]
pub enum SessionTarget {
    /// In this session.
    Session {
        /// The session's id.
        id: SessionId,
    },
    /// In the caller's current session with the agent on this surface, or a new one.
    Surface {
        /// Such as `api` or `slack`.
        surface: String,
        /// Such as a channel's id; empty for none.
        surface_id: String,
    },
}

/// What to do while another turn is running in the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Wait behind it, unless so many wait already.
    Queue(u32),
    /// Refuse.
    Reject,
    /// End it and all that wait.
    Interrupt,
}

/// What became of a [`NewTurn`].
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "the large one is the common one")]
pub enum Begun {
    /// It was kept.
    New {
        /// The turn, running or queued.
        turn: Turn,
        /// Its session, as it was before the question.
        session: Session,
        /// The turns that were asked to end.
        interrupted: Vec<TurnId>,
        /// What was said before, as far as it costs nothing to read it now: on SQLite, for a turn that is not queued.
        recent: Option<Recent>,
    },
    /// Its idempotency key was used before, for this turn, which was not interrupted.
    Known {
        /// The turn's id.
        turn_id: TurnId,
    },
}

impl Turns<'_> {
    /// Keeps a question.
    ///
    /// # Errors
    /// [`Refusal::Stale`] for an agent that is not, or not any more, what the caller takes it for;
    /// [`TurnRefusal`]; [`Refusal::KeyReused`].
    pub async fn begin(self, new: NewTurn) -> Result<Begun> {
        let subject = self.0.db().subject_numbers().get(&new.user_id);
        // By reference: it would be moved several times on its way to the writer.
        let new = Box::new(new);
        let begun = self.0.write_turn(move |tx| begin(tx, &new, subject)).await?;
        if let (Begun::New { turn, .. }, None) = (&begun, subject) {
            self.0.db().subject_numbers().keep(&turn.user_id, turn.subject);
        }
        Ok(begun)
    }
}

fn begin(tx: &mut Tx<'_>, new: &NewTurn, subject: Option<i64>) -> Result<Begun> {
    spawned_turns::check_parent(tx, new.parent)?;
    job_turns::fence(tx, new.job.as_deref())?;
    new.once.iter().try_for_each(|once| idempotency::claim_ahead(tx, once, new.now_ms))?;
    if let Some(subject) = subject.filter(|_| tx.is_shared()) {
        look_ahead(tx, new, subject)?;
    }
    if let Some(once) = &new.once
        && let Some(answer) = idempotency::claimed(tx, once, new.now_ms)?
    {
        let turn_id = answer.parse().map_err(Error::broken)?;
        if !turns::is_interrupted(tx, turn_id)? {
            return Ok(Begun::Known { turn_id });
        }
    }
    if present(tx, new)?.is_none_or(|present| present != new.agent) {
        return Err(Error::Refused(Refusal::Stale));
    }
    let subject = subject.map_or_else(|| subjects::ensure(tx, &new.user_id, new.subject), Ok)?;
    let (session, is_new, archived) = resolve_session(tx, new, subject)?;
    if new.is_too_long && session.settings.pinned_version.is_none_or(|pinned| pinned == new.agent.version) {
        return Err(TurnRefusal::QuestionTooLong.into());
    }
    let (mut number, mut status, mut interrupted) = (1, Status::Running, Vec::new());
    if !is_new {
        let (open, ended) = open_turns(tx, new, &session)?;
        number = next_number(&session, &open, ended);
        if !open.is_empty() {
            status = Status::Queued;
            interrupted = make_way(tx, new.busy, session.id, open.into_iter().map(|(id, _)| id).collect())?;
        }
    }
    session_storage::check(tx, session.id, number, new.content.bytes(), new.session_bytes)?;
    let is_quick = !is_new && status == Status::Running && !tx.is_shared();
    let recent = if is_quick { Some(recent::read(tx, &session, number)?) } else { None };
    let turn = keep(tx, new, subject, &session, is_new, number, status)?;
    if let Some(once) = &new.once {
        idempotency::record(tx, once, &turn.id.to_string())?;
    }
    spawned_turns::insert(tx, turn.id, new.parent)?;
    job_turns::insert(tx, turn.id, new.job.as_deref())?;
    if let Some(event_id) = new.event_id {
        archived.iter().try_for_each(|old| conversation_events::turn_archived(tx, event_id, old, &turn))?;
        conversation_events::turn_started(tx, &turn, &session)?;
    }
    Ok(Begun::New { turn, session, interrupted, recent })
}

/// Which definition the agent has now, of the workspace's own or a borrowed one; `None` if there is no such agent.
fn present(tx: &mut Tx<'_>, new: &NewTurn) -> Result<Option<VersionStamp>> {
    if is_borrowed(&new.agent_id) {
        borrowed_agents::present(tx, &new.agent_id, new.now_ms)
    } else {
        agent_versions::present(tx, &new.agent_id)
    }
}

/// Says that [`present`] is going to be asked.
fn present_ahead(tx: &mut Tx<'_>, new: &NewTurn) -> Result<()> {
    if is_borrowed(&new.agent_id) {
        borrowed_agents::present_ahead(tx, &new.agent_id, new.now_ms)
    } else {
        agent_versions::present_ahead(tx, &new.agent_id)
    }
}

/// Says what most beginnings ask for: agent, session and its turns, in the order in which they are locked.
fn look_ahead(tx: &mut Tx<'_>, new: &NewTurn, subject: i64) -> Result<()> {
    present_ahead(tx, new)?;
    match &new.place {
        SessionTarget::Session { id } => {
            sessions::find_ahead(tx, *id)?;
            tx.ahead(&turns_of(OF_SESSION), params![*id])
        }
        SessionTarget::Surface { surface, surface_id } => {
            sessions::find_current_ahead(tx, subject, &new.agent_id, surface, surface_id)?;
            tx.ahead(&of_surface(), params![subject, &new.agent_id, surface, surface_id])
        }
    }
}

const OF_SESSION: &str = "$2";

/// The numbers and ids of the open turns of a session, and the largest number of those that have ended.
fn turns_of(session: &str) -> String {
    format!("SELECT o.number, o.id FROM open_turns o WHERE o.workspace_id = $1 AND o.session_id = {session}
    UNION ALL SELECT (SELECT t.number FROM turns t WHERE t.workspace_id = $1 AND t.session_id = {session} ORDER BY t.number DESC LIMIT 1),
        CAST(NULL AS BIGINT)")
}

fn of_surface() -> String {
    turns_of(&format!("(SELECT s.id FROM sessions s WHERE {})", sessions::IS_CURRENT))
}

/// The open turns of a session and their numbers, in order; and the number of the last one that has ended. The session's row
/// is locked, or there is one writer.
fn open_turns(tx: &mut Tx<'_>, new: &NewTurn, session: &Session) -> Result<(Vec<(TurnId, i64)>, i64)> {
    let rows = match &new.place {
        // As it was said ahead, when the session's id was not known.
        SessionTarget::Surface { surface, surface_id } if tx.is_shared() => {
            tx.query(&of_surface(), params![session.subject, &new.agent_id, surface, surface_id])?
        }
        _ => tx.query(&turns_of(OF_SESSION), params![session.id])?,
    };
    let (mut open, mut ended) = (Vec::new(), 0);
    for mut row in rows {
        match (row.next_optional_int()?, row.next_optional_id()?) {
            (Some(number), Some(id)) => open.push((id, number)),
            (number, _) => ended = number.unwrap_or(0),
        }
    }
    open.sort_unstable_by_key(|(_, number)| *number);
    Ok((open, ended))
}

/// The number of the turn that comes after all of a session's turns.
fn next_number(session: &Session, open: &[(TurnId, i64)], ended: i64) -> i64 {
    let shared = session.parent.map_or(0, |parent| parent.until / TURN_STRIDE);
    open.last().map_or(0, |(_, number)| *number).max(ended).max(shared) + 1
}

fn make_way(tx: &mut Tx<'_>, busy: Busy, session_id: SessionId, open: Vec<TurnId>) -> Result<Vec<TurnId>> {
    match busy {
        Busy::Reject => Err(TurnRefusal::SessionBusy.into()),
        Busy::Queue(limit) if open.len() > usize::try_from(limit).unwrap_or(usize::MAX) => {
            Err(TurnRefusal::QueueFull.into())
        }
        Busy::Queue(_) => Ok(Vec::new()),
        Busy::Interrupt => {
            let sql = "UPDATE open_turns SET cancel_requested = 1 WHERE workspace_id = $1 AND session_id = $2";
            tx.later(sql, params![session_id], OnDouble::Fails)?;
            let wake = "UPDATE suspensions SET is_ready = 1 WHERE workspace_id = $1 AND turn_id IN
                (SELECT id FROM open_turns WHERE workspace_id = $1 AND session_id = $2)";
            tx.later(wake, params![session_id], OnDouble::Fails)?;
            Ok(open)
        }
    }
}

/// The session of a question, whether it was opened for it, and the one that was archived for it.
fn resolve_session(tx: &mut Tx<'_>, new: &NewTurn, subject: i64) -> Result<(Session, bool, Option<Session>)> {
    let found = match &new.place {
        SessionTarget::Session { id } => {
            let session = sessions::find(tx, *id, &new.visible_to, true)?.ok_or(TurnRefusal::NoSuchSession)?;
            if !session.is_active {
                return Err(TurnRefusal::SessionArchived.into());
            }
            if session.agent_id != new.agent_id {
                return Err(TurnRefusal::OtherAgent.into());
            }
            session
        }
        SessionTarget::Surface { surface, surface_id } => {
            match sessions::find_current(tx, subject, &new.agent_id, surface, surface_id)? {
                Some(session) => session,
                None => {
                    return Ok((sessions::open_current(tx, &fresh(new, surface, surface_id), subject)?, true, None));
                }
            }
        }
    };
    if !new.lifetime.is_endless() {
        let SessionWithTotals { session, totals } = session_totals::add_one(tx, found)?;
        if new.lifetime.is_over(totals.last_active_at_ms, new.now_ms) && !sessions::is_busy(tx, session.id)? {
            let successor = sessions::succeed(tx, &session, new.session_id, new.now_ms)?;
            return Ok((successor, true, Some(session)));
        }
        return Ok((session, false, None));
    }
    Ok((found, false, None))
}

fn fresh(new: &NewTurn, surface: &str, surface_id: &str) -> NewSession {
    NewSession {
        id: new.session_id,
        agent_id: new.agent_id.clone(),
        surface: surface.to_owned(),
        surface_id: surface_id.to_owned(),
        user_id: new.user_id.to_string(),
        subject: new.subject,
        settings: SessionSettings::default(),
        now_ms: new.now_ms,
    }
}

/// Writes the question.
fn keep(
    tx: &mut Tx<'_>,
    new: &NewTurn,
    subject: i64,
    session: &Session,
    is_new_session: bool,
    number: i64,
    status: Status,
) -> Result<Turn> {
    let agent_version = session.settings.pinned_version.unwrap_or(new.agent.version);
    let metadata = sessions::json_unless_empty(&new.metadata)?;
    let (question, parts) = messages::columns(&new.content)?;
    let bytes = length(question) + [&parts, &metadata].into_iter().flatten().map(|text| length(text)).sum::<i64>();
    let sql =
        "INSERT INTO open_turns (workspace_id, id, session_id, number, agent_id, agent_version, subject, status, owner,
            is_new_session, cancel_requested, metadata, role, question, question_parts, bytes, created_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14, $15, $16)";
    let params = params![
        new.id,
        session.id,
        number,
        &new.agent_id,
        agent_version,
        subject,
        status.as_str(),
        new.owner,
        is_new_session,
        &metadata,
        message::role_name(new.role),
        question,
        &parts,
        bytes,
        new.now_ms
    ];
    tx.later(sql, params, OnDouble::Fails)?;
    Ok(Turn {
        id: new.id,
        session_id: session.id,
        number,
        agent_id: new.agent_id.clone(),
        agent_version,
        user_id: new.user_id.to_string(),
        subject,
        status,
        is_new_session,
        cancel_requested: false,
        metadata: new.metadata.clone(),
        outcome: Outcome::default(),
        last_seq: 0,
        bytes,
        created_at_ms: new.now_ms,
        finished_at_ms: None,
    })
}
