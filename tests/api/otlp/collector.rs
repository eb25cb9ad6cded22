//! A collector that speaks OTLP over real HTTP and answers as a test asks.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use flate2::read::GzDecoder;
use http::{HeaderMap, header};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What the collector does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Take {
    /// Takes it.
    All,
    /// Takes it but for so many spans.
    AllBut(i64),
    /// Answers with this status, and `Retry-After` in seconds.
    Status(u16, Option<u64>),
    /// Answers 200 with a page of HTML.
    Html,
    /// Never answers.
    Hang,
}

/// A request that the collector got.
#[derive(Debug, Clone)]
pub(crate) struct Exported {
    /// When.
    pub(crate) at: Instant,
    /// Its path.
    pub(crate) path: String,
    /// Its header fields.
    pub(crate) headers: HeaderMap,
    /// Its body, decompressed.
    pub(crate) bytes: Vec<u8>,
    /// The same by the official types.
    pub(crate) request: ExportTraceServiceRequest,
}

/// A running collector. Without a script it takes everything.
pub(crate) struct Collector {
    address: SocketAddr,
    script: Arc<Script>,
}

#[derive(Default)]
struct Script {
    takes: Mutex<VecDeque<Take>>,
    exported: Mutex<Vec<Exported>>,
    arrival: Notify,
}

impl Collector {
    /// A collector on a free port of this machine.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let script = Arc::new(Script::default());
        let router = Router::new().fallback(respond).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// Its URL, to which the path is added.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds what to do with the next request that nothing has been said of yet.
    pub(crate) fn will(&self, take: Take) -> &Self {
        self.script.takes.lock().expect("no panic").push_back(take);
        self
    }

    /// The requests so far.
    pub(crate) fn exported(&self) -> Vec<Exported> {
        self.script.exported.lock().expect("no panic").clone()
    }

    /// Waits until `count` requests have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Exported> {
        loop {
            let arrival = self.script.arrival.notified();
            let exported = self.exported();
            if exported.len() >= count {
                return exported;
            }
            arrival.await;
        }
    }

    /// The spans of the next request after `count` others.
    pub(crate) async fn spans_after(&self, count: usize) -> Vec<Span> {
        self.wait_for(count + 1).await[count].spans()
    }
}

impl Exported {
    /// Its spans.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let scopes = self.request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }
}

/// The attribute `key`, as text.
pub(crate) fn attribute(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    Some(shown(found.value.as_ref()?.value.as_ref()?))
}

/// A value as text.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::StringValue(text) => text.clone(),
        Value::BoolValue(truth) => truth.to_string(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => format!("{number:?}"),
        Value::ArrayValue(list) => {
            let values = list.values.iter().filter_map(|value| value.value.as_ref()).map(shown);
            format!("[{}]", values.collect::<Vec<_>>().join(", "))
        }
        other => panic!("{other:?} is not sent"),
    }
}

async fn respond(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let is_gzip = parts.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding == "gzip");
    let mut bytes = body.to_vec();
    if is_gzip {
        bytes.clear();
        std::io::copy(&mut GzDecoder::new(&body[..]), &mut bytes).expect("it is compressed");
    }
    let request = ExportTraceServiceRequest::decode(&bytes[..]).expect("it is OTLP");
    let path = parts.uri.path().to_owned();
    let take = script.takes.lock().expect("no panic").pop_front().unwrap_or(Take::All);
    let exported = Exported { at: Instant::now(), path, headers: parts.headers, bytes, request };
    script.exported.lock().expect("no panic").push(exported);
    script.arrival.notify_waiters();
    match take {
        Take::All => taken(0),
        Take::AllBut(rejected_spans) => taken(rejected_spans),
        Take::Html => Response::new("<html><body>It works!</body></html>".into()),
        Take::Status(status, retry_after) => {
            let response = Response::builder().status(status);
            let wait = retry_after.map(|seconds| (header::RETRY_AFTER, seconds.to_string()));
            let response = wait.into_iter().fold(response, |response, (name, value)| response.header(name, value));
            response.body(Body::from("not now")).expect("an answer")
        }
        Take::Hang => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Response::new(Body::empty())
        }
    }
}

fn taken(rejected_spans: i64) -> Response {
    let partial = ExportTracePartialSuccess { rejected_spans, error_message: "too\nold".to_owned() };
    let partial_success = (rejected_spans > 0).then_some(partial);
    let body = ExportTraceServiceResponse { partial_success }.encode_to_vec();
    let response = Response::builder().header(header::CONTENT_TYPE, "application/x-protobuf");
    response.body(Body::from(body)).expect("an answer")
}
