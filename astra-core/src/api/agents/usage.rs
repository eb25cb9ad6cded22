//! `agents.usage`: what an agent has used of its quotas.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::read;
use super::model::AgentPath;
use crate::app::App;
use crate::clock::rfc3339;
use crate::engine::QuotaWindow;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path};

/// What an agent has used, next to its quotas.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AgentUsage {
    /// The agent's id.
    #[schema(format = "slug", example = "support")]
    agent_id: String,
    /// Tokens of this clock hour.
    tokens_per_hour: TokenQuota,
    /// Tokens of the last 24 clock hours, including this one.
    tokens_per_day: TokenQuota,
    /// US dollars of the last 24 clock hours, including this one.
    cost_usd_per_day: CostQuota,
    /// When the clock hour ends and the hourly quota starts anew.
    #[schema(example = "2026-11-23T22:00:00.000Z")]
    hour_ends_at: String,
}

/// Tokens used, and their limit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenQuota {
    /// Input and output tokens used.
    #[schema(minimum = 0, example = 12_000)]
    used: u64,
    /// The limit in tokens; null if there is none.
    #[schema(minimum = 1, example = 200_000)]
    limit: Option<u64>,
    /// What is left; null if there is no limit.
    #[schema(minimum = 0, example = 188_000)]
    remaining: Option<u64>,
}

/// US dollars used, and their limit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CostQuota {
    /// US dollars used.
    #[schema(minimum = 0, example = 0.42)]
    used: f64,
    /// The limit in US dollars; null if there is none.
    #[schema(minimum = 0, example = 5.0)]
    limit: Option<f64>,
    /// What is left; null if there is no limit.
    #[schema(minimum = 0, example = 4.58)]
    remaining: Option<f64>,
}

/// Show an agent's usage
///
/// Tokens and cost against the quotas of the present version. A running turn is counted when it ends.
#[utoipa::path(get, path = "/agents/{agent_id}/usage", operation_id = "agents.usage", params(AgentPath),
    responses((status = 200, description = "The usage.", body = AgentUsage)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(AgentPath { agent_id }): Path<AgentPath>,
) -> Result<Json<AgentUsage>> {
    let rows = app.store.rows(&caller.workspace);
    let agent = rows.agents().find_with_borrowed(&agent_id, app.now_ms()).await.map_err(Error::store)?;
    let agent = agent.ok_or_else(|| Error::not_found("agent"))?;
    let budget = read(&agent.definition)?.budget;
    let window = QuotaWindow::at(app.now_ms());
    let used = rows.usage().of_agent(&agent_id, window.hour, window.first_hour_of_day).await;
    let (hour_tokens, day_tokens, day_cost_usd) = used.map_err(Error::store)?;
    let limit = budget.cost_usd_per_day;
    Ok(Json(AgentUsage {
        agent_id,
        tokens_per_hour: TokenQuota::of(hour_tokens, budget.tokens_per_hour),
        tokens_per_day: TokenQuota::of(day_tokens, budget.tokens_per_day),
        cost_usd_per_day: CostQuota {
            used: day_cost_usd,
            limit,
            remaining: limit.map(|limit| (limit - day_cost_usd).max(0.0)),
        },
        hour_ends_at: rfc3339(window.hour_ends_ms),
    }))
}

impl TokenQuota {
    fn of(used: u64, limit: Option<u64>) -> Self {
        Self { used, limit, remaining: limit.map(|limit| limit.saturating_sub(used)) }
    }
}
