//! `memory.evaluate`: how well memory answers questions whose answers are known.

use std::collections::HashMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json};
use crate::ids::{MemoryId, MemoryProfileId};
use crate::memory::evaluate::{EvaluatedMean, Known, Measures};
use crate::store::StoredMemory;

/// Questions whose answers are known.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EvaluateMemory {
    /// The questions.
    #[schema(min_items = 1, max_items = 100)]
    questions: Vec<KnownQuestion>,
    /// The memory profile whose tiers, weights and bounds are used; by default the built-in one.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "mpr_06a1b2c3d4e5q")]
    profile_id: Option<MemoryProfileId>,
    /// How many places count.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 100, default = 10, example = 10)]
    k: Option<u32>,
}

/// A question and what answers it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KnownQuestion {
    /// The question.
    #[schema(min_length = 1, max_length = 2_000, pattern = r"^[^\x00]*$", example = "When do we release?")]
    question: String,
    /// The memories that answer it.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 10, example = json!(["mem_06a1b2c3d4e5q"]))]
    relevant: Vec<MemoryId>,
}

/// How well memory answers.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryEvaluation {
    /// How many places counted.
    #[schema(minimum = 1, maximum = 100, example = 10)]
    k: u32,
    /// The share of the `k` places that hold what is relevant.
    precision: EvaluatedMean,
    /// The share of what is relevant that stands at one of the `k` places.
    recall: EvaluatedMean,
    /// One divided by the first place with something relevant; 0 without one.
    mrr: EvaluatedMean,
    /// The discounted cumulative gain by that of the best order.
    ndcg: EvaluatedMean,
    /// What was found for each question, in their order.
    #[schema(max_items = 100)]
    questions: Vec<EvaluatedQuestion>,
}

/// What was found for one question.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EvaluatedQuestion {
    /// The first place with something relevant; null without one.
    #[schema(minimum = 1, maximum = 100, example = 1)]
    first_rank: Option<u32>,
    /// What is relevant and was not found.
    #[schema(value_type = Vec<String>, max_items = 10, example = json!(["mem_06a1b2c3d4e5q"]))]
    missed: Vec<MemoryId>,
}

/// Evaluate memory
///
/// Searches for each question as a turn of the caller would, and compares what is found with the memories that answer it. The
/// intervals are made by drawing from the questions with replacement, always in the same way. Nothing is written.
#[utoipa::path(post, path = "/memory/evaluate", operation_id = "memory.evaluate",
    request_body(content = EvaluateMemory, description = "The questions.",
        example = json!({"questions": [{"question": "When do we release?", "relevant": ["mem_06a1b2c3d4e5q"]}], "k": 10})),
    responses((status = 200, description = "How well memory answers.", body = MemoryEvaluation)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Json(evaluate): Json<EvaluateMemory>,
) -> Result<Json<MemoryEvaluation>> {
    let rows = app.store.rows(&caller.workspace);
    if let Some(id) = evaluate.profile_id
        && rows.memory_profiles().find(id).await.map_err(Error::store)?.is_none()
    {
        return Err(Error::field("/profile_id", "is no memory profile of the workspace"));
    }
    all_are_seen(&app, &caller, &evaluate.questions).await?;
    let k = evaluate.k.unwrap_or(10);
    let profile = app.memory.profile(&rows, evaluate.profile_id).await.map_err(Error::store)?;
    let (mut measures, mut questions) = (Vec::new(), Vec::new());
    for KnownQuestion { question, relevant } in evaluate.questions {
        let known = Known { question, relevant };
        let answered = app.memory.evaluate(&rows, caller.subject.as_str(), &profile, known, (k, app.now_ms())).await;
        let answered = answered.map_err(Error::store)?;
        questions.push(EvaluatedQuestion { first_rank: answered.first_rank, missed: answered.missed });
        measures.push(answered.measures);
    }
    let mean = |of: fn(&Measures) -> f64| EvaluatedMean::of(&measures.iter().map(of).collect::<Vec<_>>());
    let (precision, recall) = (mean(|one| one.precision), mean(|one| one.recall));
    let (mrr, ndcg) = (mean(|one| one.reciprocal_rank), mean(|one| one.ndcg));
    Ok(Json(MemoryEvaluation { k, precision, recall, mrr, ndcg, questions }))
}

/// Refuses memories that the caller does not see: they would count as not found.
async fn all_are_seen(app: &App, caller: &Caller, questions: &[KnownQuestion]) -> Result<()> {
    let rows = app.store.rows(&caller.workspace);
    let mut keys: Vec<i64> = questions.iter().flat_map(|one| &one.relevant).map(|id| id.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    let owner = rows.memories().owner(caller.subject.as_str()).await.map_err(Error::store)?;
    let found = rows.memories().find_many(&keys).await.map_err(Error::store)?;
    let known: HashMap<i64, StoredMemory> = found.into_iter().map(|memory| (memory.id.key(), memory)).collect();
    let is_seen =
        |id: &MemoryId| known.get(&id.key()).is_some_and(|memory| memory.subject == 0 || Some(memory.subject) == owner);
    for (number, question) in questions.iter().enumerate() {
        if let Some(place) = question.relevant.iter().position(|id| !is_seen(id)) {
            return Err(Error::field(format!("/questions/{number}/relevant/{place}"), "is no memory that you see"));
        }
    }
    Ok(())
}
