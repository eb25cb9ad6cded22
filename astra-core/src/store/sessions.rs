//! Sessions: conversations of one user with one agent. What a session has in all is summed up from its turns.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::actor::{Actor, Target};
use super::error::{Error, Result, SessionRefusal};
use super::mode::OnDouble;
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use super::visibility::VisibleTo;
use crate::ids::SessionId;
use crate::params;

/// A conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the wire type documents the fields that they share")]
pub struct Session {
    pub id: SessionId,
    pub agent_id: String,
    pub surface: String,
    pub surface_id: String,
    pub user_id: String,
    /// The user's number in the store.
    pub subject: i64,
    pub is_active: bool,
    pub successor_id: Option<SessionId>,
    pub settings: SessionSettings,
    /// What compaction made of the messages up to and with `summary_until`.
    pub summary: Option<String>,
    /// The place of the last message that the summary covers; 0 for none.
    pub summary_until: i64,
    /// What a fork reads before its own turns.
    pub parent: Option<Parent>,
    pub created_at_ms: i64,
}

/// What of a session is its caller's to set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionSettings {
    /// The version of the agent that answers in this session; null for the version that is present at each turn.
    #[schema(minimum = 1, example = 3)]
    pub pinned_version: Option<u32>,
    /// The session's title.
    #[schema(min_length = 1, max_length = 256, pattern = r"^[^\x00]*$", example = "Geography")]
    pub title: Option<String>,
    /// The caller's own data, at most 16 KiB as JSON.
    #[serde(default)]
    #[schema(value_type = Map<String, serde_json::Value>, example = json!({"ticket": "4711"}))]
    pub metadata: Map<String, Json>,
}

/// The part of another session that a fork begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The other session.
    pub id: SessionId,
    /// The place of the last message that belongs to the fork too.
    pub until: i64,
    /// How many messages that is.
    pub messages: i64,
}

/// What opens a session.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in `Session`")]
pub struct NewSession {
    pub id: SessionId,
    pub agent_id: String,
    pub surface: String,
    pub surface_id: String,
    pub user_id: String,
    /// The user's number, should it have none yet.
    pub subject: i64,
    pub settings: SessionSettings,
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

/// Writes down that `actor` has changed a session.
pub(super) fn audit(tx: &mut Tx<'_>, actor: Option<&Actor>, id: SessionId, changes: &Json) -> Result<()> {
    match actor {
        Some(_) => tx.audit(actor, Target { kind: "session", id: &id.to_string() }, changes),
        None => Ok(()),
    }
}

/// All sessions, deleted ones too, for a condition that begins with `WHERE`.
pub(super) const SELECT: &str = "SELECT s.id, s.agent_id, s.pinned_version, s.title, s.surface, s.surface_id, u.id, s.subject, s.status,
        (SELECT x.id FROM sessions x WHERE x.workspace_id = s.workspace_id AND x.id = s.successor_id AND x.status IN ('active', 'archived')),
        s.metadata, s.summary, s.summary_until, s.parent_id, s.parent_until, s.parent_messages, s.created_at_ms
    FROM sessions s JOIN subjects u ON u.number = s.subject";

/// The condition of those that are there.
pub(super) const IS_THERE: &str = "s.status IN ('active', 'archived')";

pub(super) fn read(row: &mut Row) -> Result<Session> {
    let (id, agent_id) = (row.next_id()?, row.next_text()?);
    let (pinned_version, title) = (row.next_optional_count()?, row.next_optional_text()?);
    Ok(Session {
        id,
        agent_id,
        surface: row.next_text()?,
        surface_id: row.next_text()?,
        user_id: row.next_text()?,
        subject: row.next_int()?,
        is_active: row.next_text()? == "active",
        successor_id: row.next_optional_id()?,
        settings: SessionSettings { pinned_version, title, metadata: row.next_json_or_default()? },
        summary: row.next_optional_text()?,
        summary_until: row.next_int()?,
        parent: read_parent(row)?,
        created_at_ms: row.next_int()?,
    })
}

/// What a session refers to, by its columns parent_id, parent_until and parent_messages.
pub(super) fn read_parent(row: &mut Row) -> Result<Option<Parent>> {
    let (id, until, messages) = (row.next_optional_id()?, row.next_optional_int()?, row.next_int()?);
    Ok(id.zip(until).map(|(id, until)| Parent { id, until, messages }))
}

/// The session with this id, if it is visible. With `lock`, its row is locked where the backend has locks.
pub(super) fn find(tx: &mut Tx<'_>, id: SessionId, visible_to: &VisibleTo, lock: bool) -> Result<Option<Session>> {
    let found = tx.first(&by_id(tx, lock), params![id])?.map(|mut row| read(&mut row)).transpose()?;
    Ok(found.filter(|session| visible_to.shows(&session.user_id)))
}

/// Says that [`find`] is going to be asked, with its lock.
pub(super) fn find_ahead(tx: &mut Tx<'_>, id: SessionId) -> Result<()> {
    tx.ahead(&by_id(tx, true), params![id])
}

fn by_id(tx: &Tx<'_>, lock: bool) -> String {
    format!("{SELECT} WHERE s.workspace_id = $1 AND s.id = $2 AND {IS_THERE}{}", row_lock(tx, lock))
}

const fn row_lock(tx: &Tx<'_>, lock: bool) -> &'static str {
    if lock && tx.is_shared() { " FOR UPDATE OF s" } else { "" }
}

/// The condition of the current session of the subject `$2` with the agent `$3` on the surface `$4`, `$5`.
pub(super) const IS_CURRENT: &str = "s.workspace_id = $1 AND s.subject = $2 AND s.agent_id = $3 AND s.surface = $4
    AND s.surface_id = $5 AND s.is_current = 1";

/// The one session that a chat without `session_id` goes to, locked where the backend has locks.
pub(super) fn find_current(
    tx: &mut Tx<'_>,
    subject: i64,
    agent_id: &str,
    surface: &str,
    surface_id: &str,
) -> Result<Option<Session>> {
    let found = tx.first(&current(tx), params![subject, agent_id, surface, surface_id])?;
    found.map(|mut row| read(&mut row)).transpose()
}

/// Says that [`find_current`] is going to be asked.
pub(super) fn find_current_ahead(
    tx: &mut Tx<'_>,
    subject: i64,
    agent_id: &str,
    surface: &str,
    surface_id: &str,
) -> Result<()> {
    tx.ahead(&current(tx), params![subject, agent_id, surface, surface_id])
}

fn current(tx: &Tx<'_>) -> String {
    format!("{SELECT} WHERE {IS_CURRENT}{}", row_lock(tx, true))
}

/// Adds a session that is the current one of its user, agent and surface from now on.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewSession, subject: i64, parent: Option<Parent>) -> Result<Session> {
    let sql = "UPDATE sessions SET is_current = 0
        WHERE workspace_id = $1 AND subject = $2 AND agent_id = $3 AND surface = $4 AND surface_id = $5 AND is_current = 1";
    tx.execute(sql, params![subject, &new.agent_id, &new.surface, &new.surface_id])?;
    insert_row(tx, new, subject, true, parent, OnDouble::Fails)
}

fn insert_row(
    tx: &mut Tx<'_>,
    new: &NewSession,
    subject: i64,
    is_current: bool,
    parent: Option<Parent>,
    on_double: OnDouble,
) -> Result<Session> {
    let metadata = json_unless_empty(&new.settings.metadata)?;
    let sql =
        "INSERT INTO sessions (workspace_id, id, agent_id, pinned_version, title, surface, surface_id, subject, status,
            is_current, metadata, summary_until, parent_id, parent_until, parent_messages, created_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, 0, $11, $12, $13, $14)";
    let params = params![
        new.id,
        &new.agent_id,
        new.settings.pinned_version,
        &new.settings.title,
        &new.surface,
        &new.surface_id,
        subject,
        is_current,
        &metadata,
        parent.map(|parent| parent.id),
        parent.map(|parent| parent.until),
        parent.map_or(0, |parent| parent.messages),
        new.now_ms
    ];
    tx.later(sql, params, on_double)?;
    Ok(Session {
        id: new.id,
        agent_id: new.agent_id.clone(),
        surface: new.surface.clone(),
        surface_id: new.surface_id.clone(),
        user_id: new.user_id.clone(),
        subject,
        is_active: true,
        successor_id: None,
        settings: new.settings.clone(),
        summary: None,
        summary_until: 0,
        parent,
        created_at_ms: new.now_ms,
    })
}

/// JSON of a caller's own data; nothing for none, which is what most rows have.
pub(super) fn json_unless_empty(metadata: &Map<String, Json>) -> Result<Option<String>> {
    if metadata.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(metadata).map(Some).map_err(Error::broken)
}

/// Opens the session of a surface that had none a moment ago.
///
/// # Errors
/// [`Error::Retry`] if another gateway was faster: its session is there when the transaction runs again.
pub(super) fn open_current(tx: &mut Tx<'_>, new: &NewSession, subject: i64) -> Result<Session> {
    insert_row(tx, new, subject, true, None, OnDouble::RunsAgain)
}

/// Ends a session in favour of a fresh one on the same surface, which is the surface's current one if the old one was.
pub(super) fn succeed(tx: &mut Tx<'_>, old: &Session, successor_id: SessionId, now_ms: i64) -> Result<Session> {
    let held = "SELECT is_current FROM sessions WHERE workspace_id = $1 AND id = $2";
    let is_current = tx.one(held, params![old.id])?.next_truth()?;
    let archive = "UPDATE sessions SET status = 'archived', successor_id = $3, is_current = 0 WHERE workspace_id = $1 AND id = $2";
    tx.execute(archive, params![old.id, successor_id])?;
    let new = NewSession {
        id: successor_id,
        agent_id: old.agent_id.clone(),
        surface: old.surface.clone(),
        surface_id: old.surface_id.clone(),
        user_id: old.user_id.clone(),
        subject: old.subject,
        settings: SessionSettings { title: None, ..old.settings.clone() },
        now_ms,
    };
    insert_row(tx, &new, old.subject, is_current, None, OnDouble::Fails)
}

/// The sessions of a workspace.
#[derive(Clone, Copy)]
pub struct Sessions<'a>(pub(super) &'a Rows);

impl Sessions<'_> {
    /// The session with this id.
    pub async fn find(self, id: SessionId, visible_to: VisibleTo) -> Result<Option<Session>> {
        self.0.look(move |tx| find(tx, id, &visible_to, false)).await
    }
}

/// Whether a turn of the session is open.
pub(super) fn is_busy(tx: &mut Tx<'_>, session_id: SessionId) -> Result<bool> {
    let sql = "SELECT id FROM open_turns WHERE workspace_id = $1 AND session_id = $2 LIMIT 1";
    Ok(tx.first(sql, params![session_id])?.is_some())
}

/// Refuses what cannot be done while a turn of the session is open.
pub(super) fn refuse_when_busy(tx: &mut Tx<'_>, session_id: SessionId) -> Result<()> {
    if is_busy(tx, session_id)? { Err(SessionRefusal::Busy.into()) } else { Ok(()) }
}
