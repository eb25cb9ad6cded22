//! The first write of a turn: its session found or opened, its question kept, its place in the queue taken.

use serde_json::{Map, Value as Json};

use super::agent_versions::{self, Stamp};
use super::db::{Scoped, Tx};
use super::error::{Error, Refusal, Result};
use super::idempotency::{self, OnceKey};
use super::messages::{self, StoredMessage, TURN_STRIDE};
use super::sessions::{self, NewSession, Session};
use super::turns::{self, Outcome, Status, Turn};
use crate::content::{Content, Role};
use crate::params;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A question that is to be kept and answered.
#[derive(Debug, Clone)]
pub struct NewTurn {
    /// `trn_...`
    pub id: String,
    /// `trc_...`
    pub trace_id: String,
    /// `msg_...` of the question.
    pub message_id: String,
    /// `ses_...`, should a session have to be opened.
    pub session_id: String,
    /// The gateway that will run it.
    pub owner: String,
    /// Who asks.
    pub user_id: String,
    /// Whom.
    pub agent_id: String,
    /// What the caller takes for the agent's present version; a session's pinned one goes before it.
    pub agent: Stamp,
    /// In which session.
    pub place: Place,
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
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
    /// The caller's idempotency key.
    pub once: Option<OnceKey>,
}

/// Where a question belongs.
#[derive(Debug, Clone)]
pub enum Place {
    /// In this session.
    Session {
        /// `ses_...`
        id: String,
        /// Whether it may be another user's, as admins and owners may write to all.
        of_anybody: bool,
    },
    /// In the asker's current session with the agent on this surface, or a new one.
    Surface {
        /// Such as `api` or `slack`.
        surface: String,
        /// Such as a channel's id; empty for none.
        surface_id: String,
    },
}

/// When a session is over by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lifetime {
    /// After so many milliseconds without a message.
    pub idle_ms: Option<i64>,
    /// Hour of the day (UTC) at which the session ends.
    pub reset_hour: Option<u32>,
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
        interrupted: Vec<String>,
    },
    /// Its idempotency key was used before, for this turn, which was not interrupted.
    Known {
        /// `trn_...`
        turn_id: String,
    },
}

impl Scoped {
    /// Keeps a question.
    ///
    /// # Errors
    /// [`Refusal::Stale`] for an agent that is not, or not any more, what the caller takes it for;
    /// [`Refusal::NotFound`] for a session that is not there or not the asker's; [`Refusal::State`] `"archived"`,
    /// `"other agent"`, `"busy"` or `"queue full"`; [`Refusal::KeyReused`].
    pub async fn begin_turn(&self, new: NewTurn) -> Result<Begun> {
        // By reference: it would be moved several times on its way to the writer.
        let new = Box::new(new);
        self.write(move |tx| begin(tx, &new)).await
    }
}

fn begin(tx: &mut Tx<'_>, new: &NewTurn) -> Result<Begun> {
    if let Some(once) = &new.once
        && let Some(turn_id) = idempotency::claim(tx, once, new.now_ms)?
        && !turns::is_interrupted(tx, &turn_id)?
    {
        return Ok(Begun::Known { turn_id });
    }
    if agent_versions::present(tx, &new.agent_id)?.is_none_or(|present| present != new.agent) {
        return Err(Error::Refused(Refusal::Stale));
    }
    let Resolved { session, is_new, is_counted } = resolve_session(tx, new)?;
    let mut interrupted = Vec::new();
    let mut status = Status::Running;
    if !is_new {
        let unfinished =
            "SELECT id FROM turns WHERE workspace_id = $1 AND session_id = $2 AND finished_at IS NULL ORDER BY number";
        let running = tx.query(unfinished, params![&session.id])?;
        if !running.is_empty() {
            status = Status::Queued;
            interrupted = make_way(
                tx,
                new.busy,
                &session.id,
                running.into_iter().map(|mut row| row.text(0)).collect::<Result<_>>()?,
            )?;
        }
    }
    let turn = keep(tx, new, &session, is_new, status)?;
    if !is_counted {
        let sql = "UPDATE sessions SET turn_count = $3, message_count = message_count + 1, last_active_at = $4 WHERE workspace_id = $1 AND id = $2";
        tx.execute(sql, params![&session.id, turn.number, new.now_ms])?;
    }
    if let Some(once) = &new.once {
        idempotency::record(tx, once, &turn.id)?;
    }
    Ok(Begun::New { turn, session, interrupted })
}

fn make_way(tx: &mut Tx<'_>, busy: Busy, session_id: &str, running: Vec<String>) -> Result<Vec<String>> {
    match busy {
        Busy::Reject => Err(Error::Refused(Refusal::State("busy"))),
        Busy::Queue(limit) if running.len() > usize::try_from(limit).unwrap_or(usize::MAX) => {
            Err(Error::Refused(Refusal::State("queue full")))
        }
        Busy::Queue(_) => Ok(Vec::new()),
        Busy::Interrupt => {
            let sql = "UPDATE turns SET cancel_requested = 1 WHERE workspace_id = $1 AND session_id = $2 AND finished_at IS NULL";
            tx.execute(sql, params![session_id])?;
            Ok(running)
        }
    }
}

/// The session of a question, as it was before it.
struct Resolved {
    session: Session,
    /// Whether it was opened for the question.
    is_new: bool,
    /// Whether its row counts the question already.
    is_counted: bool,
}

fn resolve_session(tx: &mut Tx<'_>, new: &NewTurn) -> Result<Resolved> {
    let found = match &new.place {
        Place::Session { id, of_anybody } => {
            let owner = if *of_anybody { None } else { Some(new.user_id.as_str()) };
            let session = sessions::find(tx, id, owner, true)?.ok_or_else(Error::not_found)?;
            if !session.is_active {
                return Err(Error::Refused(Refusal::State("archived")));
            }
            if session.agent_id != new.agent_id {
                return Err(Error::Refused(Refusal::State("other agent")));
            }
            session
        }
        Place::Surface { surface, surface_id } => match by_slot(tx, new, surface, surface_id)? {
            Some(session) => session,
            None => {
                let session = sessions::open_slot(tx, &fresh(new, surface, surface_id))?;
                return Ok(Resolved { session, is_new: true, is_counted: true });
            }
        },
    };
    if is_over(&found, new.lifetime, new.now_ms) && sessions::refuse_when_busy(tx, &found.id).is_ok() {
        let session = sessions::succeed(tx, &found, &new.session_id, new.now_ms)?;
        return Ok(Resolved { session, is_new: true, is_counted: false });
    }
    Ok(Resolved { session: found, is_new: false, is_counted: false })
}

fn by_slot(tx: &mut Tx<'_>, new: &NewTurn, surface: &str, surface_id: &str) -> Result<Option<Session>> {
    let slot = sessions::slot(&new.user_id, &new.agent_id, surface, surface_id);
    let lock = if tx.has_row_locks() { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT {} FROM sessions WHERE workspace_id = $1 AND slot = $2{lock}", sessions::COLUMNS);
    tx.first(&sql, params![&slot])?.map(|mut row| sessions::read(&mut row)).transpose()
}

fn fresh(new: &NewTurn, surface: &str, surface_id: &str) -> NewSession {
    NewSession {
        id: new.session_id.clone(),
        agent_id: new.agent_id.clone(),
        pinned_version: None,
        title: None,
        surface: surface.to_owned(),
        surface_id: surface_id.to_owned(),
        user_id: new.user_id.clone(),
        metadata: Map::new(),
        now_ms: new.now_ms,
    }
}

/// Whether the session's time is up: idle for too long, or a daily reset since its last message.
fn is_over(session: &Session, lifetime: Lifetime, now_ms: i64) -> bool {
    let idle = lifetime.idle_ms.is_some_and(|idle_ms| now_ms - session.last_active_at_ms >= idle_ms);
    let reset = lifetime.reset_hour.is_some_and(|hour| {
        let offset = i64::from(hour) * HOUR_MS;
        let last_reset = (now_ms - offset).div_euclid(DAY_MS) * DAY_MS + offset;
        session.last_active_at_ms < last_reset
    });
    idle || reset
}

/// Writes the question and the turn.
fn keep(tx: &mut Tx<'_>, new: &NewTurn, session: &Session, is_new_session: bool, status: Status) -> Result<Turn> {
    let turn = Turn {
        id: new.id.clone(),
        session_id: session.id.clone(),
        number: session.turn_count + 1,
        agent_id: new.agent_id.clone(),
        agent_version: session.pinned_version.unwrap_or(new.agent.version),
        user_id: new.user_id.clone(),
        trace_id: new.trace_id.clone(),
        status,
        owner: new.owner.clone(),
        is_new_session,
        cancel_requested: false,
        metadata: new.metadata.clone(),
        outcome: Outcome::default(),
        last_seq: 0,
        created_at_ms: new.now_ms,
        finished_at_ms: None,
    };
    let question = StoredMessage {
        id: new.message_id.clone(),
        turn_id: Some(turn.id.clone()),
        seq: turn.number * TURN_STRIDE,
        role: new.role,
        content: new.content.clone(),
        created_at_ms: new.now_ms,
    };
    messages::insert(tx, &session.id, &question)?;
    insert(tx, &turn)?;
    Ok(turn)
}

fn insert(tx: &mut Tx<'_>, turn: &Turn) -> Result<()> {
    let metadata = serde_json::to_string(&turn.metadata).map_err(Error::broken)?;
    let sql = "INSERT INTO turns (workspace_id, id, session_id, number, agent_id, agent_version, user_id, trace_id, status, owner,
        is_new_session, cancel_requested, metadata, input_tokens, output_tokens, cost_usd, last_seq, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, 0, 0, 0.0, 0, $13)";
    let (session, agent, user) = (&turn.session_id, &turn.agent_id, &turn.user_id);
    let (status, version, is_new) = (turn.status.as_str(), turn.agent_version, turn.is_new_session);
    let params = params![
        &turn.id,
        session,
        turn.number,
        agent,
        version,
        user,
        &turn.trace_id,
        status,
        &turn.owner,
        is_new,
        &metadata,
        turn.created_at_ms
    ];
    tx.execute(sql, params).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_active_at(last_active_at_ms: i64) -> Session {
        Session {
            id: String::new(),
            agent_id: String::new(),
            pinned_version: None,
            title: None,
            surface: String::new(),
            surface_id: String::new(),
            user_id: String::new(),
            is_active: true,
            successor_id: None,
            turn_count: 0,
            message_count: 0,
            input_tokens: 0,
            output_tokens: 0,
            metadata: Map::new(),
            summary: None,
            summary_until: 0,
            created_at_ms: 0,
            last_active_at_ms,
        }
    }

    #[test]
    fn a_session_ends_after_its_idle_time() {
        let lifetime = Lifetime { idle_ms: Some(60_000), reset_hour: None };
        assert!(!is_over(&last_active_at(0), lifetime, 59_999));
        assert!(is_over(&last_active_at(0), lifetime, 60_000));
    }

    #[test]
    fn a_session_ends_at_the_hour_of_its_daily_reset() {
        let lifetime = Lifetime { idle_ms: None, reset_hour: Some(4) };
        let (three, four, five) = (DAY_MS + 3 * HOUR_MS, DAY_MS + 4 * HOUR_MS, DAY_MS + 5 * HOUR_MS);
        assert!(!is_over(&last_active_at(three), lifetime, three + 1));
        assert!(is_over(&last_active_at(three), lifetime, four));
        assert!(!is_over(&last_active_at(four), lifetime, five));
        assert!(is_over(&last_active_at(five), lifetime, five + DAY_MS));
    }
}
