//! Requests to URLs that come from outside: from callers, from models, from the answers of other servers. They lead to
//! public addresses and to those that the configuration allows, and nowhere else (server-side request forgery).

mod client;
mod error;
mod guarded_resolver;
mod redirect;
mod refusal;
mod request;
mod resolver;
mod response;
mod special_use;

use std::net::IpAddr;
use std::sync::Arc;

use url::{Host, Url};

use self::guarded_resolver::{LOCALHOST, is_localhost};
use super::endpoint::is_sendable;
use crate::config::OutboundConfig;

pub use client::GuardedClient;
pub use error::GuardedError;
pub(super) use guarded_resolver::GuardedResolver;
pub use refusal::Refusal;
pub use request::GuardedRequest;
pub use resolver::{Resolve, SystemResolver};
pub use response::GuardedResponse;
pub use special_use::SpecialUse;

/// Longest URL, in bytes.
const URL_BYTES_MAX: usize = 8 << 10;

/// Decides which URLs and addresses may be called. A copy of it costs a reference.
#[derive(Clone)]
pub(super) struct Guard(Arc<Rules>);

struct Rules {
    allowed: OutboundConfig,
    resolver: Box<dyn Resolve>,
}

impl Guard {
    fn new(allowed: &OutboundConfig, resolver: impl Resolve) -> Self {
        Self(Arc::new(Rules { allowed: allowed.clone(), resolver: Box::new(resolver) }))
    }

    fn with_resolver(&self, resolver: impl Resolve) -> Self {
        Self::new(&self.0.allowed, resolver)
    }

    fn resolver(&self) -> &dyn Resolve {
        &*self.0.resolver
    }

    /// The URL in its normal form, if it may be called as far as can be said before its name is looked up.
    fn admit(&self, mut url: Url) -> Result<Url, Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        // The parser has made addresses of all that a resolver might take for one: 127.1, 0x7f000001, 017700000001.
        match url.host().ok_or(Refusal::Url)? {
            Host::Ipv4(address) => self.check_address(address.into())?,
            Host::Ipv6(address) => self.check_address(address.into())?,
            Host::Domain(name) => {
                // The dot at the end says that the name is complete, which each name of a URL is.
                let trimmed = name.strip_suffix('.').unwrap_or(name);
                if trimmed.split('.').any(str::is_empty) {
                    return Err(Refusal::Url);
                }
                if trimmed.len() < name.len() {
                    let trimmed = trimmed.to_owned();
                    url.set_host(Some(&trimmed)).map_err(|_| Refusal::Url)?;
                    // What the dot kept from being an address is one now.
                    return self.admit(url);
                }
                if is_localhost(name) {
                    LOCALHOST.into_iter().try_for_each(|address| self.check_address(address))?;
                }
            }
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !self.0.allowed.allowed_ports.iter().any(|ports| ports.contains(port)) {
            return Err(Refusal::Port(port));
        }
        if url.as_str().len() > URL_BYTES_MAX {
            return Err(Refusal::TooLong);
        }
        if is_sendable(&url) { Ok(url) } else { Err(Refusal::Url) }
    }

    /// Whether `address` may be reached: it is a public one, or in a network that is allowed.
    pub(super) fn check_address(&self, address: IpAddr) -> Result<(), Refusal> {
        let destination = special_use::destination(address);
        let Some(special) = special_use::special_use(destination) else { return Ok(()) };
        let is_allowed = || self.0.allowed.allowed_networks.iter().any(|network| network.contains(destination));
        if special != SpecialUse::Metadata && is_allowed() { Ok(()) } else { Err(Refusal::Address(special)) }
    }
}

/// Reads a URL.
fn parse(text: &str) -> Result<Url, Refusal> {
    if text.len() > URL_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    Url::parse(text).map_err(|_| Refusal::Url)
}
