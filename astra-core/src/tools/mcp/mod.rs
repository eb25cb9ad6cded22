//! MCP servers as sources of tools: each is connected by a task of its own, and what it offers are tools named
//! `<server>__<tool>`. Where servers are described and kept is not known here.

mod connection;
mod environment;
mod events;
mod fault;
mod http;
#[cfg(unix)]
mod lines;
mod moderated;
mod names;
mod oauth;
mod offer;
mod process;
mod remote_tool;
mod resources;
mod server;
mod servers;
mod session;
mod spec;
mod state;
mod supervision;
mod text;

pub use environment::Environment;
pub use servers::{MCP_SERVERS_MAX, McpRefusal, McpServers};
pub use spec::{
    ClientCredentials, MCP_NAME_LENGTH_MAX, McpHttp, McpServerSpec, McpStdio, McpTransport, server_name_fault,
    split_tool_name,
};
pub use state::{McpServerOrigin, McpServerState, McpServerStatus, McpToolState, McpTransportKind};
