//! The section `otlp`: where traces are exported to.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, Uri};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Secret, TraceContent};

/// Where traces go below the URL of a collector.
const TRACES_PATH: &str = "/v1/traces";
/// Longest time-out of a request to the collector, in milliseconds.
const TIMEOUT_MAX_MS: u64 = 60_000;
/// Most spans of a request to the collector.
const BATCH_SPANS_MAX: usize = 10_000;
/// Headers that say what is sent and how, which is not the configuration's business.
const FRAMING: [&str; 9] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Where traces are exported to, by OTLP over HTTP.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct OtlpConfig {
    /// The URL of the collector, to which `/v1/traces` is added unless it ends so; `None` for no export.
    pub endpoint: Option<String>,
    /// Headers of each request to it.
    pub headers: BTreeMap<String, Secret>,
    /// The name of this service; `astra` if neither this nor `resource` says it.
    pub service_name: Option<String>,
    /// What else is said of this gateway, such as `deployment.environment.name`.
    pub resource: BTreeMap<String, String>,
    /// Whether questions, answers, and what tools were given and answered go to the collector.
    pub content: TraceContent,
    /// The share of traces that are exported, 0 to 1, of those whose caller does not decide it.
    pub sample_ratio: f64,
    /// Spans of one request to the collector.
    pub batch_spans: usize,
    /// Longest time of one request to the collector, in milliseconds.
    pub timeout_ms: u64,
    /// How requests to the collector are compressed.
    pub compression: Compression,
}

/// How requests to the collector are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// They are not.
    #[default]
    None,
    /// By gzip.
    Gzip,
}

impl Default for OtlpConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            headers: BTreeMap::new(),
            service_name: None,
            resource: BTreeMap::new(),
            content: TraceContent::Off,
            sample_ratio: 1.0,
            batch_spans: 512,
            timeout_ms: 10_000,
            compression: Compression::None,
        }
    }
}

impl OtlpConfig {
    /// Where requests with traces go; `None` for no export.
    ///
    /// # Errors
    /// What is wrong with the endpoint; it is not repeated.
    pub fn traces_url(&self) -> Result<Option<Url>, String> {
        let Some(text) = self.endpoint.as_deref() else { return Ok(None) };
        let mut url = Url::parse(text).map_err(|fault| format!("is no URL: {fault}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err("must begin with http:// or https://".into());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not hold a user or a password: write a header `authorization` into headers".into());
        }
        let path = url.path().trim_end_matches('/').to_owned();
        if !path.ends_with(TRACES_PATH) {
            url.set_path(&format!("{path}{TRACES_PATH}"));
        }
        url.set_fragment(None);
        if Uri::try_from(url.as_str()).is_ok_and(|uri| uri.host().is_some()) {
            Ok(Some(url))
        } else {
            Err("has a host that no request can name, or is too long".into())
        }
    }

    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        match self.traces_url() {
            Err(detail) => refuse("otlp.endpoint", detail),
            Ok(Some(_)) if !cfg!(feature = "otlp") => {
                refuse("otlp.endpoint", "cannot be used: this program is built without the feature `otlp`".into());
            }
            Ok(_) => {}
        }
        for (name, value) in &self.headers {
            if let Some(detail) = header_fault(name, value) {
                refuse(&format!("otlp.headers.{name}"), detail.into());
            }
        }
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            refuse("otlp.sample_ratio", "must lie between 0 and 1".into());
        }
        if !(1..=BATCH_SPANS_MAX).contains(&self.batch_spans) {
            refuse("otlp.batch_spans", format!("must lie between 1 and {BATCH_SPANS_MAX}"));
        }
        if !(1..=TIMEOUT_MAX_MS).contains(&self.timeout_ms) {
            refuse("otlp.timeout_ms", format!("must lie between 1 and {TIMEOUT_MAX_MS}"));
        }
    }
}

fn header_fault(name: &str, value: &Secret) -> Option<&'static str> {
    match HeaderName::try_from(name) {
        Err(_) => Some("is no name of a header: write one such as authorization"),
        Ok(name) if FRAMING.contains(&name.as_str()) => Some("is a header that the gateway sets itself"),
        Ok(_) if HeaderValue::from_str(value.expose()).is_err() => {
            Some("has a line break or another character that no header has")
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(endpoint: &str) -> Result<Option<String>, String> {
        let config = OtlpConfig { endpoint: Some(endpoint.into()), ..OtlpConfig::default() };
        config.traces_url().map(|url| url.map(String::from))
    }

    #[test]
    fn the_path_of_traces_is_added_where_it_is_missing() {
        for (endpoint, to) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
            ("https://otel.example.com/api/otlp", "https://otel.example.com/api/otlp/v1/traces"),
            ("https://otel.example.com/v1/traces?site=1#x", "https://otel.example.com/v1/traces?site=1"),
        ] {
            assert_eq!(url(endpoint), Ok(Some(to.to_owned())), "{endpoint}");
        }
        assert_eq!(OtlpConfig::default().traces_url(), Ok(None));
    }

    #[test]
    fn what_cannot_be_right_is_refused_without_its_secrets() {
        for endpoint in ["collector:4318", "", "ftp://h", "http://user:secret@h", "http://{secret}:4318", "http://"] {
            assert!(!url(endpoint).unwrap_err().contains("secret"), "{endpoint}");
        }
        let headers = [("Host", "a"), ("a b", "c"), ("x-key", "secret\n"), ("authorization", "Bearer secret")];
        let config = OtlpConfig {
            endpoint: Some("ftp://h".into()),
            headers: headers.map(|(name, value)| (name.to_owned(), Secret::new(value))).into(),
            sample_ratio: f64::NAN,
            batch_spans: 0,
            timeout_ms: TIMEOUT_MAX_MS + 1,
            ..OtlpConfig::default()
        };
        let mut faults = Vec::new();
        config.validate(&mut |key, detail| faults.push((key.to_owned(), detail)));
        let keys = faults.iter().map(|(key, _)| key.trim_start_matches("otlp.")).collect::<Vec<_>>();
        let expected =
            ["endpoint", "headers.Host", "headers.a b", "headers.x-key", "sample_ratio", "batch_spans", "timeout_ms"];
        assert_eq!(keys, expected);
        assert!(!format!("{faults:?} {config:?}").contains("secret"));
    }
}
