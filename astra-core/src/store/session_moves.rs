//! What makes one session out of another: opening, resetting, forking.

use super::db::{Scoped, Tx};
use super::error::{Error, Refusal, Result};
use super::idempotency::OnceKey;
use super::messages::{self, StoredMessage, TURN_STRIDE};
use super::sessions::{self, NewSession, Session};
use crate::ids::{IdMaker, Kind};
use crate::params;

impl Scoped {
    /// Opens a session; from now on it is the current one of its user, agent and surface.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`].
    pub async fn open_session(&self, new: NewSession, once: Option<OnceKey>) -> Result<Session> {
        self.write_once(once, new.now_ms, move |tx| sessions::insert(tx, &new)).await
    }

    /// Archives a session and opens its successor; `owner` limits it to one user's sessions.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::State`] `"archived"` or `"busy"`; [`Refusal::KeyReused`].
    pub async fn reset_session(
        &self,
        id: &str,
        owner: Option<&str>,
        successor_id: String,
        now_ms: i64,
        once: Option<OnceKey>,
    ) -> Result<Session> {
        let (id, owner) = (id.to_owned(), owner.map(str::to_owned));
        self.write_once(once, now_ms, move |tx| {
            let session = sessions::find(tx, &id, owner.as_deref(), true)?.ok_or_else(Error::not_found)?;
            if !session.is_active {
                return Err(Error::Refused(Refusal::State("archived")));
            }
            sessions::refuse_when_busy(tx, &id)?;
            sessions::succeed(tx, &session, &successor_id, now_ms)
        })
        .await
    }

    /// Copies a session up to and with the message `upto`, or all of it, into the session `new`, which belongs to the
    /// agent and surface of the old one.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::State`] `"message"` if the session has no such message, or compaction covers it;
    /// [`Refusal::KeyReused`].
    pub async fn fork_session(
        &self,
        id: &str,
        owner: Option<&str>,
        upto: Option<String>,
        new: Fork,
        ids: IdMaker,
        once: Option<OnceKey>,
    ) -> Result<Session> {
        let (id, owner) = (id.to_owned(), owner.map(str::to_owned));
        self.write_once(once, new.now_ms, move |tx| {
            let from = sessions::find(tx, &id, owner.as_deref(), true)?.ok_or_else(Error::not_found)?;
            fork(tx, &from, upto.as_deref(), &new, &ids)
        })
        .await
    }
}

/// What a fork is called and whose it is.
#[derive(Debug, Clone)]
pub struct Fork {
    /// `ses_...`
    pub id: String,
    /// Who forks.
    pub user_id: String,
    /// What the fork is called; as the original when `None`.
    pub title: Option<String>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

fn fork(tx: &mut Tx<'_>, from: &Session, upto: Option<&str>, fork: &Fork, ids: &IdMaker) -> Result<Session> {
    let last = match upto {
        None => i64::MAX,
        Some(id) => place_of(tx, from, id)?,
    };
    let new = NewSession {
        id: fork.id.clone(),
        agent_id: from.agent_id.clone(),
        pinned_version: from.pinned_version,
        title: fork.title.clone().or_else(|| from.title.clone()),
        surface: from.surface.clone(),
        // A surface has one current session, and it stays the original: the fork is reached by its id.
        surface_id: fork.id.clone(),
        user_id: fork.user_id.clone(),
        metadata: from.metadata.clone(),
        now_ms: fork.now_ms,
    };
    let mut session = sessions::insert(tx, &new)?;
    let sql = format!(
        "SELECT {} FROM messages WHERE workspace_id = $1 AND session_id = $2 AND seq <= $3 ORDER BY seq",
        messages::COLUMNS
    );
    for mut row in tx.query(&sql, params![&from.id, last])? {
        let message = StoredMessage { id: ids.make(Kind::Message), ..messages::read(&mut row)? };
        session.message_count += 1;
        session.turn_count = message.seq / TURN_STRIDE;
        messages::insert(tx, &session.id, &message)?;
    }
    session.summary.clone_from(&from.summary);
    session.summary_until = from.summary_until;
    let sql = "UPDATE sessions SET turn_count = $3, message_count = $4, summary = $5, summary_until = $6 WHERE workspace_id = $1 AND id = $2";
    tx.execute(
        sql,
        params![&session.id, session.turn_count, session.message_count, &session.summary, session.summary_until],
    )?;
    Ok(session)
}

fn place_of(tx: &mut Tx<'_>, from: &Session, message_id: &str) -> Result<i64> {
    let refused = || Error::Refused(Refusal::State("message"));
    let sql = "SELECT seq FROM messages WHERE workspace_id = $1 AND session_id = $2 AND id = $3";
    let seq = tx.first(sql, params![&from.id, message_id])?.ok_or_else(refused)?.int(0)?;
    if seq < from.summary_until { Err(refused()) } else { Ok(seq) }
}
