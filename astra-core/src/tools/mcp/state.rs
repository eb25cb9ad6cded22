//! How an MCP server is doing, for those who watch it. No secret is in it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How an MCP server is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServerState {
    /// Its name.
    pub name: String,
    /// Who described it.
    pub origin: McpServerOrigin,
    /// How it is reached.
    pub transport: McpTransportKind,
    /// Whether there is a connection.
    pub status: McpServerStatus,
    /// Why there is none, in a sentence; absent while there is one and before the first try has ended.
    pub error: Option<String>,
    /// The revision of the protocol that the connection speaks, or that the last one spoke.
    pub protocol_version: Option<String>,
    /// The name that the server gives itself.
    pub server_name: Option<String>,
    /// The version that the server gives itself.
    pub server_version: Option<String>,
    /// What the server offers, in its own order, those that are left out among them. After a connection is lost they stay
    /// until the next one.
    pub tools: Vec<McpToolState>,
    /// What else is wrong with what it offers, such as a list that is too long; absent if nothing is.
    pub warning: Option<String>,
    /// Since when it has this status, in milliseconds since the Unix epoch.
    pub since_ms: i64,
    /// When the next try begins, in milliseconds since the Unix epoch; only after a failure.
    pub next_try_ms: Option<i64>,
}

impl McpServerState {
    /// The state of a server before its first connection.
    #[must_use]
    pub const fn connecting(name: String, origin: McpServerOrigin, transport: McpTransportKind, since_ms: i64) -> Self {
        Self {
            name,
            origin,
            transport,
            status: McpServerStatus::Connecting,
            error: None,
            protocol_version: None,
            server_name: None,
            server_version: None,
            tools: Vec::new(),
            warning: None,
            since_ms,
            next_try_ms: None,
        }
    }
}

/// A tool that an MCP server offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpToolState {
    /// The name that the server gives it, made short and printable.
    pub remote_name: String,
    /// The name that agents know it by; absent if it is left out.
    pub name: Option<String>,
    /// Why it is left out; absent if it is not.
    pub fault: Option<String>,
}

/// Who described an MCP server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum McpServerOrigin {
    /// The gateway's configuration, for all workspaces.
    Configuration,
    /// A workspace, for itself.
    Workspace,
}

/// How an MCP server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum McpTransportKind {
    /// Over streamable HTTP.
    Http,
    /// As a child of the gateway.
    Stdio,
}

/// Whether there is a connection to an MCP server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum McpServerStatus {
    /// One is being made.
    Connecting,
    /// There is one.
    Connected,
    /// There is none, and the next try comes at its time.
    Failed,
}
