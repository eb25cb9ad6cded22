//! `tools.get_server`: how an MCP server is doing.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use super::model::{McpServer, McpServerPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfNoneMatch, Json, Path};

/// Get an MCP server
///
/// How it is doing on the gateway that answers: whether there is a connection, why there is none, and what the server offers.
/// To follow it, send the `ETag` as `If-None-Match`: 304 says that nothing has changed.
#[utoipa::path(get, path = "/tools/servers/{server}", operation_id = "tools.get_server",
    params(McpServerPath, ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what the client knows.",
        max_length = 1024, pattern = "^[ -~]*$", example = "\"2c26b46b68ffc68ff99b453c1d304134\"")),
    responses(
        (status = 200, description = "The server.", body = McpServer,
            headers(("ETag" = String, description = "Names this state of the server."))),
        (status = 304, description = "The client knows it already.",
            headers(("ETag" = String, description = "Names this state of the server.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(McpServerPath { server }): Path<McpServerPath>,
    known: IfNoneMatch,
) -> Result<Response> {
    let found = app.mcp_servers.find(&app.store.rows(&caller.workspace), &server).await.map_err(Error::store)?;
    let server = McpServer::from(found.ok_or_else(|| Error::not_found("MCP server"))?);
    let etag = etag(&server)?;
    let mut answer =
        if known.covers(&etag) { StatusCode::NOT_MODIFIED.into_response() } else { Json(server).into_response() };
    answer.headers_mut().insert(header::ETAG, HeaderValue::try_from(etag).map_err(Error::internal)?);
    Ok(answer)
}

/// Names what is shown.
fn etag(server: &McpServer) -> Result<String> {
    let shown = serde_json::to_vec(server).map_err(Error::internal)?;
    let hash: String = Sha256::digest(&shown).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("\"{hash}\""))
}
