//! The HTTP client of one upstream: TLS by rustls with ring, whatever the host program has or has not installed.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Proxy, Url};
use rustls::{ClientConfig, RootCertStore};

use super::error::{Error, Kind};

/// Connections that stay open for the next call. As many as callers may be busy at once, since a connection that is
/// closed after each peak is a handshake at the next.
const IDLE_CONNECTIONS: usize = 256;
const IDLE_TIME: Duration = Duration::from_secs(90);

/// A client for `https` or for plain `http`. Reading the machine's root certificates takes milliseconds and fails on a
/// machine that has none, so it is done for `https` alone. `proxy` leads to the upstream.
pub(super) fn build(is_https: bool, connect_timeout: Duration, proxy: Option<&Url>) -> Result<reqwest::Client, Error> {
    let broken = |fault: &dyn std::fmt::Display| Error::new(Kind::Connect, format!("TLS cannot be set up: {fault}"));
    let crypto = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(Arc::clone(&crypto))
        .with_safe_default_protocol_versions()
        .map_err(|fault| broken(&fault))?;
    let mut tls = if is_https || proxy.is_some_and(|proxy| proxy.scheme() == "https") {
        let verifier = rustls_platform_verifier::Verifier::new(crypto).map_err(|fault| broken(&fault))?;
        tls.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
    } else {
        tls.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    };
    // Over HTTP/2 all calls would share one connection, and wait for each other beyond its hundred streams.
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Without it reqwest would read the environment, which is the program's business.
    let client = reqwest::Client::builder().no_proxy();
    let client = match proxy {
        Some(proxy) => client.proxy(Proxy::all(proxy.clone()).map_err(|fault| broken(&fault))?),
        None => client,
    };
    client
        .tls_backend_preconfigured(tls)
        .https_only(is_https)
        .http1_only()
        // The key goes to the host that was configured and to no other.
        .redirect(Policy::none())
        .connect_timeout(connect_timeout)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE_TIME)
        .tcp_nodelay(true)
        .user_agent(concat!("astra/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|fault| broken(&fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_needs_no_installed_provider() {
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
        assert!(build(false, Duration::from_secs(1), None).is_ok());
        assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    }
}
