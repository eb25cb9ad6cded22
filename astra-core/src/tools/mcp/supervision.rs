//! The task of one MCP server.

use super::server::McpServer;

/// Keeps the connection to `server`.
pub(super) async fn keep(_server: &McpServer) {
    std::future::pending().await
}
