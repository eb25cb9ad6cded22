//! How a provider is reached, read from its configuration: URL, proxy and headers, or what is wrong with them.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::config::{ProviderConfig, Secret};
use crate::outbound::is_sendable;

/// What the gateway appends to a base URL itself.
const APPENDED: [&str; 5] = ["/chat/completions", "/completions", "/messages", "/responses", "/models"];
/// Headers that say how a request is framed and sent, which is not the configuration's business.
const FRAMING: [&str; 9] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// The value of `proxy` that stands for none.
const NO_PROXY: &str = "none";

/// The URL that the protocol's paths are appended to.
///
/// # Errors
/// What is wrong with it, and what was probably meant.
pub(super) fn base_url(text: &str) -> Result<Url, String> {
    if !text.contains("://") {
        return Err(without_scheme(text));
    }
    let url = Url::parse(text).map_err(|fault| format!("is no URL: {fault}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("must begin with http:// or https://".into());
    }
    if !is_sendable(&url) {
        return Err("has a host that no request can name, or is too long".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user or a password: the key belongs into api_key".into());
    }
    let path = url.path().trim_end_matches('/');
    for end in APPENDED {
        if let Some(base) = path.strip_suffix(end) {
            let mut meant = url.clone();
            meant.set_path(base);
            meant.set_query(None);
            let rest = if url.query().is_some() { ", with the query after it" } else { "" };
            let meant = meant.as_str().trim_end_matches('/');
            return Err(format!("ends in {end}, which the gateway appends itself: write {meant}{rest}"));
        }
    }
    Ok(url)
}

/// A URL without a scheme; what it was meant to be is shown if it is one.
fn without_scheme(text: &str) -> String {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_near = name == "localhost" || !name.contains('.') || host.contains(':') || name.parse::<IpAddr>().is_ok();
    let scheme = if is_near { "http" } else { "https" };
    let is_host = !name.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte));
    let shown = text.split(['?', '#']).next().unwrap_or_default();
    if is_host && Url::parse(&format!("{scheme}://{text}")).is_ok() {
        format!("has no scheme: write {scheme}://{shown}")
    } else {
        "is no URL: write one such as https://llm.example.com/v1".into()
    }
}

/// The proxy that leads to the provider; `None` for none.
///
/// # Errors
/// What is wrong with it; it is not repeated, since it may hold a password.
pub(super) fn proxy(config: &ProviderConfig) -> Result<Option<Url>, String> {
    let text = config.proxy.as_ref().map(Secret::expose).unwrap_or_default();
    if text.is_empty() || text == NO_PROXY {
        return Ok(None);
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && is_sendable(&url) => Ok(Some(url)),
        Ok(url) if url.scheme().starts_with("socks") => {
            Err("is a SOCKS proxy, which is not supported: name an HTTP proxy, or write none".into())
        }
        _ => Err("is no proxy: write http://proxy.example.com:3128, or none".into()),
    }
}

/// The header that carries the key.
///
/// # Errors
/// What is wrong with its name.
pub(super) fn key_header(config: &ProviderConfig) -> Result<Option<HeaderName>, String> {
    config.api_key_header.as_deref().map(header_name).transpose()
}

/// The headers of each request, and what is wrong with some of them, each by its name.
pub(super) fn headers(config: &ProviderConfig) -> (HeaderMap, Vec<(String, String)>) {
    let (mut headers, mut faults) = (HeaderMap::new(), Vec::new());
    for (name, value) in &config.headers {
        match (header_name(name), HeaderValue::from_str(value.expose())) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                headers.insert(name, value);
            }
            (Err(detail), _) => faults.push((name.clone(), detail)),
            (_, Err(_)) => {
                faults.push((name.clone(), "has a line break or another character that no header has".into()))
            }
        }
    }
    (headers, faults)
}

fn header_name(text: &str) -> Result<HeaderName, String> {
    let name = HeaderName::try_from(text).map_err(|_| "is no name of a header: write one such as x-team")?;
    if FRAMING.contains(&name.as_str()) {
        return Err("is a header that the gateway sets itself".into());
    }
    Ok(name)
}

/// Whether `url` names this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_told() {
        for (text, told) in [
            ("localhost:8000", "has no scheme: write http://localhost:8000"),
            ("127.0.0.1:8000/v1", "has no scheme: write http://127.0.0.1:8000/v1"),
            ("llm.example.com/v1?key=secret", "has no scheme: write https://llm.example.com/v1"),
            ("user:secret@host", "is no URL: write one such as https://llm.example.com/v1"),
            ("not a url", "is no URL: write one such as https://llm.example.com/v1"),
            ("", "is no URL: write one such as https://llm.example.com/v1"),
            ("ftp://host/v1", "must begin with http:// or https://"),
            (
                "https://api.openai.com/v1/chat/completions",
                "ends in /chat/completions, which the gateway appends itself: write https://api.openai.com/v1",
            ),
            (
                "https://api.anthropic.com/v1/messages/?key=secret",
                "ends in /messages, which the gateway appends itself: write https://api.anthropic.com/v1, with the query after it",
            ),
            ("http://{host}/v1", "has a host that no request can name, or is too long"),
            ("http://h/models", "ends in /models, which the gateway appends itself: write http://h"),
        ] {
            assert_eq!(base_url(text).unwrap_err(), told, "{text}");
        }
        assert!(base_url("http://h/messages-of-mine/v1").is_ok());
    }

    #[test]
    fn proxies_and_headers_are_checked_and_their_secrets_hidden() {
        let with = |proxy: &str| ProviderConfig { proxy: Some(Secret::new(proxy)), ..ProviderConfig::default() };
        assert_eq!(proxy(&with("none")), Ok(None));
        assert_eq!(proxy(&with("http://user:pass@p:3128")).unwrap().unwrap().port(), Some(3128));
        for wrong in ["p:3128", "socks5://p:1080", "http://", "http://{secret}:3128", "secret"] {
            assert!(!proxy(&with(wrong)).unwrap_err().contains("secret"), "{wrong}");
        }
        let given = [("x-team", "a"), ("Host", "b"), ("a b", "c"), ("x-two", "secret\nlines")];
        let given = given.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        let config = ProviderConfig { headers: given.into(), ..ProviderConfig::default() };
        let (headers, faults) = headers(&config);
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["x-team"]);
        assert!(headers["x-team"].is_sensitive());
        let names: Vec<&str> = faults.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Host", "a b", "x-two"]);
    }

    #[test]
    fn loopback_is_this_machine_only() {
        let is = |url: &str| is_loopback(&Url::parse(url).unwrap());
        assert!(is("http://127.0.0.1:11434") && is("http://[::1]:1/") && is("http://localhost/v1"));
        assert!(!is("http://127.0.0.1.example.com") && !is("http://10.0.0.1") && !is("http://0.0.0.0"));
    }
}
