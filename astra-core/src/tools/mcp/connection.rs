//! A connection to an MCP server.

/// A connection to an MCP server, whose handshake is done.
pub(super) struct Session {
    pub(super) protocol_version: String,
    pub(super) server_name: String,
    pub(super) server_version: String,
}
