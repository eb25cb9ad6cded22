//! One message as the store has it: its place, its author, its content.

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use crate::content::{Content, Role};
use crate::ids::MessageId;

/// The place of a message in its session is 1,024 times the number of its turn, plus its place within the turn: an answer
/// stands behind its question even if another question came in between.
pub const TURN_STRIDE: i64 = 1024;

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredMessage {
    /// Made of its turn and its place in it.
    pub id: MessageId,
    /// Its place in the session.
    pub seq: i64,
    /// The author of the message.
    pub role: Role,
    /// The content.
    pub content: Content,
    /// When, in milliseconds since the epoch.
    pub created_at_ms: i64,
}

pub(super) fn role_of(name: &str) -> Result<Role> {
    [Role::System, Role::User, Role::Assistant, Role::Tool]
        .into_iter()
        .find(|role| role_name(*role) == name)
        .ok_or_else(|| Error::Broken(format!("a message has the role {name}")))
}

pub(super) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}
