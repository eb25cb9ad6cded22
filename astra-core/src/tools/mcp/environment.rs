//! What MCP servers are connected with: time, chance, the way out, and what a server's process inherits.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::config::{Network, OutboundConfig, Ports};
use crate::outbound::{GuardedClient, Jitter, system_jitter};

/// Where programs are looked for if the host program says nothing of it.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Connections to one server that stay open for the next call.
const IDLE_CONNECTIONS_MAX: usize = 4;

/// What MCP servers are connected with.
pub struct Environment {
    /// Says when something was.
    pub clock: Arc<dyn Clock>,
    /// Spreads the tries of gateways that lost a server at the same moment.
    pub jitter: Jitter,
    /// Where servers of workspaces may be.
    pub outbound: OutboundConfig,
    /// `PATH` and `HOME` of a server's process.
    pub process: Vec<(String, String)>,
    /// Longest time of a call of a server that says nothing of it.
    pub timeout: Duration,
}

impl Environment {
    /// Chance comes from the operating system, and processes inherit `process`, of which `PATH` has a value if none is given.
    #[must_use]
    pub fn new(
        clock: Arc<dyn Clock>,
        outbound: &OutboundConfig,
        mut process: Vec<(String, String)>,
        timeout: Duration,
    ) -> Self {
        if !process.iter().any(|(name, _)| name == "PATH") {
            process.push(("PATH".to_owned(), PATH.to_owned()));
        }
        Self { clock, jitter: system_jitter(), outbound: outbound.clone(), process, timeout }
    }

    /// The client for one server's requests.
    pub(super) fn client(&self, is_trusted: bool) -> GuardedClient {
        let everywhere = || OutboundConfig {
            allowed_networks: ["0.0.0.0/0", "::/0"]
                .iter()
                .filter_map(|network| network.parse::<Network>().ok())
                .collect(),
            allowed_ports: "1-65535".parse::<Ports>().into_iter().collect(),
        };
        let client = if is_trusted { GuardedClient::new(&everywhere()) } else { GuardedClient::new(&self.outbound) };
        client.with_clock(Arc::clone(&self.clock)).keeping(IDLE_CONNECTIONS_MAX)
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}
