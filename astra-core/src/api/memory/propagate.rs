//! `memory.propagate`: what a user's memory has for all is copied to the workspace's.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem};
use crate::ids::MemoryId;
use crate::store::{
    MemoryTier, PROPAGATED_MAX, PROPAGATION_RELEVANCE, Propagated, Propagation, PropagationOutcome, TierSet,
};

/// Which memories are copied.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropagateMemory {
    /// The user whose memories they are; the caller by default.
    #[schema(min_length = 1, max_length = 256, example = "usr_06a1b2c3d4e5q")]
    user_id: Option<String>,
    /// The tiers that are looked at. What is known of a user as a person is left out unless it is asked for.
    #[serde(default = "default_tiers")]
    #[schema(min_items = 1, max_items = 4, default = json!(["daily", "graph", "procedural"]), example = json!(["daily", "graph", "procedural"]))]
    tiers: Vec<PropagatedTier>,
    /// Only these memories; by default the newest 200.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 200, default = json!([]), example = json!(["mem_06a1b2c3d4e5q"]))]
    memory_ids: Vec<MemoryId>,
    /// The least relevance of a memory that is copied.
    #[serde(default = "default_relevance")]
    #[schema(minimum = 0, maximum = 1, default = 0.72, example = 0.72)]
    min_relevance: f64,
}

/// A tier whose memories can be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PropagatedTier {
    /// Daily notes.
    Daily,
    /// What is known of a user.
    Profile,
    /// Entities and their relations.
    Graph,
    /// How things are done.
    Procedural,
}

fn default_tiers() -> Vec<PropagatedTier> {
    vec![PropagatedTier::Daily, PropagatedTier::Graph, PropagatedTier::Procedural]
}

const fn default_relevance() -> f64 {
    PROPAGATION_RELEVANCE
}

/// The account of what was copied.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PropagatedMemories {
    /// Memories that the workspace has now, and had not before.
    #[schema(minimum = 0, maximum = 200, example = 1)]
    copied: u32,
    /// What became of each memory that was looked at, the newest first.
    #[schema(max_items = 200)]
    memories: Vec<PropagatedMemory>,
}

/// What became of a memory.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PropagatedMemory {
    /// The user's memory.
    #[schema(value_type = String, example = "mem_06a1b2c3d4e5q")]
    memory_id: MemoryId,
    /// The memory of the workspace that says the same; null if it has none.
    #[schema(value_type = Option<String>, example = "mem_06a1b2c3d4e5r")]
    workspace_memory_id: Option<MemoryId>,
    /// How relevant it is.
    #[schema(minimum = 0, maximum = 1, example = 0.9)]
    relevance: f64,
    /// What was done.
    #[schema(example = "copied")]
    outcome: PropagationOutcome,
}

impl From<Propagated> for PropagatedMemory {
    fn from(Propagated { memory_id, workspace_memory_id, relevance, outcome }: Propagated) -> Self {
        Self { memory_id, workspace_memory_id, relevance, outcome }
    }
}

/// Propagate memories
///
/// Copies memories of a user to the workspace, whose members all see them then; the user's own stay as they are. A memory's
/// relevance is how sure it is after all its evidence, `1 - (1 - confidence)^evidence`, times its trust, times what it weighs now.
/// One with a confidence of 0.95 or more is copied whatever its relevance; one with a trust below 0.5 never. What the workspace
/// knows already gets more evidence and no double. The words of the user that a memory was made of are not copied. Answers of
/// admins do not show what a memory says: only the workspace's copy does.
#[utoipa::path(post, path = "/memory/propagate", operation_id = "memory.propagate", params(IdempotencyHeader),
    request_body(content = PropagateMemory, description = "Which memories.", example = json!({"min_relevance": 0.72})),
    responses(
        (status = 200, description = "What became of each memory.", body = PropagatedMemories),
        (status = 404, description = "The workspace has no such user.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(asked): Json<PropagateMemory>,
) -> Result<Json<PropagatedMemories>> {
    let is_own = asked.user_id.as_deref().is_none_or(|user_id| user_id == caller.subject);
    let propagation = Propagation {
        user_id: asked.user_id.unwrap_or_else(|| caller.subject.clone()),
        tiers: asked.tiers.into_iter().map(MemoryTier::from).collect::<TierSet>(),
        ids: asked.memory_ids,
        relevance_min: asked.min_relevance,
        keys: (0..PROPAGATED_MAX).map(|_| app.ids.key()).collect(),
        by: caller.subject.clone(),
        now_ms: app.now_ms(),
    };
    let done = caller.rows(&app).memories().propagate(propagation, once).await.map_err(Error::store)?;
    let done = match done {
        Some(done) => done,
        None if is_own => Vec::new(),
        None => return Err(Error::not_found("user")),
    };
    let copied = done.iter().filter(|one| one.outcome == PropagationOutcome::Copied).count();
    let copied = u32::try_from(copied).unwrap_or(u32::MAX);
    Ok(Json(PropagatedMemories { copied, memories: done.into_iter().map(Into::into).collect() }))
}

impl From<PropagatedTier> for MemoryTier {
    fn from(tier: PropagatedTier) -> Self {
        match tier {
            PropagatedTier::Daily => Self::Daily,
            PropagatedTier::Profile => Self::Profile,
            PropagatedTier::Graph => Self::Graph,
            PropagatedTier::Procedural => Self::Procedural,
        }
    }
}
