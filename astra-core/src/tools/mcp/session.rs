//! A connection to an MCP server, for those who ask over it.

use std::sync::Arc;

use rmcp::RoleClient;
use rmcp::model::ServerCapabilities;
use rmcp::service::Peer;

use super::fault::{Seen, Words};

/// A connection whose handshake is done.
pub(super) struct Session {
    pub(super) peer: Peer<RoleClient>,
    pub(super) protocol_version: String,
    pub(super) server_name: String,
    pub(super) server_version: String,
    pub(super) capabilities: ServerCapabilities,
    pub(super) words: Arc<Words>,
    pub(super) seen: Seen,
}
