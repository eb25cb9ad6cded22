//! The section `limits`: bounds on what callers may send and keep.

use serde::{Deserialize, Serialize};

use super::Network;
use super::validate::at_least_one;

/// Bounds on what callers may send.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Largest request body, in bytes.
    pub body_bytes: usize,
    /// Requests a second of one token.
    pub token_requests_per_s: u32,
    /// Requests a second from one address.
    pub address_requests_per_s: u32,
    /// Requests a minute to `/auth/register`, `/auth/token` and `/auth/refresh` from one address.
    pub auth_address_requests_per_min: u32,
    /// Failed attempts a minute to sign in to one account from one network, a /24 of IPv4 or a /64 of IPv6.
    pub auth_account_attempts_per_min: u32,
    /// Failed attempts a minute to sign in to one account from all networks together.
    pub auth_account_failures_per_min: u32,
    /// Turns of one credential that may run or wait at once.
    pub turns_per_token: u32,
    /// Turns of one workspace that may run or wait at once.
    pub turns_per_workspace: u32,
    /// Turns that may run or wait at once in the whole gateway.
    pub turns: u32,
    /// Streams of events that one credential may have open at once.
    pub streams_per_token: u32,
    /// Bytes that the turns of one session may keep.
    pub session_bytes: u64,
    /// Bytes that the turns of one workspace may keep; `None` for no limit.
    pub workspace_bytes: Option<u64>,
    /// Connections at once. Two file descriptors for each must be there: the other one is the call to a model's provider.
    pub connections: u32,
    /// Connections at once from one address; trusted proxies are not held to it.
    pub connections_per_address: u32,
    /// Proxies whose `X-Forwarded-For` is believed when it says which address a request came from.
    pub trusted_proxies: Vec<Network>,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            token_requests_per_s: 2_000,
            address_requests_per_s: 4_000,
            auth_address_requests_per_min: 60,
            auth_account_attempts_per_min: 10,
            auth_account_failures_per_min: 300,
            turns_per_token: 1_024,
            turns_per_workspace: 4_096,
            turns: 8_192,
            streams_per_token: 1_024,
            session_bytes: 64 << 20,
            workspace_bytes: None,
            connections: 10_000,
            connections_per_address: 1_024,
            trusted_proxies: Vec::new(),
        }
    }
}

impl LimitsConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        let at_least = [
            ("limits.body_bytes", self.body_bytes as u64),
            ("limits.token_requests_per_s", self.token_requests_per_s.into()),
            ("limits.address_requests_per_s", self.address_requests_per_s.into()),
            ("limits.auth_address_requests_per_min", self.auth_address_requests_per_min.into()),
            ("limits.auth_account_attempts_per_min", self.auth_account_attempts_per_min.into()),
            ("limits.auth_account_failures_per_min", self.auth_account_failures_per_min.into()),
            ("limits.turns_per_token", self.turns_per_token.into()),
            ("limits.turns_per_workspace", self.turns_per_workspace.into()),
            ("limits.turns", self.turns.into()),
            ("limits.streams_per_token", self.streams_per_token.into()),
            ("limits.session_bytes", self.session_bytes),
            ("limits.workspace_bytes", self.workspace_bytes.unwrap_or(1)),
            ("limits.connections", self.connections.into()),
            ("limits.connections_per_address", self.connections_per_address.into()),
        ];
        at_least_one(&at_least, refuse);
    }
}
