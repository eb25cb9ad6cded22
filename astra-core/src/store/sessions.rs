//! Sessions: conversations of one user with one agent.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::db::{Db, Scoped, Tx, WorkspaceId};
use super::error::{Error, Refusal, Result};
use super::merge::merge_objects;
use super::page::{Cursor, Page, PageRequest};
use super::value::{Param, Row};
use crate::content::is_too_large;
use crate::params;

/// A conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the wire type documents the fields that they share")]
pub struct Session {
    pub id: String,
    pub agent_id: String,
    pub pinned_version: Option<u32>,
    pub title: Option<String>,
    pub surface: String,
    pub surface_id: String,
    pub user_id: String,
    pub is_active: bool,
    pub successor_id: Option<String>,
    /// Turns so far.
    pub turn_count: i64,
    pub message_count: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    pub metadata: Map<String, Json>,
    /// What compaction made of the messages up to and with `summary_until`.
    pub summary: Option<String>,
    /// The sequence number of the last message that the summary covers; 0 for none.
    pub summary_until: i64,
    pub created_at_ms: i64,
    pub last_active_at_ms: i64,
}

/// What opens a session.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in `Session`")]
pub struct NewSession {
    pub id: String,
    pub agent_id: String,
    pub pinned_version: Option<u32>,
    pub title: Option<String>,
    pub surface: String,
    pub surface_id: String,
    pub user_id: String,
    pub metadata: Map<String, Json>,
    pub now_ms: i64,
}

/// Which sessions a list shows; what is `None` does not matter.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "as in `Session`")]
pub struct SessionFilter {
    pub agent_id: Option<String>,
    pub is_active: Option<bool>,
    pub surface: Option<String>,
    pub user_id: Option<String>,
}

/// What changes in a session; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "as in `Session`")]
pub struct SessionChange {
    pub title: Option<Option<String>>,
    pub pinned_version: Option<Option<u32>>,
    /// A merge patch; `Some(None)` empties it.
    pub metadata: Option<Option<Map<String, Json>>>,
}

pub(super) const COLUMNS: &str =
    "id, agent_id, pinned_version, title, surface, surface_id, user_id, status, successor_id, turn_count,
    message_count, input_tokens, output_tokens, metadata, summary, summary_until, created_at, last_active_at";

pub(super) fn read(row: &mut Row) -> Result<Session> {
    Ok(Session {
        id: row.text(0)?,
        agent_id: row.text(1)?,
        pinned_version: row.optional_int(2)?.and_then(|version| u32::try_from(version).ok()),
        title: row.optional_text(3)?,
        surface: row.text(4)?,
        surface_id: row.text(5)?,
        user_id: row.text(6)?,
        is_active: row.text(7)? == "active",
        successor_id: row.optional_text(8)?,
        turn_count: row.int(9)?,
        message_count: row.int(10)?,
        input_tokens: row.int(11)?,
        output_tokens: row.int(12)?,
        metadata: row.json(13)?,
        summary: row.optional_text(14)?,
        summary_until: row.int(15)?,
        created_at_ms: row.int(16)?,
        last_active_at_ms: row.int(17)?,
    })
}

/// The session with this id; `owner` limits the look to one user's sessions. Locks its row where the engine has locks.
pub(super) fn find(tx: &mut Tx<'_>, id: &str, owner: Option<&str>, lock: bool) -> Result<Option<Session>> {
    let suffix = if lock && tx.has_row_locks() { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT {COLUMNS} FROM sessions WHERE workspace_id = $1 AND id = $2{suffix}");
    let found = tx.first(&sql, params![id])?.map(|mut row| read(&mut row)).transpose()?;
    Ok(found.filter(|session| owner.is_none_or(|owner| owner == session.user_id)))
}

/// The key of the one session that a chat without `session_id` goes to.
pub(super) fn slot(user_id: &str, agent_id: &str, surface: &str, surface_id: &str) -> String {
    // An agent's id and a user's id hold no tab; a surface may, so it comes last and with its length.
    format!("{user_id}\t{agent_id}\t{}\t{surface}\t{surface_id}", surface.len())
}

/// Adds a session that has its slot; whoever held the slot before gives it up.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewSession) -> Result<Session> {
    let slot = slot(&new.user_id, &new.agent_id, &new.surface, &new.surface_id);
    tx.execute("UPDATE sessions SET slot = NULL WHERE workspace_id = $1 AND slot = $2", params![&slot])?;
    insert_row(tx, new, Some(&slot), 0)
}

/// Answers the session without the `questions` with which it is opened.
fn insert_row(tx: &mut Tx<'_>, new: &NewSession, slot: Option<&str>, questions: i64) -> Result<Session> {
    let metadata = serde_json::to_string(&new.metadata).map_err(Error::broken)?;
    let sql = "INSERT INTO sessions (workspace_id, id, agent_id, pinned_version, title, surface, surface_id, user_id, status, slot, turn_count,
        message_count, input_tokens, output_tokens, metadata, summary_until, created_at, last_active_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $12, $12, 0, 0, $10, 0, $11, $11)";
    let (id, agent, pinned, title) = (&new.id, &new.agent_id, new.pinned_version, &new.title);
    let (surface, surface_id, user) = (&new.surface, &new.surface_id, &new.user_id);
    tx.execute(
        sql,
        params![id, agent, pinned, title, surface, surface_id, user, slot, &metadata, new.now_ms, questions],
    )?;
    Ok(Session {
        id: new.id.clone(),
        agent_id: new.agent_id.clone(),
        pinned_version: new.pinned_version,
        title: new.title.clone(),
        surface: new.surface.clone(),
        surface_id: new.surface_id.clone(),
        user_id: new.user_id.clone(),
        is_active: true,
        successor_id: None,
        turn_count: 0,
        message_count: 0,
        input_tokens: 0,
        output_tokens: 0,
        metadata: new.metadata.clone(),
        summary: None,
        summary_until: 0,
        created_at_ms: new.now_ms,
        last_active_at_ms: new.now_ms,
    })
}

/// Opens the session of a slot that nobody held a moment ago, for its first question, which is counted already: one
/// statement less for each conversation that begins.
///
/// # Errors
/// [`Error::Retry`] if another gateway was faster: its session is there when the transaction runs again.
pub(super) fn open_slot(tx: &mut Tx<'_>, new: &NewSession) -> Result<Session> {
    let slot = slot(&new.user_id, &new.agent_id, &new.surface, &new.surface_id);
    insert_row(tx, new, Some(&slot), 1).map_err(|fault| match fault {
        Error::Unique(text) => Error::Retry(text),
        fault => fault,
    })
}

/// Ends a session in favour of a fresh one on the same surface, which is the surface's current one if the old one was.
pub(super) fn succeed(tx: &mut Tx<'_>, old: &Session, successor_id: &str, now_ms: i64) -> Result<Session> {
    let held = "SELECT slot FROM sessions WHERE workspace_id = $1 AND id = $2";
    let slot = tx.one(held, params![&old.id])?.optional_text(0)?;
    let archive =
        "UPDATE sessions SET status = 'archived', successor_id = $3, slot = NULL WHERE workspace_id = $1 AND id = $2";
    tx.execute(archive, params![&old.id, successor_id])?;
    let new = NewSession {
        id: successor_id.to_owned(),
        agent_id: old.agent_id.clone(),
        pinned_version: old.pinned_version,
        title: None,
        surface: old.surface.clone(),
        surface_id: old.surface_id.clone(),
        user_id: old.user_id.clone(),
        metadata: old.metadata.clone(),
        now_ms,
    };
    insert_row(tx, &new, slot.as_deref(), 0)
}

impl Scoped {
    /// The session with this id; `owner` limits the look to one user's sessions.
    pub async fn session(&self, id: &str, owner: Option<&str>) -> Result<Option<Session>> {
        let (id, owner) = (id.to_owned(), owner.map(str::to_owned));
        self.read(move |tx| find(tx, &id, owner.as_deref(), false)).await
    }

    /// Sessions, newest first.
    pub async fn sessions(&self, filter: SessionFilter, request: PageRequest) -> Result<Page<Session>> {
        // A condition of its own, so that the list of one user's sessions goes by that user's index.
        let of_user = if filter.user_id.is_some() { "user_id = $6" } else { "$6 = ''" };
        let sql = format!(
            "SELECT {COLUMNS} FROM sessions WHERE workspace_id = $1 AND id < $2 AND {of_user}
            AND ($3 = '' OR agent_id = $3) AND ($4 = '' OR status = $4) AND ($5 = '' OR surface = $5) ORDER BY id DESC LIMIT $7"
        );
        self.read(move |tx| {
            let status = filter.is_active.map_or("", |active| if active { "active" } else { "archived" });
            let text = |field: &'_ Option<String>| field.clone().unwrap_or_default();
            let (agent, surface, user) = (text(&filter.agent_id), text(&filter.surface), text(&filter.user_id));
            let params = params![request.position().1, &agent, status, &surface, &user, request.fetch()];
            let place = |session: &Session| Cursor { at: 0, id: session.id.clone() };
            tx.page(&sql, params, &request, |mut row| read(&mut row), place)
        })
        .await
    }

    /// Changes a session; `None` if it is not there or not `owner`'s.
    ///
    /// # Errors
    /// [`Refusal::State`] `"metadata"` if its own data would grow too large.
    pub async fn change_session(
        &self,
        id: &str,
        owner: Option<&str>,
        change: SessionChange,
    ) -> Result<Option<Session>> {
        let (id, owner) = (id.to_owned(), owner.map(str::to_owned));
        self.write(move |tx| {
            let Some(mut session) = find(tx, &id, owner.as_deref(), true)? else { return Ok(None) };
            session.title = change.title.clone().unwrap_or(session.title);
            session.pinned_version = change.pinned_version.unwrap_or(session.pinned_version);
            if let Some(patch) = &change.metadata {
                session.metadata =
                    patch.as_ref().map_or_else(Map::new, |patch| merge_objects(session.metadata, patch));
            }
            if is_too_large(&session.metadata) {
                return Err(Error::Refused(Refusal::State("metadata")));
            }
            let metadata = serde_json::to_string(&session.metadata).map_err(Error::broken)?;
            let sql = "UPDATE sessions SET title = $3, pinned_version = $4, metadata = $5 WHERE workspace_id = $1 AND id = $2";
            tx.execute(sql, params![&id, &session.title, session.pinned_version, &metadata])?;
            Ok(Some(session))
        })
        .await
    }

    /// Deletes a session with its messages, turns, events and traces; false if it is not there or not `owner`'s. What
    /// it cost stays in the usage.
    ///
    /// # Errors
    /// [`Refusal::State`] `"busy"` while one of its turns is running.
    pub async fn delete_session(&self, id: &str, owner: Option<&str>) -> Result<bool> {
        let (id, owner) = (id.to_owned(), owner.map(str::to_owned));
        self.write(move |tx| {
            if find(tx, &id, owner.as_deref(), true)?.is_none() {
                return Ok(false);
            }
            refuse_when_busy(tx, &id)?;
            // By way of the messages, which are in order of their session; a fork's messages name turns of another one.
            let of_session = "workspace_id = $1 AND session_id = $2";
            let turns = format!("{of_session} AND id IN (SELECT turn_id FROM messages WHERE {of_session})");
            let events = format!("workspace_id = $1 AND turn_id IN (SELECT id FROM turns WHERE {turns})");
            tx.execute(&format!("DELETE FROM turn_events WHERE {events}"), params![&id])?;
            tx.execute(&format!("DELETE FROM turns WHERE {turns}"), params![&id])?;
            tx.execute(&format!("DELETE FROM messages WHERE {of_session}"), params![&id])?;
            tx.execute(
                "UPDATE sessions SET successor_id = NULL WHERE workspace_id = $1 AND successor_id = $2",
                params![&id],
            )?;
            Ok(tx.execute("DELETE FROM sessions WHERE workspace_id = $1 AND id = $2", params![&id])? == 1)
        })
        .await
    }

    /// Replaces the summary of a session, unless another compaction was faster; answers whether it did.
    pub async fn summarise_session(&self, id: &str, was_until: i64, summary: String, until: i64) -> Result<bool> {
        let id = id.to_owned();
        self.write(move |tx| {
            let sql = "UPDATE sessions SET summary = $3, summary_until = $4 WHERE workspace_id = $1 AND id = $2 AND summary_until = $5";
            Ok(tx.execute(sql, params![&id, &summary, until, was_until])? == 1)
        })
        .await
    }
}

/// So many sessions are asked about in one statement.
const ASKED_AT_ONCE: usize = 512;

impl Db {
    /// How many turns each of `sessions` has; those that are not there are left out.
    pub async fn turn_counts(&self, sessions: Vec<(WorkspaceId, String)>) -> Result<Vec<((WorkspaceId, String), i64)>> {
        self.read(move |tx| {
            let mut counts = Vec::with_capacity(sessions.len());
            for asked in sessions.chunks(ASKED_AT_ONCE) {
                // Of few lengths, so that few statements are prepared: the last one is asked about again and again.
                let length = asked.len().next_power_of_two();
                let padded = asked.iter().chain(asked.last().into_iter().cycle()).take(length);
                let params: Vec<Param<'_>> =
                    padded.flat_map(|(workspace, id)| [Param::Text(workspace.as_str()), Param::Text(id)]).collect();
                let pairs: Vec<String> =
                    (0..length).map(|pair| format!("(${}, ${})", 2 * pair + 1, 2 * pair + 2)).collect();
                let sql = format!(
                    "SELECT workspace_id, id, turn_count FROM sessions WHERE (workspace_id, id) IN (VALUES {})",
                    pairs.join(", ")
                );
                for mut row in tx.query(&sql, &params)? {
                    counts.push(((WorkspaceId::new(&row.text(0)?), row.text(1)?), row.int(2)?));
                }
            }
            Ok(counts)
        })
        .await
    }
}

/// Refuses what cannot be done while a turn is running in the session.
pub(super) fn refuse_when_busy(tx: &mut Tx<'_>, session_id: &str) -> Result<()> {
    let sql = "SELECT id FROM turns WHERE workspace_id = $1 AND session_id = $2 AND finished_at IS NULL LIMIT 1";
    match tx.first(sql, params![session_id])? {
        Some(_) => Err(Error::Refused(Refusal::State("busy"))),
        None => Ok(()),
    }
}
