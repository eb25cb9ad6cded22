//! `skills.metrics`: what came of a skill in the turns that read it.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::find;
use super::model::SkillPath;
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};
use crate::skills::{METRICS_TURNS_MAX, SkillMetrics};
use crate::store::SKILL_USE_DAYS;

const DAY_MS: i64 = 24 * 3_600_000;

/// What came of a skill in the turns of the last 30 days that read it. A call of a skill is a turn in which the model read
/// it, however often.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SkillReport {
    /// The skill.
    #[schema(format = "slug", example = "release-notes")]
    skill_id: String,
    /// The start of the period.
    #[schema(example = "2026-11-01T00:00:00.000Z")]
    from: String,
    /// The end of the period.
    #[schema(example = "2026-12-01T00:00:00.000Z")]
    to: String,
    /// Turns that read the skill.
    #[schema(minimum = 0, example = 40)]
    calls: u64,
    /// Turns among them that failed or were interrupted. Those that a caller cancelled do not count.
    #[schema(minimum = 0, example = 1)]
    errors: u64,
    /// The share of such turns; null without calls.
    #[schema(minimum = 0, maximum = 1, example = 0.025)]
    error_rate: Option<f64>,
    /// Half of the turns took at most so many milliseconds; null without calls.
    #[schema(minimum = 0, example = 2_400.0)]
    p50_ms: Option<f64>,
    /// 95 of 100 turns took at most so many milliseconds; null without calls.
    #[schema(minimum = 0, example = 9_100.0)]
    p95_ms: Option<f64>,
    /// How often the model read SKILL.md or a file beside it.
    #[schema(minimum = 0, example = 65)]
    reads: u64,
    /// How often that failed.
    #[schema(minimum = 0, example = 2)]
    read_errors: u64,
    /// The other tools that these turns called, most calls first.
    #[schema(max_items = 10)]
    top_tools: Vec<SkillTool>,
    /// The users in whose turns the skill was read, most calls first.
    #[schema(max_items = 10)]
    top_users: Vec<SkillUser>,
    /// Whether all turns of the period are counted. If not, the report covers the newest 10,000 of them.
    #[schema(example = true)]
    is_exact: bool,
}

/// A tool that turns with a skill called.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SkillTool {
    /// The tool's name.
    #[schema(max_length = 256, example = "http_fetch")]
    tool: String,
    /// Its calls.
    #[schema(minimum = 0, example = 12)]
    calls: u64,
    /// Its calls that failed.
    #[schema(minimum = 0, example = 1)]
    errors: u64,
}

/// A user in whose turns a skill was read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SkillUser {
    /// The user or service account.
    #[schema(max_length = 64, example = "usr_06a1b2c3d4e5q")]
    user_id: String,
    /// The user's turns that read the skill.
    #[schema(minimum = 0, example = 30)]
    calls: u64,
}

/// Report on a skill
///
/// Counts the turns of the last 30 days in which a model read the skill: how many, how they ended, how long they took, which
/// other tools they called, and for whom.
#[utoipa::path(get, path = "/skills/{skill_id}/metrics", operation_id = "skills.metrics",
    params(SkillPath),
    responses((status = 200, description = "The report.", body = SkillReport)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SkillPath { skill_id }): Path<SkillPath>,
) -> Result<Json<SkillReport>> {
    find(&app, &caller, &skill_id)?;
    let (rows, to_ms) = (app.store.rows(&caller.workspace), app.now_ms());
    let from_ms = to_ms - SKILL_USE_DAYS * DAY_MS;
    let turns = rows.skill_uses().newest(&skill_id, from_ms, METRICS_TURNS_MAX + 1).await.map_err(Error::store)?;
    let is_exact = turns.len() <= METRICS_TURNS_MAX as usize;
    let metrics = SkillMetrics::of(&turns[..turns.len().min(METRICS_TURNS_MAX as usize)]);
    Ok(Json(SkillReport {
        skill_id,
        from: rfc3339(from_ms),
        to: rfc3339(to_ms),
        calls: metrics.calls,
        errors: metrics.errors,
        error_rate: metrics.error_rate(),
        p50_ms: metrics.p50_ms,
        p95_ms: metrics.p95_ms,
        reads: metrics.reads,
        read_errors: metrics.read_errors,
        top_tools: metrics.tools.into_iter().map(|(tool, calls, errors)| SkillTool { tool, calls, errors }).collect(),
        top_users: metrics.users.into_iter().map(|(user_id, calls)| SkillUser { user_id, calls }).collect(),
        is_exact,
    }))
}
