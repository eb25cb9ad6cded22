//! `traces.summary`: how many turns there were, how they ended and how long they took.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{SummaryKey, TraceSummary, TurnCounts, TurnGroup};
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, PageQuery, Paged, Query, instant};
use crate::store::usage::HOUR_MS;
use crate::store::{Cursor, SummaryRequest, TurnSum};

const DAY_MS: i64 = 24 * HOUR_MS;
/// What is summed up unless the caller says otherwise.
const DAYS_DEFAULT: i64 = 30;
/// The longest time of one summary.
const DAYS_MAX: i64 = 366;

/// Which turns to sum up, and how they are grouped.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// Hours that start at this time or later; by default 30 days before `to`. At most 366 days before it.
    #[param(example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Hours that start before this time; by default now.
    #[param(example = "2026-12-01T00:00:00Z")]
    to: Option<String>,
    /// Only turns of this agent.
    #[param(format = "slug", example = "assistant")]
    agent_id: Option<String>,
    /// The keys to group by, separated by commas; by default both.
    #[param(style = Form, explode = false, min_items = 1, max_items = 2, inline, example = json!(["agent", "hour"]))]
    group_by: Vec<SummaryKey>,
}

/// Summarise turns
///
/// Turns of the caller's workspace by agent and hour: how many, how they ended, how long they took. Turns of deleted sessions
/// stay in the sums.
#[utoipa::path(get, path = "/traces/summary", operation_id = "traces.summary", params(SummaryQuery, PageQuery),
    responses((status = 200, description = "The summary.", body = TraceSummary)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SummaryQuery>,
    Paged(page): Paged,
) -> Result<Json<TraceSummary>> {
    let to_ms = instant(query.to.as_deref(), "query/to")?.unwrap_or_else(|| app.now_ms());
    let from_ms = instant(query.from.as_deref(), "query/from")?.unwrap_or(to_ms - DAYS_DEFAULT * DAY_MS);
    if from_ms > to_ms {
        return Err(Error::field("query/from", "lies after `to`"));
    }
    if to_ms - from_ms > DAYS_MAX * DAY_MS {
        return Err(Error::field("query/from", format!("lies more than {DAYS_MAX} days before `to`")));
    }
    let [from_hour, to_hour] = [from_ms, to_ms].map(|at_ms| at_ms.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS));
    let groups = |key| query.group_by.is_empty() || query.group_by.contains(&key);
    let (by_agent, by_hour) = (groups(SummaryKey::Agent), groups(SummaryKey::Hour));
    let request = SummaryRequest { from_hour, to_hour, agent_id: query.agent_id, by_agent, by_hour };
    let rows = app.store.rows(&caller.workspace);
    let summary = rows.traces().summary(request, page).await.map_err(Error::store)?;
    let next_cursor = summary.groups.next.as_ref().map(Cursor::encode);
    let group = |((hour, agent_id), sum): ((Option<i64>, Option<String>), TurnSum)| TurnGroup {
        agent_id,
        hour: hour.map(|hour| rfc3339(hour.saturating_mul(HOUR_MS))),
        counts: TurnCounts::from(&sum),
    };
    let data = summary.groups.data.into_iter().map(group).collect();
    let total = TurnCounts::from(&summary.total);
    Ok(Json(TraceSummary { from: rfc3339(from_ms), to: rfc3339(to_ms), total, data, next_cursor }))
}
