//! `tools.connect_server`: an MCP server as a source of tools.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;

use super::lookup::not_connected;
use super::model::{
    ConnectMcpHttp, ConnectMcpOAuth, ConnectMcpServer, ConnectMcpStdio, ConnectMcpTransport, McpSecret, McpServer,
};
use crate::app::App;
use crate::config::{McpOAuthConfig, McpServerConfig};
use crate::error::Result;
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created};

/// Connect an MCP server
///
/// From then on its tools are tools of the workspace, as `<server>__<tool>`, on every gateway that works on the same store,
/// also after a restart. The answer does not wait for the connection: its `status` is `connecting`, and `tools.get_server`
/// shows what came of it. A server that cannot be reached is tried again and again.
///
/// The server's URL and that of its tokens lead to public addresses, or to where `outbound` of the gateway's configuration
/// allows; what a name leads to is looked at with each connection. A program is run only if `mcp.allow_stdio` of the
/// configuration lists its command.
#[utoipa::path(post, path = "/tools/servers", operation_id = "tools.connect_server", params(IdempotencyHeader),
    request_body(content = ConnectMcpServer, description = "The server.", example = json!({
        "name": "crm",
        "transport": {"type": "http", "url": "https://mcp.example/mcp", "headers": {"X-Team": "sales"}},
    })),
    responses(
        (status = 201, description = "The server, which is being connected.", body = McpServer,
            headers(("Location" = String, description = "Where the server is."))),
        (status = 403, description = "The configuration does not allow callers to run this command, or the caller may not connect servers.",
            body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A server of this name exists, or the workspace has as many as it may have.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(mut new): Json<ConnectMcpServer>,
) -> Result<Response> {
    let (name, rows) = (std::mem::take(&mut new.name), caller.rows(&app));
    let server = McpServerConfig::from(new);
    let connected = app.mcp_servers.connect(&rows, &name, &server, &caller.subject, app.now_ms(), once).await;
    let connected = connected.map_err(not_connected)?;
    Ok(created(&format!("/tools/servers/{name}"), McpServer::from(connected)))
}

impl From<ConnectMcpServer> for McpServerConfig {
    fn from(new: ConnectMcpServer) -> Self {
        let own = |map: BTreeMap<String, McpSecret>| map.into_iter().map(|(name, McpSecret(value))| (name, value));
        let transport = match new.transport {
            ConnectMcpTransport::Http(ConnectMcpHttp { url, headers, oauth }) => Self {
                url: Some(url),
                headers: own(headers).collect(),
                oauth: oauth.map(McpOAuthConfig::from),
                ..Self::default()
            },
            ConnectMcpTransport::Stdio(ConnectMcpStdio { command, args, env }) => Self {
                command: Some(command),
                args: args.into_iter().map(|McpSecret(arg)| arg).collect(),
                env: own(env).collect(),
                ..Self::default()
            },
        };
        Self { timeout_s: new.timeout_s, ..transport }
    }
}

impl From<ConnectMcpOAuth> for McpOAuthConfig {
    fn from(new: ConnectMcpOAuth) -> Self {
        let ConnectMcpOAuth { token_url, client_id, client_secret, scope } = new;
        Self { token_url, client_id, client_secret, scope }
    }
}
