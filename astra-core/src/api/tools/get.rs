//! `tools.get`: one tool.

use axum::extract::State;

use super::lookup::{agent, find, shown};
use super::model::{ToolInfo, ToolPath, ToolQuery};
use crate::app::App;
use crate::error::Result;
use crate::http::{Caller, Json, Path, Query};

/// Get a tool
///
/// With `agent_id`, `decision` shows whether the agent's model may call it.
#[utoipa::path(get, path = "/tools/{tool}", operation_id = "tools.get", params(ToolPath, ToolQuery),
    responses((status = 200, description = "The tool.", body = ToolInfo,
        example = json!({
            "name": "current_time", "description": "The present date, time and weekday in a time zone.",
            "parameters": {
                "type": "object",
                "properties": {
                    "time_zone": {"type": ["string", "null"], "maxLength": 64, "pattern": "^[A-Za-z0-9_+/-]+$"},
                },
            },
            "source": "built_in", "is_read_only": true, "is_destructive": false, "is_idempotent": false,
            "timeout_ms": 30_000, "decision": null,
        }))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ToolPath>,
    Query(query): Query<ToolQuery>,
) -> Result<Json<ToolInfo>> {
    let tool = find(&app, &caller, &path.tool)?;
    let agent = agent(&app, &caller, query.agent_id.as_deref()).await?;
    Ok(Json(shown(&app, agent.as_deref(), &tool)))
}
