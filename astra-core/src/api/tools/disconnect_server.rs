//! `tools.disconnect_server`: no longer a source of tools.

use axum::extract::State;
use http::StatusCode;

use super::lookup::not_connected;
use super::model::McpServerPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path, Problem};

/// Disconnect an MCP server
///
/// Its tools are gone at once, calls of them that run come to nothing, and what it was connected with is deleted. Other gateways
/// on the same store follow within moments. A server of the gateway's configuration goes when it is removed there.
#[utoipa::path(delete, path = "/tools/servers/{server}", operation_id = "tools.disconnect_server", params(McpServerPath),
    responses(
        (status = 204, description = "Disconnected."),
        (status = 409, description = "It is a server of the configuration.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(McpServerPath { server }): Path<McpServerPath>,
) -> Result<StatusCode> {
    let was_there = app.mcp_servers.disconnect(&caller.rows(&app), &server).await.map_err(not_connected)?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Error::not_found("MCP server")) }
}
