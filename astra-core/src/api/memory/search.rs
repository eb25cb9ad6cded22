//! `memory.search`: what memory has for a query, and why.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::FoundVectors;
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, instant};
use crate::ids::{MemoryId, SessionId, TurnId};
use crate::memory::hit::{Hit, HitItem, HitSources};
use crate::memory::profile::TierWeights;
use crate::memory::search::SearchRequest;
use crate::store::{MemoryTier, TierSet};

/// What is searched for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchMemory {
    /// A question or words, in any language.
    #[schema(min_length = 1, max_length = 2_000, pattern = r"^[^\x00]*$", example = "When do we release?")]
    query: String,
    /// The tiers that are searched; by default all.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 5, example = json!(["daily", "graph"]))]
    tiers: Option<Vec<MemoryTier>>,
    /// Most hits.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100, default = 20, example = 20)]
    limit: Option<u32>,
    /// The least score of a hit.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1, default = 0.0, example = 0.1)]
    min_score: Option<f64>,
    /// The time whose memory is searched: what held then is found, be it superseded now. By default now. The graph is not asked
    /// for the past.
    #[serde(default)]
    #[schema(format = "date-time", max_length = 64, example = "2026-11-23T21:07:00.000Z")]
    as_of: Option<String>,
    /// Only what was said at this time or later is found.
    #[serde(default)]
    #[schema(format = "date-time", max_length = 64, example = "2026-11-01T00:00:00.000Z")]
    created_after: Option<String>,
}

/// What was found, best first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FoundMemories {
    /// The hits.
    #[schema(max_items = 100)]
    hits: Vec<MemoryHit>,
    /// What vectors had to say.
    vectors: FoundVectors,
}

/// A memory, or a question of a session, that was found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryHit {
    /// The memory; null of the tier `session`.
    #[schema(value_type = Option<String>, example = "mem_06a1b2c3d4e5q")]
    memory_id: Option<MemoryId>,
    /// The turn whose question it is, of the tier `session`; else null.
    #[schema(value_type = Option<String>, example = "trn_06a1b2c3d4e5q")]
    turn_id: Option<TurnId>,
    /// The session that it was said in.
    #[schema(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    session_id: Option<SessionId>,
    /// The tier that it is in.
    tier: MemoryTier,
    /// The words.
    #[schema(example = "Releases are made on Tuesdays.")]
    content: String,
    /// How well it fits: the first place of all sources that were asked is 1. A daily note loses score with its age.
    #[schema(minimum = 0, maximum = 1, example = 0.71)]
    score: f64,
    /// What found it, and at which place.
    sources: HitSources,
    /// Whether it is the workspace's; if not, it is the caller's own.
    #[schema(example = false)]
    is_workspace: bool,
    /// How far its origin is to be believed.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    trust: f64,
    /// When it was said first.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    created_at: String,
}

/// Search memory
///
/// By words (BM25), by meaning (vectors) and by the graph at once, fused to one ranking (RRF, k = 60). The caller's own memory and
/// the workspace's are searched. A search writes nothing: edges of the graph that led to a hit gain strength within a minute.
#[utoipa::path(post, path = "/memory/search", operation_id = "memory.search",
    request_body(content = SearchMemory, description = "The query.", example = json!({"query": "When do we release?"})),
    responses((status = 200, description = "What was found.", body = FoundMemories)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Json(search): Json<SearchMemory>,
) -> Result<Json<FoundMemories>> {
    let request = SearchRequest {
        text: search.query,
        user_id: caller.subject.as_str().into(),
        tiers: search.tiers.map_or(TierSet::ALL, |tiers| tiers.into_iter().collect()),
        limit: usize::try_from(search.limit.unwrap_or(20)).unwrap_or(usize::MAX),
        min_score: search.min_score.unwrap_or(0.0),
        as_of_ms: instant(search.as_of.as_deref(), "/as_of")?,
        created_after_ms: instant(search.created_after.as_deref(), "/created_after")?,
        weights: TierWeights::default(),
        asks_graph: true,
        without_session: None,
        now_ms: app.now_ms(),
    };
    let rows = app.store.rows(&caller.workspace);
    let found = app.memory.search(&rows, request).await.map_err(Error::store)?;
    app.memory.note_used(&rows, found.hits.iter().flat_map(|hit| hit.edges.iter().cloned()));
    let vectors = FoundVectors { is_searched: found.has_vectors, coverage: found.vector_coverage };
    Ok(Json(FoundMemories { hits: found.hits.into_iter().map(MemoryHit::from).collect(), vectors }))
}

impl From<Hit> for MemoryHit {
    fn from(hit: Hit) -> Self {
        let (memory_id, turn_id) = match hit.item {
            HitItem::Memory(id) => (Some(id), None),
            HitItem::Question(id) => (None, Some(id)),
        };
        Self {
            memory_id,
            turn_id,
            session_id: hit.session_id,
            tier: hit.tier,
            content: hit.content,
            score: hit.score,
            sources: hit.sources,
            is_workspace: hit.is_workspaces,
            trust: hit.trust,
            created_at: rfc3339(hit.created_at_ms),
        }
    }
}
