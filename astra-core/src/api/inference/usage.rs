//! `inference.usage`: what was used, by agent, provider, model, user and time.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::UsageQuery;
use crate::app::App;
use crate::clock::{rfc3339, timestamp};
use crate::error::{Error, Result};
use crate::http::{Caller, Json, PageQuery, Paged, Query, instant};
use crate::store::Cursor;
use crate::store::usage::{HOUR_MS, UsageGroup, UsageSum};

const DAY_MS: i64 = 24 * HOUR_MS;
/// What is reported unless the caller says otherwise.
const DAYS_DEFAULT: i64 = 30;

/// The usage of a period.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UsageReport {
    /// The start of the period.
    #[schema(example = "2026-11-01T00:00:00.000Z")]
    pub from: String,
    /// The end of the period.
    #[schema(example = "2026-12-01T00:00:00.000Z")]
    pub to: String,
    /// The sums, newest day first.
    #[schema(max_items = 200)]
    pub data: Vec<Usage>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(max_length = 1024, pattern = "^[A-Za-z0-9_-]+$", example = "MjA3ODE6aGVscGVy")]
    pub next_cursor: Option<String>,
}

/// One sum, with the keys that `group_by` names.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// The agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64, example = "helper")]
    pub agent_id: Option<String>,
    /// The provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64, example = "openai")]
    pub provider: Option<String>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256, example = "gpt-4.1-mini")]
    pub model: Option<String>,
    /// The user or service account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64, example = "usr_06a1b2c3d4e5q")]
    pub user_id: Option<String>,
    /// The day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, max_length = 10, example = "2026-11-23")]
    pub day: Option<String>,
    /// Calls to providers.
    #[schema(minimum = 0, example = 40)]
    pub requests: i64,
    /// Those of them that failed.
    #[schema(minimum = 0, example = 1)]
    pub errors: i64,
    /// Input tokens.
    #[schema(minimum = 0, example = 20_000)]
    pub input_tokens: i64,
    /// Output tokens.
    #[schema(minimum = 0, example = 4_000)]
    pub output_tokens: i64,
    /// US dollars.
    #[schema(minimum = 0, example = 0.0144)]
    pub cost_usd: f64,
}

/// Report usage
///
/// Hourly sums of the caller's workspace: calls, failures, tokens and cost.
#[utoipa::path(get, path = "/inference/usage", operation_id = "inference.usage",
    params(UsageQuery, PageQuery),
    responses((status = 200, description = "The sums.", body = UsageReport,
        example = json!({"from": "2026-11-01T00:00:00.000Z", "to": "2026-12-01T00:00:00.000Z", "data": [{
            "agent_id": "helper", "day": "2026-11-23", "requests": 40, "errors": 1, "input_tokens": 20_000,
            "output_tokens": 4_000, "cost_usd": 0.0144,
        }], "next_cursor": null}))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<UsageQuery>,
    Paged(request): Paged,
) -> Result<Json<UsageReport>> {
    let to_ms = instant(query.to.as_deref(), "query/to")?.unwrap_or_else(|| app.now_ms());
    let from_ms = instant(query.from.as_deref(), "query/from")?.unwrap_or(to_ms - DAYS_DEFAULT * DAY_MS);
    if from_ms > to_ms {
        return Err(Error::field("query/from", "lies after `to`"));
    }
    let groups: Vec<UsageGroup> = query.group_by.into_iter().map(UsageGroup::from).collect();
    let store = app.store.rows(&caller.workspace);
    let page = store.usage().page(from_ms, to_ms, &groups, &request).await.map_err(Error::store)?;
    let next_cursor = page.next.as_ref().map(Cursor::encode);
    let data = page.data.into_iter().map(Usage::from).collect();
    Ok(Json(UsageReport { from: rfc3339(from_ms), to: rfc3339(to_ms), data, next_cursor }))
}

impl From<UsageSum> for Usage {
    fn from(sum: UsageSum) -> Self {
        Self {
            agent_id: sum.agent_id,
            provider: sum.provider,
            model: sum.model,
            user_id: sum.user_id,
            day: sum.day.map(|day| timestamp(day.saturating_mul(DAY_MS)).format("%F").to_string()),
            requests: sum.requests,
            errors: sum.errors,
            input_tokens: sum.input_tokens,
            output_tokens: sum.output_tokens,
            cost_usd: sum.cost_usd,
        }
    }
}
