//! `tools.list_servers`: the MCP servers that tools come from.

use axum::extract::State;

use super::model::McpServer;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Page, PageQuery, Paged, page_by_name};

/// List MCP servers
///
/// The servers of the gateway's configuration, which all workspaces have, and those that were connected in this one, sorted by
/// name. Each shows how it is doing on the gateway that answers: of several gateways on one store each has connections of its
/// own.
#[utoipa::path(get, path = "/tools/servers", operation_id = "tools.list_servers", params(PageQuery),
    responses((status = 200, description = "A page of servers.", body = Page<McpServer>)))]
pub async fn handler(State(app): State<App>, caller: Caller, Paged(request): Paged) -> Result<Json<Page<McpServer>>> {
    let servers = app.mcp_servers.all(&app.store.rows(&caller.workspace)).await.map_err(Error::store)?;
    let servers = servers.into_iter().map(McpServer::from).collect();
    Ok(Json(Page::from_store(page_by_name(servers, &request, |server: &McpServer| server.name.clone()), |server| {
        server
    })))
}
