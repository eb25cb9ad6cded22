//! A server by hand: what it answers is for the test to say, bytes for bytes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::stream;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A request as it came.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// A server by hand.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) url: String,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

impl Asked {
    /// The method of the protocol, if it is a request or a notification.
    pub(crate) fn name(&self) -> &str {
        self.body["method"].as_str().unwrap_or_default()
    }

    /// An answer with this result.
    pub(crate) fn result(&self, result: Value) -> Response {
        json_response(200, &json!({"jsonrpc": "2.0", "id": self.body["id"], "result": result}))
    }

    /// An answer with this error.
    pub(crate) fn error(&self, code: i64, message: &str) -> Response {
        let error = json!({"code": code, "message": message});
        json_response(200, &json!({"jsonrpc": "2.0", "id": self.body["id"], "error": error}))
    }

    /// What a good server of revision 2025-11-25 with these tools answers to all but calls.
    pub(crate) fn handshake(&self, tools: Value) -> Response {
        match self.name() {
            "initialize" => self.result(json!({
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "fake", "version": "0"},
            })),
            "tools/list" => self.result(json!({"tools": tools})),
            "server/discover" => self.error(-32601, "not known"),
            _ if self.method == Method::GET => status(405),
            _ => status(202),
        }
    }
}

impl Fake {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (asked, answer) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::new(answer));
        let all = Arc::clone(&asked);
        let router = axum::Router::new().fallback(move |request: Request| {
            let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
                let body = serde_json::from_slice(&body)
                    .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
                let asked = Asked { method: head.method, headers: head.headers, body };
                all.lock().expect("what was asked").push(asked.clone());
                answer(&asked)
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { url: format!("http://{address}/mcp"), asked }
    }

    /// How often it was asked this.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.asked.lock().expect("what was asked").iter().filter(|asked| asked.name() == name).count()
    }
}

pub(crate) fn any_tool(name: &str) -> Value {
    json!({"name": name, "inputSchema": {"type": "object"}})
}

pub(crate) fn status(status: u16) -> Response {
    text_response(status, "text/plain", "")
}

pub(crate) fn json_response(status: u16, body: &Value) -> Response {
    text_response(status, "application/json", &body.to_string())
}

pub(crate) fn text_response(status: u16, kind: &str, body: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    let response = Response::builder().status(status).header("content-type", kind);
    response.body(Body::from(body.to_owned())).expect("a response")
}

/// A stream of events, which stays open after them if `is_open`.
pub(crate) fn event_response(events: &[Value], is_open: bool) -> Response {
    use futures_util::StreamExt as _;
    let text: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    let first = stream::once(async move { Ok::<_, std::io::Error>(bytes::Bytes::from(text)) });
    let body = if is_open { Body::from_stream(first.chain(stream::pending())) } else { Body::from_stream(first) };
    Response::builder().header("content-type", "text/event-stream").body(body).expect("a response")
}

/// `piece` without end, counted as it is taken.
pub(crate) fn endless(kind: &str, piece: &'static str, sent: &Arc<AtomicU64>) -> Response {
    let (piece, sent) = (bytes::Bytes::from(piece.repeat((64 << 10) / piece.len())), Arc::clone(sent));
    let pieces = stream::repeat_with(move || {
        sent.fetch_add(piece.len() as u64, Ordering::SeqCst);
        Ok::<_, std::io::Error>(piece.clone())
    });
    Response::builder().header("content-type", kind).body(Body::from_stream(pieces)).expect("a response")
}

/// The beginning of an answer, and then the connection breaks.
pub(crate) fn broken(kind: &str, beginning: &'static str) -> Response {
    let pieces = stream::iter([Ok(bytes::Bytes::from(beginning)), Err(std::io::Error::other("broken"))]);
    Response::builder().header("content-type", kind).body(Body::from_stream(pieces)).expect("a response")
}
