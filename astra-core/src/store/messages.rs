//! Messages: what was said in a session, in order.

use serde::{Deserialize, Serialize};

use super::db::{Scoped, Tx};
use super::error::{Error, Result};
use super::page::{Cursor, Page, PageRequest};
use super::value::Row;
use crate::content::{Content, Part, Role};
use crate::params;

/// Messages of one turn are numbered from 1024 times the turn's number.
pub const TURN_STRIDE: i64 = 1024;

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredMessage {
    /// `msg_...`
    pub id: String,
    /// The turn that it belongs to.
    pub turn_id: Option<String>,
    /// Its place in the session.
    pub seq: i64,
    /// The author of the message.
    pub role: Role,
    /// The content.
    pub content: Content,
    /// When, in milliseconds since the epoch.
    pub created_at_ms: i64,
}

pub(super) const COLUMNS: &str = "id, turn_id, seq, role, content, parts, created_at";

pub(super) fn read(row: &mut Row) -> Result<StoredMessage> {
    let (role, text) = (row.text(3)?, row.text(4)?);
    let parts = row.optional_text(5)?;
    Ok(StoredMessage {
        id: row.text(0)?,
        turn_id: row.optional_text(1)?,
        seq: row.int(2)?,
        role: role_of(&role)?,
        content: match parts {
            Some(parts) => Content::Parts(serde_json::from_str(&parts).map_err(Error::broken)?),
            None => Content::Text(text),
        },
        created_at_ms: row.int(6)?,
    })
}

fn role_of(name: &str) -> Result<Role> {
    [Role::System, Role::User, Role::Assistant, Role::Tool]
        .into_iter()
        .find(|role| role_name(*role) == name)
        .ok_or_else(|| Error::Broken(format!("a message has the role {name}")))
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

/// Adds a message to its session.
pub(super) fn insert(tx: &mut Tx<'_>, session_id: &str, message: &StoredMessage) -> Result<()> {
    let parts;
    let (text, parts): (&str, Option<&str>) = match &message.content {
        Content::Text(text) => (text, None),
        Content::Parts(list) => {
            parts = serde_json::to_string(list).map_err(Error::broken)?;
            (first_text(list), Some(&parts))
        }
    };
    let sql = "INSERT INTO messages (workspace_id, session_id, seq, id, turn_id, role, content, parts, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let role = role_name(message.role);
    let params =
        params![session_id, message.seq, &message.id, &message.turn_id, role, text, parts, message.created_at_ms];
    tx.execute(sql, params).map(drop)
}

fn first_text(parts: &[Part]) -> &str {
    parts.iter().find_map(|part| if let Part::Text { text } = part { Some(text.as_str()) } else { None }).unwrap_or("")
}

impl Scoped {
    /// Messages of a session, newest first. Whether the caller may see the session is asked before.
    pub async fn messages(&self, session_id: &str, request: PageRequest) -> Result<Page<StoredMessage>> {
        let session_id = session_id.to_owned();
        self.read(move |tx| {
            let sql = format!("SELECT {COLUMNS} FROM messages WHERE workspace_id = $1 AND session_id = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4");
            let place = |message: &StoredMessage| Cursor { at: message.seq, id: message.id.clone() };
            let params = params![&session_id, request.position().0, request.fetch()];
            tx.page(&sql, params, &request, |mut row| read(&mut row), place)
        })
        .await
    }

    /// The newest messages of a session between two places (both exclusive), newest first, at most `limit`.
    pub async fn history(&self, session_id: &str, after: i64, before: i64, limit: u32) -> Result<Vec<StoredMessage>> {
        let session_id = session_id.to_owned();
        self.read(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM messages WHERE workspace_id = $1 AND session_id = $2 AND seq > $3 AND seq < $4 ORDER BY seq DESC LIMIT $5"
            );
            let rows = tx.query(&sql, params![&session_id, after, before, limit])?;
            rows.into_iter().map(|mut row| read(&mut row)).collect()
        })
        .await
    }

    /// How many messages a session has between two places (both exclusive).
    pub async fn count_messages(&self, session_id: &str, after: i64, before: i64) -> Result<u32> {
        let session_id = session_id.to_owned();
        self.read(move |tx| {
            let sql =
                "SELECT COUNT(*) FROM messages WHERE workspace_id = $1 AND session_id = $2 AND seq > $3 AND seq < $4";
            tx.first(sql, params![&session_id, after, before])?.map_or(Ok(0), |mut row| row.count(0))
        })
        .await
    }
}
