//! `memory.traverse`: what the graph of memory says about an entity, and about what is near it.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Problem, Query};
use crate::ids::{EntityId, MemoryId};
use crate::store::{Walk, Walked, WalkedEdge, WalkedEntity};
use crate::text::fold;

/// Edges that one hop reads for each entity that may be answered.
const EDGES_AN_ENTITY: usize = 4;

/// A kind of edges.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[a-z0-9_]+$", example = "works_on")]
pub struct EdgeKind(String);

/// Where to begin, and how far to go.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TraverseQuery {
    /// The entity to begin at: its id, or one of its names, whatever its case and accents.
    #[param(required, min_length = 1, max_length = 200, example = "Kestrel")]
    start: String,
    /// How many edges to go along, one after the other.
    #[param(minimum = 1, maximum = 4, default = 2, example = 2)]
    hops: Option<u32>,
    /// The kinds of edges to go along, separated by commas; by default all.
    #[param(style = Form, explode = false, min_items = 1, max_items = 16, inline, example = json!(["works_on", "depends_on"]))]
    edge_types: Vec<EdgeKind>,
    /// Most entities of the answer.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<u32>,
}

/// A part of the graph of memory.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryGraph {
    /// The entities, nearest first; those at the start have `hops` 0.
    #[schema(max_items = 200)]
    entities: Vec<MemoryEntity>,
    /// The edges between them.
    edges: Vec<MemoryEdge>,
    /// Whether nothing within `hops` was left out: neither by `limit`, nor because an entity has very many edges, of which the
    /// newest are read.
    #[schema(example = true)]
    is_complete: bool,
}

/// Someone or something that memories are about.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryEntity {
    /// The entity's id.
    #[schema(value_type = String, example = "ent_06a1b2c3d4e5q")]
    id: EntityId,
    /// What it is; `thing` if that is not known.
    #[schema(example = "project")]
    kind: String,
    /// What it is called.
    #[schema(example = "Kestrel")]
    name: String,
    /// What else it is called.
    #[schema(example = json!(["Project Kestrel"]))]
    aliases: Vec<String>,
    /// Whether the workspace's memory has it; if not, only the caller's has.
    #[schema(example = false)]
    is_workspace: bool,
    /// How many edges lie between it and the start.
    #[schema(minimum = 0, maximum = 4, example = 1)]
    hops: u32,
}

/// What one entity is to another.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryEdge {
    /// The entity that it comes from.
    #[schema(value_type = String, example = "ent_06a1b2c3d4e5q")]
    from: EntityId,
    /// What the one is to the other.
    #[schema(example = "works_on")]
    kind: String,
    /// The entity that it leads to.
    #[schema(value_type = String, example = "ent_06a1b2c3d4e5r")]
    to: EntityId,
    /// How sure it is: the highest confidence of its evidence.
    #[schema(minimum = 0, maximum = 1, example = 0.9)]
    confidence: f64,
    /// What it weighs now: it loses 3 of 100 a day, and gains when it is said again or is of use.
    #[schema(minimum = 0, maximum = 1, example = 0.97)]
    weight: f64,
    /// The memories that state it, newest first.
    #[schema(value_type = Vec<String>, example = json!(["mem_06a1b2c3d4e5q"]))]
    evidence: Vec<MemoryId>,
}

impl From<WalkedEntity> for MemoryEntity {
    fn from(walked: WalkedEntity) -> Self {
        let WalkedEntity { id, kind, name, aliases, is_workspace, hops, score: _ } = walked;
        Self { id, kind, name, aliases, is_workspace, hops }
    }
}

impl From<WalkedEdge> for MemoryEdge {
    fn from(walked: WalkedEdge) -> Self {
        let WalkedEdge { from, kind, to, confidence, weight, score: _, evidence, keys: _ } = walked;
        Self { from, kind, to, confidence, weight, evidence }
    }
}

impl From<Walked> for MemoryGraph {
    fn from(Walked { entities, edges, is_complete }: Walked) -> Self {
        let (entities, edges) = (entities.into_iter().map(Into::into), edges.into_iter().map(Into::into));
        Self { entities: entities.collect(), edges: edges.collect(), is_complete }
    }
}

/// Traverse the graph
///
/// Goes from an entity along the edges of the graph of memory, in both directions. The caller's own graph and the workspace's are
/// one here: entities of both with the same name and kind are shown as one.
#[utoipa::path(get, path = "/memory/graph", operation_id = "memory.traverse", params(TraverseQuery),
    responses((status = 200, description = "What lies around the entity.", body = MemoryGraph),
        (status = 404, description = "There is no such entity.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TraverseQuery>,
) -> Result<Json<MemoryGraph>> {
    let rows = app.store.rows(&caller.workspace);
    let owner = rows.memories().owner(&caller.subject).await.map_err(Error::store)?.unwrap_or(0);
    let graph = rows.memory_graph();
    let named = graph.named(owner, vec![fold(&query.start)]).await.map_err(Error::store)?;
    let start = query.start.parse().ok().into_iter().chain(named.into_iter().map(|(_, id)| id)).collect();
    let (hops, entities_max) = (query.hops.unwrap_or(2), query.limit.unwrap_or(50));
    let entities_max = usize::try_from(entities_max).unwrap_or(usize::MAX);
    let (kinds, edges_a_hop) =
        (query.edge_types.into_iter().map(|kind| kind.0).collect(), entities_max * EDGES_AN_ENTITY);
    let walk = Walk { owner, start, hops, kinds, entities_max, edges_a_hop, now_ms: app.now_ms() };
    let walked = graph.walk(walk).await.map_err(Error::store)?;
    app.memory.note_used(&rows, walked.keys());
    if walked.entities.is_empty() { Err(Error::not_found("entity")) } else { Ok(Json(walked.into())) }
}
