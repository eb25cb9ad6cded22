//! What the operations of the tools group share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::config::Secret;
use crate::http::AnyJson;
use crate::mcp_servers::McpServerEntry;
use crate::tools::mcp::{McpServerOrigin, McpServerStatus, McpToolState, McpTransportKind};
use crate::tools::{Decision, RegisteredTool, ToolOrigin};

/// A tool that agents may call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToolInfo {
    /// The name, as policies and models have it.
    #[schema(max_length = 64, pattern = "^[a-zA-Z0-9_-]{1,64}$", example = "current_time")]
    pub name: String,
    /// What it does, as models are told.
    #[schema(max_length = 16_384, example = "The present date, time and weekday in a time zone.")]
    pub description: String,
    /// The JSON Schema of its arguments, which are an object.
    pub parameters: AnyJson,
    /// Where it comes from.
    pub source: ToolSourceKind,
    /// Whether it says of itself that it changes nothing.
    #[schema(example = true)]
    pub is_read_only: bool,
    /// Whether it says of itself that it may take something away that cannot be had again.
    #[schema(example = false)]
    pub is_destructive: bool,
    /// Whether it says of itself that a second call with the same arguments changes nothing more.
    #[schema(example = false)]
    pub is_idempotent: bool,
    /// The longest time of a call, in milliseconds.
    #[schema(minimum = 1, example = 30_000)]
    pub timeout_ms: u64,
    /// What the policy of the agent in `agent_id` says of it; null where none is named.
    pub decision: Option<ToolDecision>,
}

/// Where a tool comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolSourceKind {
    /// The gateway has it.
    BuiltIn,
    /// The program around the gateway has it.
    Host,
    /// An MCP server has it, whose name stands before `__` in the tool's.
    Mcp,
}

/// What an agent's policy says of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolDecision {
    /// The agent's model may call it.
    Allowed,
    /// The agent's model may call it, and each call needs a person's approval.
    NeedsApproval,
    /// The agent's model may not call it.
    Denied,
}

/// Whose policy is shown with the tools.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ToolQuery {
    /// The agent whose policy `decision` shows.
    #[param(format = "slug", example = "assistant")]
    pub agent_id: Option<String>,
}

/// The tool of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ToolPath {
    /// The tool's name.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-zA-Z0-9_-]{1,64}$", example = "current_time")]
    pub tool: String,
}

impl ToolInfo {
    /// A tool, of whose call the default bound is `timeout_ms`.
    #[must_use]
    pub fn new(tool: &RegisteredTool, timeout_ms: u64, decision: Option<Decision>) -> Self {
        let own = tool.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).max(1));
        Self {
            name: tool.name().to_owned(),
            description: tool.definition.description.as_ref().to_owned(),
            parameters: AnyJson(Value::Object(tool.definition.parameters.as_ref().clone())),
            source: tool.origin.into(),
            is_read_only: tool.annotations.read_only,
            is_destructive: tool.annotations.destructive,
            is_idempotent: tool.annotations.idempotent,
            timeout_ms: own.unwrap_or(timeout_ms),
            decision: decision.map(ToolDecision::from),
        }
    }
}

impl From<ToolOrigin> for ToolSourceKind {
    fn from(origin: ToolOrigin) -> Self {
        match origin {
            ToolOrigin::BuiltIn => Self::BuiltIn,
            ToolOrigin::Host => Self::Host,
            ToolOrigin::Mcp => Self::Mcp,
        }
    }
}

impl From<Decision> for ToolDecision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allowed => Self::Allowed,
            Decision::NeedsApproval => Self::NeedsApproval,
            Decision::Denied => Self::Denied,
        }
    }
}

/// An MCP server to be connected.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConnectMcpServer {
    /// Its name, unique in the workspace: agents know a tool `search` of the server `crm` as `crm__search`. It has neither two
    /// underscores in a row nor one at its end.
    #[schema(min_length = 1, max_length = 32, pattern = "^[a-z0-9][a-z0-9-]*(_[a-z0-9-]+)*$", example = "crm")]
    pub name: String,
    /// How it is reached.
    pub transport: ConnectMcpTransport,
    /// Longest time of a call of its tools, in seconds; by default `tools.timeout_s` of the gateway's configuration.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 600, example = 30)]
    pub timeout_s: Option<u64>,
}

/// How an MCP server is reached.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ConnectMcpTransport {
    /// Over streamable HTTP.
    Http(ConnectMcpHttp),
    /// As a program on the gateway's machine, which reads and writes lines. Only commands that `mcp.allow_stdio` of the
    /// gateway's configuration lists may be run.
    Stdio(ConnectMcpStdio),
}

/// An MCP server over streamable HTTP.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConnectMcpHttp {
    /// Its URL. Only scheme, host and port are ever shown. It leads to a public address, or to where `outbound` of the
    /// gateway's configuration allows.
    #[schema(value_type = String, min_length = 1, max_length = 8192, example = "https://mcp.example/mcp")]
    pub url: Secret,
    /// Headers of each request to it. Their values are sealed at rest and never shown.
    #[serde(default)]
    #[schema(example = json!({"X-Team": "sales"}))]
    pub headers: BTreeMap<String, McpSecret>,
    /// How a token is got that each request has.
    #[serde(default)]
    pub oauth: Option<ConnectMcpOAuth>,
}

/// A program that is an MCP server.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConnectMcpStdio {
    /// The command, exactly as `mcp.allow_stdio` has it.
    #[schema(min_length = 1, max_length = 1024, example = "npx")]
    pub command: String,
    /// Its arguments. They are sealed at rest and never shown.
    #[serde(default)]
    #[schema(max_items = 100, example = json!(["-y", "@modelcontextprotocol/server-everything"]))]
    pub args: Vec<McpSecret>,
    /// Its variables, beside `PATH` and `HOME`; it gets no others of the gateway's. Their values are sealed at rest and never
    /// shown.
    #[serde(default)]
    #[schema(example = json!({"LOG_LEVEL": "warn"}))]
    pub env: BTreeMap<String, McpSecret>,
}

/// A text that is sealed at rest and never shown.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, max_length = 16_384, example = "sales")]
pub struct McpSecret(pub Secret);

/// How a token is got, by OAuth 2 with the client's own credentials (RFC 6749, section 4.4).
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConnectMcpOAuth {
    /// Where tokens are given out. Only scheme, host and port are ever shown.
    #[schema(value_type = String, min_length = 1, max_length = 8192, example = "https://id.example/oauth/token")]
    pub token_url: Secret,
    /// The client's id.
    #[schema(min_length = 1, max_length = 1024, pattern = "^[ -~]+$", example = "astra")]
    pub client_id: String,
    /// The client's secret. It is sealed at rest and never shown.
    #[schema(value_type = String, min_length = 1, max_length = 16_384, example = "correct-horse-battery-staple")]
    pub client_secret: Secret,
    /// What the token is to be good for, as words with spaces between them.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1024, pattern = "^[ -~]+$", example = "contacts.read")]
    pub scope: Option<String>,
}

/// An MCP server as a source of tools, with how it is doing on the gateway that answers. No secret is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct McpServer {
    /// Its name, with which the names of its tools begin.
    #[schema(max_length = 32, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "crm")]
    pub name: String,
    /// Who has described it.
    pub origin: McpServerOrigin,
    /// How it is reached.
    pub transport: McpTransportKind,
    /// Scheme, host and port of its URL, or its command; null for a server of the configuration, which is the operator's.
    #[schema(max_length = 8192, example = "https://mcp.example")]
    pub address: Option<String>,
    /// The names of the headers that are set.
    #[schema(max_items = 100, example = json!(["X-Team"]))]
    pub header_names: Vec<String>,
    /// The names of the variables that are set.
    #[schema(max_items = 100, example = json!([]))]
    pub env_names: Vec<String>,
    /// How a token is got; null if none is.
    pub oauth: Option<McpOAuth>,
    /// Longest time of a call of its tools, in seconds; null for `tools.timeout_s` of the configuration.
    #[schema(minimum = 1, maximum = 600, example = 30)]
    pub timeout_s: Option<u64>,
    /// Whether there is a connection.
    pub status: McpServerStatus,
    /// Since when.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub since: String,
    /// Why there is no connection; null while there is one, and before the first try has ended.
    #[schema(max_length = 16_384, example = "the server answers with status 404")]
    pub error: Option<String>,
    /// When the next try begins; null if none is to come.
    #[schema(example = "2026-11-23T21:07:05.000Z")]
    pub next_try_at: Option<String>,
    /// The revision of the protocol that is spoken; null before the first connection.
    #[schema(max_length = 1024, example = "2025-11-25")]
    pub protocol_version: Option<String>,
    /// What the server calls itself.
    #[schema(max_length = 1024, example = "CRM")]
    pub server_name: Option<String>,
    /// The version that it gives itself.
    #[schema(max_length = 1024, example = "1.4.0")]
    pub server_version: Option<String>,
    /// What it offers, those that are left out among them. They stay after a connection is lost, until the next one.
    #[schema(max_items = 1024)]
    pub tools: Vec<McpServerTool>,
    /// What else is wrong with what it offers; null if nothing is.
    #[schema(max_length = 16_384, example = "it offers more tools than are taken")]
    pub warning: Option<String>,
    /// When it was connected; null for a server of the configuration.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: Option<String>,
    /// Who has connected it; null for a server of the configuration.
    #[schema(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "usr_06a1b2c3d4e5q")]
    pub created_by: Option<String>,
}

/// What callers may know of how a token is got.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct McpOAuth {
    /// Scheme, host and port of where tokens are given out.
    #[schema(max_length = 8192, example = "https://id.example")]
    pub address: String,
    /// The client's id.
    #[schema(max_length = 16_384, example = "astra")]
    pub client_id: String,
    /// What the token is to be good for; null if that is not said.
    #[schema(max_length = 16_384, example = "contacts.read")]
    pub scope: Option<String>,
}

/// A tool that an MCP server offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct McpServerTool {
    /// The name that the server gives it.
    #[schema(max_length = 1024, example = "search")]
    pub remote_name: String,
    /// The name that agents know it by; null if it is left out.
    #[schema(max_length = 64, example = "crm__search")]
    pub name: Option<String>,
    /// Why it is left out; null if it is not.
    #[schema(max_length = 16_384, example = "its schema cannot be used")]
    pub fault: Option<String>,
}

/// The MCP server of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct McpServerPath {
    /// The server's name.
    #[param(min_length = 1, max_length = 32, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "crm")]
    pub server: String,
}

impl From<McpServerEntry> for McpServer {
    fn from(entry: McpServerEntry) -> Self {
        let McpServerEntry { address, settings, created, state } = entry;
        let (created_by, created_at) = created.unzip();
        let oauth = settings.oauth.map(|oauth| McpOAuth {
            address: oauth.address,
            client_id: oauth.client_id,
            scope: oauth.scope,
        });
        Self {
            name: state.name,
            origin: state.origin,
            transport: state.transport,
            address,
            header_names: settings.header_names,
            env_names: settings.env_names,
            oauth,
            timeout_s: settings.timeout_s,
            status: state.status,
            since: rfc3339(state.since_ms),
            error: state.error,
            next_try_at: state.next_try_ms.map(rfc3339),
            protocol_version: state.protocol_version,
            server_name: state.server_name,
            server_version: state.server_version,
            tools: state.tools.into_iter().map(McpServerTool::from).collect(),
            warning: state.warning,
            created_at: created_at.map(rfc3339),
            created_by,
        }
    }
}

impl From<McpToolState> for McpServerTool {
    fn from(tool: McpToolState) -> Self {
        Self { remote_name: tool.remote_name, name: tool.name, fault: tool.fault }
    }
}
