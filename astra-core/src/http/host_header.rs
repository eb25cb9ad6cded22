//! The names that the gateway answers to. A page of another site can let a name of its own lead to this machine (DNS
//! rebinding): its requests come from a good address, and carry that name.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderValue, Version, header};

use crate::config::Config;
use crate::error::{Code, Error};

/// What a request may name as its host.
#[derive(Debug, Clone)]
pub struct Hosts(Option<Arc<[Pattern]>>);

#[derive(Debug, PartialEq, Eq)]
enum Pattern {
    Every,
    /// This name.
    Name(String),
    /// The names that end so: `.example.com`.
    Below(String),
}

impl Hosts {
    /// Of a gateway that stands alone: `localhost`, other names without a dot, addresses, the public URL's host, and what
    /// the configuration lists.
    #[must_use]
    pub fn standing_alone(config: &Config) -> Self {
        let listed = config.allowed_hosts.iter().map(|host| pattern(host));
        let public = config.public_url.iter().map(|url| Pattern::Name(url.host().to_owned()));
        Self(Some(listed.chain(public).collect()))
    }

    /// Of a gateway within a host program, whose front door is the host's: the same where the configuration lists hosts,
    /// and no check otherwise.
    #[must_use]
    pub fn within(config: &Config) -> Self {
        if config.allowed_hosts.is_empty() { Self(None) } else { Self::standing_alone(config) }
    }

    /// Refuses a request that names no host, several, or one that is not this gateway's.
    fn check(&self, request: &Request) -> Result<(), Error> {
        if self.0.is_none() {
            return Ok(());
        }
        let malformed = |text: &str| Err(Error::new(Code::BadRequest, text));
        let mut lines = request.headers().get_all(header::HOST).iter();
        let (line, another) = (lines.next(), lines.next());
        if another.is_some() {
            return malformed("The header Host is given more than once.");
        }
        if request.uri().authority().is_none()
            && let Some(host) = line.and_then(plain_host)
        {
            return self.admit(host);
        }
        let named = match line.filter(|line| !line.is_empty()).map(|line| Authority::try_from(line.as_bytes())) {
            Some(Err(_)) => return malformed("The header Host is not a host with perhaps a port."),
            Some(Ok(authority)) => Some(authority),
            None => None,
        };
        let authority = match (request.uri().authority(), named.as_ref()) {
            (Some(target), Some(named)) if target != named => {
                return malformed("The header Host and the request's URL name different hosts.");
            }
            (Some(authority), _) | (None, Some(authority)) => authority,
            // Browsers do not speak HTTP/1.0, which has no such header.
            (None, None) if request.version() < Version::HTTP_11 => return Ok(()),
            (None, None) => return malformed("The request does not say which host it is for: send the header Host."),
        };
        if authority.as_str().contains('@') {
            return malformed("The header Host is not a host with perhaps a port.");
        }
        self.admit(authority.host())
    }

    fn admit(&self, host: &str) -> Result<(), Error> {
        let patterns = self.0.as_deref().unwrap_or_default();
        if is_own(host) || patterns.iter().any(|pattern| pattern.covers(host)) {
            return Ok(());
        }
        let host: String = host.chars().take(253).collect();
        let message = format!(
            "This gateway does not answer to the name {host}. Its operator can list it in `allowed_hosts`, or set `public_url`."
        );
        Err(Error::new(Code::MisdirectedRequest, message))
    }
}

impl Pattern {
    fn covers(&self, host: &str) -> bool {
        let host = without_root(host);
        match self {
            Self::Every => true,
            Self::Name(name) => host.eq_ignore_ascii_case(name),
            Self::Below(end) => ends_with(host, end),
        }
    }
}

/// The layer.
pub async fn admit<F: Future<Output = Response>>(
    hosts: &Hosts,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    match hosts.check(&request) {
        Ok(()) => next(request).await,
        Err(error) => error.into_response(),
    }
}

/// The host in a header of letters, digits, dots and hyphens with perhaps a port, as nearly all are: what else there may be is
/// left to the parser, which makes a copy.
fn plain_host(line: &HeaderValue) -> Option<&str> {
    let text = line.to_str().ok()?;
    let (host, port) = text.split_once(':').unwrap_or((text, "0"));
    let is_plain = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && (1..=5).contains(&port.len())
        && port.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then_some(host)
}

/// One entry of `allowed_hosts`.
fn pattern(text: &str) -> Pattern {
    match text.strip_prefix('*') {
        Some("") => Pattern::Every,
        Some(end) => Pattern::Below(end.to_ascii_lowercase()),
        None => Pattern::Name(text.to_ascii_lowercase()),
    }
}

/// Whether no site can have `host` for its name: addresses, names without a dot, such as a container's, which the public
/// name system does not know, and the names that every machine has for itself.
fn is_own(host: &str) -> bool {
    let name = without_root(host);
    host.starts_with('[')
        || !host.contains('.')
        || host.parse::<Ipv4Addr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || ends_with(name, ".localhost")
}

/// The name without the dot that stands for the root of all names.
fn without_root(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

fn ends_with(host: &str, end: &str) -> bool {
    let (host, end) = (host.as_bytes(), end.as_bytes());
    host.len() > end.len() && host[host.len() - end.len()..].eq_ignore_ascii_case(end)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn hosts(allowed: &[&str]) -> Hosts {
        let allowed_hosts = allowed.iter().map(|host| (*host).to_owned()).collect();
        let public_url = Some("https://Astra.example.com/gateway".parse().unwrap());
        Hosts::standing_alone(&Config { allowed_hosts, public_url, ..Config::default() })
    }

    fn status(hosts: &Hosts, version: Version, uri: &str, lines: &[&str]) -> u16 {
        let mut request = Request::new(Body::empty());
        *request.version_mut() = version;
        *request.uri_mut() = uri.parse().unwrap();
        for line in lines {
            request.headers_mut().append(header::HOST, line.parse().unwrap());
        }
        hosts.check(&request).map_or_else(|error| error.code.status(), |()| 200)
    }

    #[test]
    fn names_of_this_machine_addresses_and_listed_names_are_admitted() {
        let hosts = hosts(&["Gateway.example", "*.corp.example"]);
        for (host, expected) in [
            ("localhost", 200),
            ("LOCALHOST:3000", 200),
            ("localhost.:3000", 200),
            ("astra.localhost:3000", 200),
            ("127.0.0.1:3000", 200),
            ("203.0.113.9", 200),
            ("[::1]:3000", 200),
            ("astra.example.com", 200),
            ("ASTRA.example.com:443", 200),
            ("gateway.EXAMPLE:3000", 200),
            ("container:3000", 200),
            ("a.corp.example", 200),
            ("a.b.CORP.example.", 200),
            ("corp.example", 421),
            ("evilcorp.example", 421),
            ("rebind.evil.example:3000", 421),
            ("127.0.0.1.evil.example", 421),
            ("localhost.evil.example", 421),
            ("a.notlocalhost", 421),
            (".localhost", 421),
            ("example.", 421),
            ("evil.example@localhost", 400),
            ("local host", 400),
            ("a/b", 400),
            ("", 400),
        ] {
            assert_eq!(status(&hosts, Version::HTTP_11, "/health", &[host]), expected, "{host:?}");
        }
        assert_eq!(status(&super::tests::hosts(&["*"]), Version::HTTP_11, "/", &["evil.example"]), 200);
    }

    #[test]
    fn one_host_is_named_by_whatever_means() {
        let hosts = hosts(&[]);
        for (version, uri, lines, expected) in [
            (Version::HTTP_11, "/", &[][..], 400),
            (Version::HTTP_10, "/", &[], 200),
            (Version::HTTP_10, "/", &["evil.example"], 421),
            (Version::HTTP_11, "/", &["localhost", "localhost"], 400),
            (Version::HTTP_11, "http://localhost/", &["localhost"], 200),
            (Version::HTTP_11, "http://localhost/", &["evil.example"], 400),
            (Version::HTTP_2, "http://localhost/", &[], 200),
            (Version::HTTP_2, "http://evil.example/", &[], 421),
            (Version::HTTP_2, "http://localhost/", &["LOCALHOST"], 200),
            (Version::HTTP_2, "http://localhost/", &["evil.example"], 400),
            (Version::HTTP_2, "/", &[], 400),
        ] {
            assert_eq!(status(&hosts, version, uri, lines), expected, "{version:?} {uri} {lines:?}");
        }
    }

    #[test]
    fn a_host_programs_door_is_its_own_unless_hosts_are_listed() {
        let evil = ["evil.example"];
        let open = Hosts::within(&Config::default());
        assert_eq!(status(&open, Version::HTTP_11, "/", &evil), 200);
        assert_eq!(status(&open, Version::HTTP_11, "/", &[]), 200);
        let listed = Hosts::within(&Config { allowed_hosts: vec!["localhost".into()], ..Config::default() });
        assert_eq!(status(&listed, Version::HTTP_11, "/", &evil), 421);
    }
}
