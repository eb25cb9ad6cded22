//! What makes one session out of another: opening, resetting, forking.

use serde_json::json;

use super::conversation_events::{archived, session_created};
use super::error::{Result, SessionRefusal};
use super::idempotency::OnceKey;
use super::messages;
use super::session_totals::{self, SessionWithTotals};
use super::sessions::SessionSettings;
use super::sessions::Sessions;
use super::sessions::{self, NewSession, Parent, Session};
use super::subjects;
use super::tx::Tx;
use super::visibility::VisibleTo;
use crate::ids::{MessageId, SessionId};
use crate::params;

impl Sessions<'_> {
    /// Opens a session; from now on it is the current one of its user, agent and surface.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: NewSession, once: Option<OnceKey>) -> Result<SessionWithTotals> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.lock_once(once, new.now_ms, move |tx| {
            let subject = subjects::ensure(tx, &new.user_id, new.subject)?;
            let session = sessions::insert(tx, &new, subject, None)?;
            sessions::audit(tx, actor.as_deref(), session.id, &json!({"agent_id": &new.agent_id}))?;
            session_created(tx, actor.as_deref(), &session)?;
            session_totals::add_one(tx, session)
        })
        .await
    }

    /// Archives a session and opens its successor; `None` if it is not there or not visible.
    ///
    /// # Errors
    /// [`SessionRefusal::Archived`]; [`SessionRefusal::Busy`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn reset(
        self,
        id: SessionId,
        visible_to: VisibleTo,
        successor_id: SessionId,
        now_ms: i64,
        once: Option<OnceKey>,
    ) -> Result<Option<SessionWithTotals>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.lock_found_once(once, now_ms, move |tx| {
            let Some(session) = sessions::find(tx, id, &visible_to, true)? else { return Ok(None) };
            if !session.is_active {
                return Err(SessionRefusal::Archived.into());
            }
            sessions::refuse_when_busy(tx, id)?;
            let successor = sessions::succeed(tx, &session, successor_id, now_ms)?;
            sessions::audit(tx, actor.as_deref(), id, &json!({"successor_id": successor_id.to_string()}))?;
            tx.emit_by(actor.as_deref(), Some(session.subject), &archived(&session, successor_id))?;
            session_created(tx, actor.as_deref(), &successor)?;
            session_totals::add_one(tx, successor).map(Some)
        })
        .await
    }

    /// Makes the session `new`, which begins with the messages of an old one up to and with the message `upto`, or with all
    /// of them, and belongs to the agent and surface of the old one. The messages are not copied: the fork refers to them.
    /// `None` if the old one is not there or not visible.
    ///
    /// # Errors
    /// [`SessionRefusal::NoSuchMessage`]; [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn fork(
        self,
        id: SessionId,
        visible_to: VisibleTo,
        upto: Option<MessageId>,
        new: Fork,
        once: Option<OnceKey>,
    ) -> Result<Option<SessionWithTotals>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.lock_found_once(once, new.now_ms, move |tx| {
            let Some(from) = sessions::find(tx, id, &visible_to, true)? else { return Ok(None) };
            let session = fork(tx, &from, upto, &new)?;
            sessions::audit(tx, actor.as_deref(), session.id, &json!({"from_session_id": id.to_string()}))?;
            session_created(tx, actor.as_deref(), &session)?;
            session_totals::add_one(tx, session).map(Some)
        })
        .await
    }
}

/// What a fork is called and whose it is.
#[derive(Debug, Clone)]
pub struct Fork {
    /// The fork's id.
    pub id: SessionId,
    /// Who forks.
    pub user_id: String,
    /// The number of the one who forks, should there be none yet.
    pub subject: i64,
    /// What the fork is called; as the original when `None`.
    pub title: Option<String>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

fn fork(tx: &mut Tx<'_>, from: &Session, upto: Option<MessageId>, fork: &Fork) -> Result<Session> {
    let last = match upto {
        None => messages::newest_place(tx, from)?,
        Some(id) => Some(place_of(tx, from, id)?),
    };
    let parent = last.map(|last| parent(tx, from, last)).transpose()?;
    let new = NewSession {
        id: fork.id,
        agent_id: from.agent_id.clone(),
        surface: from.surface.clone(),
        // A surface has one current session, and it stays the original: the fork is reached by its id.
        surface_id: fork.id.to_string(),
        user_id: fork.user_id.clone(),
        subject: fork.subject,
        settings: SessionSettings {
            title: fork.title.clone().or_else(|| from.settings.title.clone()),
            ..from.settings.clone()
        },
        now_ms: fork.now_ms,
    };
    let subject = subjects::ensure(tx, &new.user_id, new.subject)?;
    let mut session = sessions::insert(tx, &new, subject, parent)?;
    session.summary.clone_from(&from.summary);
    session.summary_until = from.summary_until;
    if session.summary.is_some() {
        let sql = "UPDATE sessions SET summary = $3, summary_until = $4 WHERE workspace_id = $1 AND id = $2";
        tx.execute(sql, params![session.id, &session.summary, session.summary_until])?;
    }
    Ok(session)
}

/// What a fork of `from` up to the place `last` refers to: the session whose own turn is at that place.
fn parent(tx: &mut Tx<'_>, from: &Session, last: i64) -> Result<Parent> {
    let messages = messages::count(tx, from, 0, last + 1)?;
    let mut link = Some((from.id, from.parent));
    let mut id = from.id;
    while let Some((own, above)) = link {
        id = own;
        link = match above {
            Some(above) if last <= above.until => Some((above.id, messages::parent_of(tx, above.id)?)),
            _ => None,
        };
    }
    Ok(Parent { id, until: last, messages: i64::from(messages) })
}

fn place_of(tx: &mut Tx<'_>, from: &Session, message: MessageId) -> Result<i64> {
    let place = messages::place_of(tx, from, message)?.ok_or(SessionRefusal::NoSuchMessage)?;
    if place < from.summary_until { Err(SessionRefusal::NoSuchMessage.into()) } else { Ok(place) }
}
