//! The opening handshake (RFC 6455, 4): what a request must say, what the answer says, and which pages may send it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version, header};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use crate::config::Config;
use crate::error::{Code, Error};

/// The subprotocol of the gateway's frames, for clients that must name one beside their token.
pub const SUBPROTOCOL: &str = "astra";
/// The version of the protocol.
const VERSION: &str = "13";
/// What is hashed with the client's key (RFC 6455, 1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A good request to open a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handshake {
    /// `Sec-WebSocket-Accept` of the answer.
    pub(super) accept: HeaderValue,
    /// Whether the client offers [`SUBPROTOCOL`].
    pub(super) offers_ours: bool,
}

impl Handshake {
    /// The handshake of a request; `None` if the request opens no WebSocket.
    ///
    /// # Errors
    /// 426 if it would open one and is not as it has to be.
    pub(super) fn read(method: &Method, version: Version, headers: &HeaderMap) -> Result<Option<Self>, Error> {
        let upgrades = has_token(headers, &header::UPGRADE, "websocket");
        let speaks = headers.contains_key(header::SEC_WEBSOCKET_KEY);
        if !upgrades && !speaks && !headers.contains_key(header::SEC_WEBSOCKET_VERSION) {
            return Ok(None);
        }
        let broken = |text: &str| Err(Error::new(Code::UpgradeRequired, text));
        if *method != Method::GET || version != Version::HTTP_11 {
            return broken("A WebSocket is opened by a GET over HTTP/1.1.");
        }
        if !upgrades || !has_token(headers, &header::CONNECTION, "upgrade") {
            return broken("A WebSocket is opened with the headers `Connection: Upgrade` and `Upgrade: websocket`.");
        }
        if only(headers, &header::SEC_WEBSOCKET_VERSION).is_none_or(|version| version != VERSION) {
            return broken("The version of the WebSocket protocol must be 13: send `Sec-WebSocket-Version: 13`.");
        }
        let key = only(headers, &header::SEC_WEBSOCKET_KEY);
        let is_good = |key: &&HeaderValue| STANDARD.decode(key.as_bytes()).is_ok_and(|nonce| nonce.len() == 16);
        let Some(key) = key.filter(is_good) else {
            return broken("`Sec-WebSocket-Key` must be 16 bytes in base64, and be sent once.");
        };
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[key.as_bytes(), GUID].concat());
        let accept = HeaderValue::try_from(STANDARD.encode(hash)).map_err(Error::internal)?;
        let offers_ours = has_token(headers, &header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
        Ok(Some(Self { accept, offers_ours }))
    }
}

/// Tells a client how to ask for the upgrade that it needs (RFC 9110, 15.5.22).
pub(in crate::http) fn require_upgrade(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
}

/// Refuses a page of an origin that may not call the gateway. A browser sends no preflight before it opens a WebSocket, so that
/// the gateway has to look itself. Other programs send no origin.
///
/// # Errors
/// 403 if the origin is neither the gateway's own nor an allowed one.
pub(super) fn check_origin(config: &Config, uri: &Uri, headers: &HeaderMap) -> Result<(), Error> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let is_listed = |allowed: &String| allowed == "*" || allowed.as_bytes() == origin.as_bytes();
    if config.allowed_origins.iter().any(is_listed) || is_own(config, uri, headers, origin).unwrap_or(false) {
        return Ok(());
    }
    Err(Error::forbidden(
        "Pages of this origin may not open a WebSocket here: the gateway's operator can list it in `allowed_origins`.",
    ))
}

/// Whether `origin` is that of a page of this gateway's own. Whether it came over TLS is known to the proxy before it alone.
fn is_own(config: &Config, uri: &Uri, headers: &HeaderMap, origin: &HeaderValue) -> Option<bool> {
    let (scheme, origin) = origin.to_str().ok()?.split_once("://")?;
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let parse = |text: &str| text.parse::<Authority>().ok();
    let place =
        |authority: &Authority| (authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(default));
    let origin = place(&parse(origin)?);
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok()).and_then(parse);
    let public = config.public_url.as_ref().and_then(|url| url.as_str().parse::<Uri>().ok());
    let public = public.filter(|url| url.scheme_str() == Some(scheme)).and_then(|url| url.authority().cloned());
    let own = [uri.authority().cloned().or(named), public];
    Some(own.iter().flatten().any(|own| place(own) == origin))
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())
}

/// Whether a header, which is a list, has `token`.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| item.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("connection", "keep-alive, Upgrade"),
        ("upgrade", "WebSocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_example_of_the_rfc_is_answered_as_there() {
        let read = |lines: &[(&'static str, &str)]| {
            Handshake::read(&Method::GET, Version::HTTP_11, &headers(lines)).unwrap().unwrap()
        };
        let expected = HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(read(&GOOD), Handshake { accept: expected, offers_ours: false });
        assert!(read(&[&GOOD[..], &[("sec-websocket-protocol", "soap, astra")]].concat()).offers_ours);
    }

    #[test]
    fn a_request_is_plain_good_or_broken() {
        let status = |method: &Method, version, lines: &[(&'static str, &str)]| match Handshake::read(
            method,
            version,
            &headers(lines),
        ) {
            Ok(handshake) => {
                if handshake.is_some() {
                    101
                } else {
                    200
                }
            }
            Err(error) => error.code.status(),
        };
        let get = |lines: &[(&'static str, &str)]| status(&Method::GET, Version::HTTP_11, lines);
        assert_eq!((get(&[]), get(&[("connection", "upgrade"), ("upgrade", "h2c")]), get(&GOOD)), (200, 200, 101));
        assert_eq!(status(&Method::HEAD, Version::HTTP_11, &GOOD), 426);
        assert_eq!(status(&Method::GET, Version::HTTP_10, &GOOD), 426);
        for (place, bad) in [(0, "close"), (1, "h2c"), (2, "8"), (3, "c2hvcnQ="), (3, "no base64")] {
            let mut lines = GOOD;
            assert_eq!(get(&[&lines[..place], &lines[place + 1..]].concat()), 426, "without {}", lines[place].0);
            lines[place].1 = bad;
            assert_eq!(get(&lines), 426, "{}: {bad}", lines[place].0);
        }
        let twice = [("sec-websocket-version", "13"), ("sec-websocket-version", "13")];
        let mut doubled = headers(&GOOD);
        for (name, value) in twice {
            doubled.append(name, HeaderValue::from_static(value));
        }
        assert!(Handshake::read(&Method::GET, Version::HTTP_11, &doubled).is_err());
    }

    #[test]
    fn pages_of_other_origins_are_refused_unless_they_are_allowed() {
        let public_url = Some("https://astra.example.com/gateway".parse().unwrap());
        let allowed_origins = vec!["https://app.example.com".to_owned(), "null".to_owned()];
        let config = Config { public_url, allowed_origins, ..Config::default() };
        let uri = Uri::from_static("/chat/ws");
        for (origin, host, is_good) in [
            ("https://app.example.com", "localhost:3000", true),
            ("null", "localhost:3000", true),
            ("http://localhost:3000", "localhost:3000", true),
            ("http://LOCALHOST:3000", "localhost:3000", true),
            ("http://localhost", "localhost:80", true),
            ("https://localhost", "localhost", true),
            ("https://astra.example.com", "10.0.0.1:3000", true),
            ("http://astra.example.com", "10.0.0.1:3000", false),
            ("http://localhost:3001", "localhost:3000", false),
            ("https://localhost", "localhost:80", false),
            ("https://evil.example", "localhost:3000", false),
            ("https://app.example.com.evil.example", "localhost:3000", false),
            ("file://", "localhost:3000", false),
            ("", "localhost:3000", false),
        ] {
            let headers = headers(&[("origin", origin), ("host", host)]);
            assert_eq!(check_origin(&config, &uri, &headers).is_ok(), is_good, "{origin:?} at {host}");
        }
        assert!(check_origin(&config, &uri, &headers(&[("host", "localhost")])).is_ok());
        let every = Config { allowed_origins: vec!["*".to_owned()], ..Config::default() };
        assert!(check_origin(&every, &uri, &headers(&[("origin", "https://any.example")])).is_ok());
    }
}
