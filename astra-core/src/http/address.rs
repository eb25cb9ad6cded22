//! Where a request came from: from the connection, and behind a trusted proxy from what that proxy says.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use std::convert::Infallible;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use http::header::USER_AGENT;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue};

use crate::app::App;
use crate::auth::RequestSource;
use crate::config::Network;

/// The address and the program of the client, for what counts by them or keeps them.
#[derive(Debug, Clone)]
pub struct CalledFrom(pub RequestSource);

/// The client's address. A host program that does not say where its connections come from has one address for all.
pub(super) fn client_address(request: &Request, trusted: &[Network]) -> IpAddr {
    address(request.extensions(), request.headers(), trusted)
}

fn address(extensions: &Extensions, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let info = extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    if is_trusted(peer, trusted) { forwarded(headers, peer, trusted) } else { peer }
}

impl FromRequestParts<App> for CalledFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let address = address(&parts.extensions, &parts.headers, &app.config.limits.trusted_proxies);
        let user_agent = parts.headers.get(USER_AGENT).map(HeaderValue::as_bytes);
        Ok(Self(RequestSource::new(address, user_agent)))
    }
}

/// The last address in `X-Forwarded-For` that no trusted proxy has: each proxy appends whom it logged, and what a client
/// wrote itself stands before that.
fn forwarded(headers: &HeaderMap, peer: IpAddr, trusted: &[Network]) -> IpAddr {
    let mut nearest = peer;
    for line in headers.get_all("x-forwarded-for").iter().rev() {
        for entry in line.to_str().unwrap_or_default().rsplit(',') {
            let Ok(address) = entry.trim().parse::<IpAddr>() else { return nearest };
            nearest = address;
            if !is_trusted(address, trusted) {
                return address;
            }
        }
    }
    nearest
}

/// What counts as one client: an IPv4 address, or the 2^64 addresses of an IPv6 network, which one client has.
#[must_use]
pub fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address) >> 64 << 64,
    }
}

fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.contains(address))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn from(peer: &str, forwarded: &[&str]) -> String {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        for line in forwarded {
            request.headers_mut().append("x-forwarded-for", line.parse().unwrap());
        }
        client_address(&request, &["10.0.0.0/8".parse().unwrap()]).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(from("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["1.1.1.1, nonsense"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
    }
}
