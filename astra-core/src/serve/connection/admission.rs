//! How many connections may be open at once: in all, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::{LimitsConfig, Network};
use crate::http::address::network;

/// Counts open connections.
pub(super) struct Admission {
    connections_max: usize,
    connections_per_address_max: usize,
    /// One proxy's connections are many clients': they count in all, and not by address.
    proxies: Vec<Network>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    total: usize,
    by_network: HashMap<u128, usize>,
}

/// The right to one connection, given back when it is dropped.
pub(super) struct Permit {
    admission: Arc<Admission>,
    /// Where it is counted; `None` for a proxy.
    network: Option<u128>,
}

/// Which limit a connection is beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// `limits.connections`
    Gateway,
    /// `limits.connections_per_address`
    Address,
}

impl Admission {
    pub(super) fn new(limits: &LimitsConfig) -> Self {
        let count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
        Self {
            connections_max: count(limits.connections),
            connections_per_address_max: count(limits.connections_per_address),
            proxies: limits.trusted_proxies.clone(),
            open: Mutex::default(),
        }
    }

    /// Counts a connection from `address`, unless there are too many.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Permit, Full> {
        let is_proxy = self.proxies.iter().any(|proxy| proxy.contains(address));
        let network = (!is_proxy).then(|| network(address));
        let mut open = self.open();
        if open.total >= self.connections_max {
            return Err(Full::Gateway);
        }
        if let Some(network) = network {
            let count = open.by_network.entry(network).or_default();
            if *count >= self.connections_per_address_max {
                return Err(Full::Address);
            }
            *count += 1;
        }
        open.total += 1;
        Ok(Permit { admission: Arc::clone(self), network })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut open = self.admission.open();
        open.total = open.total.saturating_sub(1);
        let Some(network) = self.network else { return };
        if let Some(count) = open.by_network.get_mut(&network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_network.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(connections: u32, connections_per_address: u32) -> Arc<Admission> {
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        Arc::new(Admission::new(&LimitsConfig {
            connections,
            connections_per_address,
            trusted_proxies,
            ..LimitsConfig::default()
        }))
    }

    #[test]
    fn an_address_and_the_gateway_have_their_limits() {
        let admission = admission(4, 2);
        let from = |address: &str| admission.admit(address.parse().unwrap());
        let first = from("203.0.113.1").ok();
        let _second = from("::ffff:203.0.113.1").ok();
        assert_eq!(from("203.0.113.1").err(), Some(Full::Address));
        // One network of 2^64 addresses is one client.
        let _third = from("2001:db8::1").ok();
        let _fourth = from("2001:db8::2").ok();
        assert_eq!(from("203.0.113.2").err(), Some(Full::Gateway));
        drop(first);
        assert_eq!(from("2001:db8::3").err(), Some(Full::Address));
        assert!(from("203.0.113.1").is_ok());
        assert_eq!(admission.open().by_network.len(), 2);
    }

    #[test]
    fn a_trusted_proxy_is_held_to_the_gateways_limit_alone() {
        let admission = admission(3, 1);
        let open: Vec<_> = (0..3).map_while(|_| admission.admit("10.1.2.3".parse().unwrap()).ok()).collect();
        assert_eq!(open.len(), 3);
        assert_eq!(admission.admit("10.1.2.3".parse().unwrap()).err(), Some(Full::Gateway));
        drop(open);
        assert_eq!(admission.open().total, 0);
        assert!(admission.open().by_network.is_empty());
    }
}
