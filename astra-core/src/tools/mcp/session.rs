//! A connection to an MCP server, for those who ask over it.

use std::sync::Arc;

use rmcp::model::ServerCapabilities;
use rmcp::service::Peer;
use rmcp::{RoleClient, ServiceError};
use tokio_util::sync::CancellationToken;

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
    /// Cancelled when the connection is over, whatever still runs of it.
    pub(super) over: CancellationToken,
}

impl Session {
    /// What `request` answers, unless the connection is over before.
    pub(super) async fn ask<T>(
        &self,
        request: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, ServiceError> {
        tokio::select! {
            biased;
            answered = request => answered,
            () = self.over.cancelled() => Err(ServiceError::TransportClosed),
        }
    }
}
