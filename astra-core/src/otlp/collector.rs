//! The collector: what is sent to it, how often that is tried, and what its answers mean.
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use hyper::body::Incoming;
use prost::Message;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::names::{SCHEMA_URL, SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION};
use super::spans::Attributes;
use super::wire::{ExportRequest, ExportResponse, PartialSuccess, Resource, ResourceSpans, Scope, ScopeSpans, Span};
use crate::clock::Clock;
use crate::config::{Compression, OtlpConfig};
use crate::outbound::{Body, Client, Endpoint, Jitter, RetryPolicy, retry_after, system_jitter};
use crate::work::Base;

/// So much of an answer is read.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// The longest time for which nothing is sent because the collector asks for it.
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// How often and how long a batch is sent again.
const POLICY: RetryPolicy = RetryPolicy {
    retries_max: 10,
    first_wait: Duration::from_secs(1),
    wait_max: Duration::from_secs(30),
    retry_after_max: Duration::from_secs(60),
    time_max: Some(Duration::from_secs(60)),
};
/// The name of the library in what is sent.
const SCOPE: &str = "astra";

/// The collector of the configuration.
pub(super) struct Collector {
    client: Client,
    endpoint: Endpoint,
    timeout: Duration,
    compression: Compression,
    resource: Resource,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
}

/// What the collector has not taken of a batch that it took.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rejected {
    pub(super) spans: u64,
    pub(super) why: String,
}

/// Why a request failed, and whether it is worth another try.
struct Refusal {
    why: String,
    is_transient: bool,
    pause: Option<Duration>,
}

impl Collector {
    /// The collector of the configuration, if it names one.
    pub(super) fn new(base: &Base) -> Option<Self> {
        let config = &base.config.otlp;
        // A fault of it was refused before.
        let url = config.traces_url().ok().flatten()?;
        let timeout = Duration::from_millis(config.timeout_ms);
        let client = Client::new(url.scheme() == "https", timeout, None);
        Some(Self {
            endpoint: client.endpoint(&url, &headers(config)),
            client,
            timeout,
            compression: config.compression,
            resource: resource(config, base.lease.id()),
            clock: Arc::clone(&base.clock),
            jitter: system_jitter(),
        })
    }

    /// Sends spans until the collector takes them; gives up when that takes too long, or after one more try once the gateway
    /// stops.
    ///
    /// # Errors
    /// Why they were not taken.
    pub(super) async fn send(&self, spans: Vec<Span>, stop: &CancellationToken) -> Result<Rejected, String> {
        let body = self.body(spans).map_err(|fault| format!("the spans cannot be compressed: {fault}"))?;
        let begun = Instant::now();
        let mut retries = 0;
        loop {
            let Refusal { why, is_transient, pause } = match self.post(body.clone()).await {
                Ok(rejected) => return Ok(rejected),
                Err(refusal) => refusal,
            };
            if !is_transient || stop.is_cancelled() {
                return Err(why);
            }
            let Some(wait) = POLICY.wait(retries, begun.elapsed(), pause, (self.jitter)()) else {
                // The batch is given up. The next one waits all the same.
                let pause = pause.unwrap_or_default().min(PAUSE_MAX);
                stop.run_until_cancelled(sleep(pause)).await;
                return Err(why);
            };
            stop.run_until_cancelled(sleep(wait)).await;
            retries += 1;
        }
    }

    fn body(&self, spans: Vec<Span>) -> io::Result<Bytes> {
        let (name, version) = (SCOPE.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        let scope = ScopeSpans { scope: Some(Scope { name, version }), spans, schema_url: SCHEMA_URL.to_owned() };
        let of_gateway = ResourceSpans {
            resource: Some(self.resource.clone()),
            scope_spans: vec![scope],
            schema_url: SCHEMA_URL.to_owned(),
        };
        let plain = ExportRequest { resource_spans: vec![of_gateway] }.encode_to_vec();
        match self.compression {
            Compression::None => Ok(plain.into()),
            Compression::Gzip => {
                let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(&plain)?;
                gzip.finish().map(Bytes::from)
            }
        }
    }

    async fn post(&self, body: Bytes) -> Result<Rejected, Refusal> {
        let transient = |why: String| Refusal { why, is_transient: true, pause: None };
        let answered = timeout(self.timeout, self.client.post(&self.endpoint, body, None)).await;
        let late = |_| transient(format!("the collector did not answer within {} ms", self.timeout.as_millis()));
        let response = answered.map_err(late)?.map_err(|fault| transient(fault.to_string()))?;
        let status = response.status();
        if status.is_success() {
            return Ok(self.rejected(response).await);
        }
        Err(Refusal {
            why: format!("the collector answered {}", status.as_u16()),
            is_transient: matches!(status.as_u16(), 429 | 502 | 503 | 504),
            pause: retry_after(response.headers(), self.clock.now_ms()),
        })
    }

    /// What the collector says of spans that it took. If it speaks no OTLP it has taken them all the same.
    async fn rejected(&self, response: Response<Incoming>) -> Rejected {
        let Ok(body) = Body::of(response) else { return Rejected::default() };
        let read = timeout(self.timeout, body.whole(ANSWER_BYTES_MAX)).await;
        let Ok(Ok(bytes)) = read else { return Rejected::default() };
        let Some(PartialSuccess { rejected_spans, error_message }) =
            ExportResponse::decode(bytes).ok().and_then(|answer| answer.partial_success)
        else {
            return Rejected::default();
        };
        Rejected { spans: u64::try_from(rejected_spans).unwrap_or(0), why: error_message }
    }
}

fn headers(config: &OtlpConfig) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    for (name, value) in &config.headers {
        if let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::from_str(value.expose())) {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    if config.compression == Compression::Gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers
}

/// What is said of this gateway: what the configuration says, and what it leaves open.
fn resource(config: &OtlpConfig, instance: i64) -> Resource {
    let mut said = config.resource.clone();
    if let Some(name) = &config.service_name {
        said.insert(SERVICE_NAME.to_owned(), name.clone());
    }
    for (name, value) in [
        (SERVICE_NAME, SCOPE.to_owned()),
        (SERVICE_VERSION, env!("CARGO_PKG_VERSION").to_owned()),
        (SERVICE_INSTANCE_ID, instance.to_string()),
    ] {
        said.entry(name.to_owned()).or_insert(value);
    }
    let mut attributes = Attributes::default();
    for (name, value) in said {
        attributes.set(&name, value);
    }
    Resource { attributes: attributes.0 }
}
