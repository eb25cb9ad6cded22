//! Which MCP servers a gateway has: those of its configuration, and those that callers have connected, which are kept in the
//! store and connected by every gateway on it. What connects to a server and calls its tools is in `tools/mcp/`.

mod check;
mod directory;
mod follow;
mod kept;

pub use check::{ServerFault, check, configured_faults};
pub use directory::{ConnectError, McpDirectory, McpServerEntry};
pub use kept::{ShownOAuth, ShownSettings};
