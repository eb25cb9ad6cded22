//! `tools.list`: which tools there are.

use axum::extract::State;

use super::lookup::{agent, shown};
use super::model::{ToolInfo, ToolQuery};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Page, PageQuery, Paged, Query, page_by_name};

/// List tools
///
/// All tools that the workspace has at this moment, sorted by name. With `agent_id`, `decision` shows which of them the
/// agent's model may call.
#[utoipa::path(get, path = "/tools", operation_id = "tools.list",
    params(ToolQuery, PageQuery),
    responses(
        (status = 200, description = "The tools.", body = Page<ToolInfo>,
            example = json!({"data": [{
                "name": "current_time", "description": "The present date, time and weekday in a time zone.",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "time_zone": {"type": ["string", "null"], "maxLength": 64, "pattern": "^[A-Za-z0-9_+/-]+$"},
                    },
                },
                "source": "built_in", "is_read_only": true, "is_destructive": false, "is_idempotent": false,
                "timeout_ms": 30_000, "decision": "allowed",
            }], "next_cursor": null})),
        (status = 404, description = "There is no such agent.",
            body = crate::http::Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ToolQuery>,
    Paged(request): Paged,
) -> Result<Json<Page<ToolInfo>>> {
    let agent = agent(&app, &caller, query.agent_id.as_deref()).await?;
    let tools = app.known.tools.all(&caller.workspace);
    let tools = tools.iter().map(|tool| shown(&app, agent.as_deref(), tool)).collect();
    Ok(Json(Page::from_store(page_by_name(tools, &request, |tool: &ToolInfo| tool.name.clone()), |tool| tool)))
}
