//! `memory.undo`: take back what a turn, or a session, has made of memory.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{reader, refused};
use crate::app::App;
use crate::auth::Role;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem};
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::store::{UndoOutcome, UndoTarget, Undone};

/// Most memories that an account names.
const NAMED_MAX: usize = 200;

/// What is to be taken back: a turn or a session.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UndoMemory {
    /// The turn.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    turn_id: Option<TurnId>,
    /// The session: all its turns.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    session_id: Option<SessionId>,
}

/// The account of what was taken back.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryUndo {
    /// Turns of which nothing is remembered again, but for those that were taken back before.
    #[schema(minimum = 0, example = 1)]
    turns: u64,
    /// Memories that are gone.
    #[schema(minimum = 0, example = 1)]
    deleted: u64,
    /// Memories that hold again.
    #[schema(minimum = 0, example = 1)]
    restored: u64,
    /// Memories that are as they were before.
    #[schema(minimum = 0, example = 0)]
    reverted: u64,
    /// Memories that stay, since others have confirmed or changed them since.
    #[schema(minimum = 0, example = 0)]
    kept: u64,
    /// What became of which memory, of the first 200 of them.
    #[schema(max_items = 200)]
    memories: Vec<UndoneMemory>,
}

/// What became of a memory.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UndoneMemory {
    /// The memory's id.
    #[schema(value_type = String, example = "mem_06a1b2c3d4e5q")]
    id: MemoryId,
    /// What became of it.
    #[schema(example = "deleted")]
    outcome: UndoOutcome,
}

/// Undo what a turn remembered
///
/// In one transaction, of the caller's memory, and for admins and owners of the workspace's too: what the turn or the session
/// created goes, what that had taken the place of holds again, and what was confirmed or changed is as it was before, unless
/// others have confirmed or changed it since. Each is a new version. Nothing is made of these turns again, and their
/// questions are not found any more.
#[utoipa::path(post, path = "/memory/undo", operation_id = "memory.undo", params(IdempotencyHeader),
    request_body(content = UndoMemory, description = "A turn or a session.", example = json!({"turn_id": "trn_06a1b2c3d4e5q"})),
    responses(
        (status = 200, description = "The account of it.", body = MemoryUndo),
        (status = 404, description = "The caller has no such turn or session.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(body): Json<UndoMemory>,
) -> Result<Json<MemoryUndo>> {
    let target = match (body.turn_id, body.session_id) {
        (Some(id), None) => UndoTarget::Turn(id),
        (None, Some(id)) => UndoTarget::Session(id),
        _ => return Err(Error::field("", "has either a turn_id or a session_id")),
    };
    let memory = Arc::clone(&app.memory);
    let index = Arc::new(move |text: &str| memory.index_entry(text));
    let (rows, is_admin) = (caller.rows(&app), caller.role >= Role::Admin);
    let undone = rows.memories().undo(target, reader(&app, &caller), is_admin, index, once).await.map_err(refused)?;
    let missing = match target {
        UndoTarget::Turn(_) => "turn",
        UndoTarget::Session(_) => "session",
    };
    Ok(Json(undone.ok_or_else(|| Error::not_found(missing))?.into()))
}

impl From<Undone> for MemoryUndo {
    fn from(undone: Undone) -> Self {
        let count = |wanted| undone.memories.iter().filter(|(_, outcome)| *outcome == wanted).fold(0, |sum, _| sum + 1);
        Self {
            turns: undone.turns,
            deleted: count(UndoOutcome::Deleted),
            restored: count(UndoOutcome::Restored),
            reverted: count(UndoOutcome::Reverted),
            kept: count(UndoOutcome::Kept),
            memories: undone
                .memories
                .iter()
                .take(NAMED_MAX)
                .map(|&(id, outcome)| UndoneMemory { id, outcome })
                .collect(),
        }
    }
}
