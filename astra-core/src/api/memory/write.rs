//! `memory.write`: something is remembered because a caller says so.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{check, may_change, refused};
use super::model::TierOfMemory;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::memory::{Memory, MemorySettings};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, created, instant, tagged};
use crate::store::{Kept, MemorySource, MemoryTier, NewMemory};
use crate::text::fold;

/// Who is to have a memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryScope {
    /// The caller alone.
    #[default]
    User,
    /// All of the workspace: for admins and owners.
    Workspace,
}

/// What is to be remembered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WriteMemory {
    /// The tier that it is in.
    #[schema(example = "daily")]
    tier: TierOfMemory,
    /// Who is to have it.
    #[serde(default)]
    #[schema(default = "user", example = "user")]
    scope: MemoryScope,
    /// What is remembered, and until when.
    #[serde(flatten)]
    settings: MemorySettings,
    /// What it is about, such as `release day`: of the memories of one owner and tier with one slot, the newest holds.
    #[schema(min_length = 1, max_length = 256, pattern = r"^[^\x00]*$", example = "release day")]
    slot: Option<String>,
    /// The agent that it is for.
    #[schema(format = "slug", example = "assistant")]
    agent_id: Option<String>,
    /// From when on it holds; now, if left out.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    valid_from: Option<String>,
    /// How sure it is.
    #[serde(default = "sure")]
    #[schema(minimum = 0, maximum = 1, default = 1.0, example = 1.0)]
    confidence: f64,
}

const fn sure() -> f64 {
    1.0
}

/// Write a memory
///
/// Another value of the same slot takes the place of the present one, which stays in the history. The same again, by the same
/// value of a slot or the same words without one, makes no second memory: the one that is there has more evidence.
#[utoipa::path(post, path = "/memory", operation_id = "memory.write", params(IdempotencyHeader),
    request_body(content = WriteMemory, description = "What is to be remembered.", example = json!({
        "tier": "daily", "content": "Releases are made on Tuesdays.", "category": "decision", "slot": "release day"})),
    responses(
        (status = 200, description = "The same is remembered already; this is the memory of it.", body = Memory, headers(
            ("ETag" = String, description = "The memory's state, for `If-Match`."))),
        (status = 201, description = "The new memory.", body = Memory, headers(
            ("ETag" = String, description = "The memory's state, for `If-Match`."),
            ("Location" = String, description = "Where the memory is.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(body): Json<WriteMemory>,
) -> Result<Response> {
    let now_ms = app.now_ms();
    let new = new_memory(&app, &caller, body, now_ms)?;
    let (kept, memory) = caller.rows(&app).memories().keep(new, once, now_ms).await.map_err(refused)?;
    let (revision, location) = (memory.revision(), format!("/memory/{}", memory.id));
    let memory = Memory::at(memory, now_ms);
    let answer = match kept {
        Kept::Same(_) => Json(memory).into_response(),
        Kept::New(_) | Kept::Superseded { .. } => created(&location, memory),
    };
    Ok(tagged(revision, answer))
}

/// The memory that `body` asks for.
fn new_memory(app: &App, caller: &Caller, body: WriteMemory, now_ms: i64) -> Result<NewMemory> {
    let user_id = match body.scope {
        MemoryScope::User => Some(Arc::from(caller.subject.as_str())),
        MemoryScope::Workspace => None,
    };
    may_change(caller, user_id.as_deref())?;
    let tier = MemoryTier::from(body.tier);
    let valid_from_ms = instant(body.valid_from.as_deref(), "/valid_from")?.unwrap_or(now_ms);
    let checked = check(&body.settings, tier, valid_from_ms)?;
    let slot = body.slot.as_deref().map(fold);
    if slot.as_deref() == Some("") {
        return Err(Error::field("/slot", "has nothing but white space"));
    }
    Ok(NewMemory {
        id: app.ids.id(),
        tier,
        user_id,
        subject_candidate: app.ids.key(),
        agent_id: body.agent_id,
        session_id: None,
        turn_id: None,
        category: checked.category,
        slot,
        index: app.memory.index_entry(&body.settings.content),
        content: body.settings.content,
        data: body.settings.data,
        quote: None,
        source: MemorySource::Caller,
        rule: None,
        trust: 1.0,
        confidence: body.confidence,
        valid_from_ms,
        valid_to_ms: checked.valid_to_ms,
        expires_at_ms: checked.expires_at_ms,
        created_by: caller.subject.clone(),
    })
}
