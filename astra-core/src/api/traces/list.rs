//! `traces.list`: how the caller's turns went, or those of all users.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{Trace, TraceStatus};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query, instant};
use crate::ids::SessionId;
use crate::store::TraceFilter;

/// Which traces to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TracesQuery {
    /// Only turns of this agent.
    #[param(format = "slug", example = "assistant")]
    agent_id: Option<String>,
    /// Only turns of this session.
    #[param(value_type = Option<String>, example = "ses_06a1b2c3d4e5q")]
    session_id: Option<SessionId>,
    /// Only turns of this user or service account.
    #[param(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    user_id: Option<String>,
    /// Only turns that ended so.
    #[param(example = "failed")]
    status: Option<TraceStatus>,
    /// Only turns that began at this time or later.
    #[param(example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Only turns that began before this time.
    #[param(example = "2026-12-01T00:00:00Z")]
    to: Option<String>,
    /// Only turns that took at least so many milliseconds.
    #[param(minimum = 0, maximum = 4_000_000_000_u64, example = 500)]
    min_duration_ms: Option<u32>,
    /// Only turns that the request with this `X-Request-ID` asked for.
    #[param(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9_.:/+=-]+$", example = "req_06a1b2c3d4e5q")]
    request_id: Option<String>,
}

/// List traces
///
/// How turns went that have ended, newest turn first. A member sees its own turns, admins and owners see all turns of the
/// workspace. A page looks at 50,000 turns at the most, unless the list is of one session: one that found fewer traces than
/// it was asked for, or none, has a `next_cursor` all the same if there are older turns.
#[utoipa::path(get, path = "/traces", operation_id = "traces.list", params(PageQuery, TracesQuery),
    responses((status = 200, description = "A page of traces.", body = Page<Trace>)))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<TracesQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<Trace>>> {
    let from_ms = instant(query.from.as_deref(), "query/from")?;
    let to_ms = instant(query.to.as_deref(), "query/to")?;
    if from_ms.zip(to_ms).is_some_and(|(from_ms, to_ms)| from_ms > to_ms) {
        return Err(Error::field("query/from", "lies after `to`"));
    }
    let filter = TraceFilter {
        agent_id: query.agent_id,
        session_id: query.session_id,
        user_id: query.user_id,
        status: query.status.map(Into::into),
        from_ms,
        to_ms,
        duration_us_min: query.min_duration_ms.map(|duration_ms| i64::from(duration_ms) * 1_000),
        request_id: query.request_id,
    };
    let rows = app.store.rows(&caller.workspace);
    let page = rows.traces().page(caller.sees(), filter, request).await.map_err(Error::store)?;
    Ok(Json(Page::from_store(page, Trace::from)))
}
