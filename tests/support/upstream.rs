//! A model's provider that speaks OpenAI's protocol over real HTTP and does as it is told: answers, streams, waits,
//! hangs, cuts the line, speaks HTML, refuses.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

/// What the provider does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers with this text: whole, or word by word when a stream is asked for.
    Answer(String),
    /// Says this text and calls tools: id, name and arguments of each.
    Call(String, Vec<(&'static str, &'static str, &'static str)>),
    /// Streams these steps.
    Stream(Vec<Step>),
    /// Answers whole, once the gate is open.
    After(Gate, String),
    /// Refuses with this status, and `Retry-After` in seconds.
    Status(u16, Option<u64>),
    /// Refuses with this status and this error object.
    Refuse(u16, Value),
    /// Answers with this, in whichever protocol it is.
    Json(Value),
    /// Answers 200 with a page of HTML.
    Html,
    /// Never answers.
    Hang,
}

/// One step of a stream.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A piece of the answer.
    Content(String),
    /// These bytes as they are.
    Raw(String),
    /// One line of so many bytes.
    HugeLine(usize),
    /// Waits for the gate.
    Wait(Gate),
    /// Says that the answer is complete, with 7 tokens in and 5 out.
    Finish,
    /// Breaks the connection.
    Cut,
    /// Says nothing more, and keeps the connection.
    Hang,
}

/// Holds an answer back until the test lets it go.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

/// A request that the provider got.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// Its path.
    pub(crate) path: String,
    /// Its header fields.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Value,
}

/// A running provider.
pub(crate) struct Upstream {
    address: SocketAddr,
    script: Arc<Script>,
}

#[derive(Default)]
struct Script {
    replies: Mutex<VecDeque<Reply>>,
    received: Mutex<Vec<Received>>,
    arrival: Notify,
    hung_up: Notify,
}

impl Gate {
    /// A closed gate.
    pub(crate) fn closed() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Opens the gate for good.
    pub(crate) fn open(&self) {
        self.0.close();
    }

    /// Waits until it is open.
    pub(crate) async fn passed(&self) {
        // A closed semaphore lets everybody know at once: that is the open gate.
        drop(self.0.acquire().await);
    }
}

impl Upstream {
    /// A provider on a free port of this machine. Without a script it answers `Hello from the model.`
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let script = Arc::new(Script::default());
        let router = Router::new().fallback(respond).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// What `/chat/completions` is appended to.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Adds what to do with the next request that nothing has been said of yet.
    pub(crate) fn will(&self, reply: Reply) -> &Self {
        self.script.replies.lock().expect("no panic").push_back(reply);
        self
    }

    /// The requests so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.script.received.lock().expect("no panic").clone()
    }

    /// Waits until `count` requests have come.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Received> {
        loop {
            let arrival = self.script.arrival.notified();
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            arrival.await;
        }
    }
}

impl Upstream {
    /// Waits until the gateway has hung up on an answer that would never end.
    pub(crate) async fn hung_up(&self) {
        self.script.hung_up.notified().await;
    }
}

async fn respond(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let is_stream = body["stream"] == true;
    let path = parts.uri.path().to_owned();
    if path.ends_with("/models") {
        let models = json!({"object": "list", "data": [{"id": "test-model", "object": "model"}]});
        return answer("application/json", models.to_string().into());
    }
    script.received.lock().expect("no panic").push(Received { path, headers: parts.headers, body });
    let reply = script.replies.lock().expect("no panic").pop_front();
    script.arrival.notify_waiters();
    match reply.unwrap_or_else(|| Reply::Answer("Hello from the model.".to_owned())) {
        Reply::Answer(text) if is_stream => {
            let words = text.split_inclusive(' ').map(|word| Step::Content(word.to_owned()));
            streamed(words.chain([Step::Finish]).collect(), &script)
        }
        Reply::Answer(text) => answer("application/json", completion(&text).to_string().into()),
        Reply::After(gate, text) => {
            gate.passed().await;
            if is_stream {
                streamed(vec![Step::Content(text), Step::Finish], &script)
            } else {
                answer("application/json", completion(&text).to_string().into())
            }
        }
        Reply::Call(text, calls) if is_stream => streamed(calling(text, &calls), &script),
        Reply::Call(text, calls) => answer("application/json", completion_of_calls(&text, &calls).to_string().into()),
        Reply::Stream(steps) => streamed(steps, &script),
        Reply::Status(status, retry_after) => refusal(status, retry_after),
        Reply::Refuse(status, error) => {
            let mut response = answer("application/json", json!({"error": error}).to_string().into());
            *response.status_mut() = status.try_into().expect("a good status");
            response
        }
        Reply::Json(body) => answer("application/json", body.to_string().into()),
        Reply::Html => answer("text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>".into()),
        Reply::Hang => hang(&script).await,
    }
}

fn answer(media_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

fn refusal(status: u16, retry_after: Option<u64>) -> Response {
    let body = json!({"error": {"message": "the upstream's own words, with sk-secret in them", "type": "error"}});
    let mut response = answer("application/json", body.to_string().into());
    *response.status_mut() = status.try_into().expect("a good status");
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn completion(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "test-model",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12},
    })
}

fn completion_of_calls(text: &str, calls: &[(&str, &str, &str)]) -> Value {
    let mut completion = completion(text);
    let call = |(id, name, arguments): &(&str, &str, &str)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
    completion["choices"][0]["message"]["tool_calls"] = calls.iter().map(call).collect();
    completion["choices"][0]["finish_reason"] = "tool_calls".into();
    completion
}

/// The steps of a stream that calls tools, with arguments in two pieces.
fn calling(text: String, calls: &[(&str, &str, &str)]) -> Vec<Step> {
    let mut steps = if text.is_empty() { Vec::new() } else { vec![Step::Content(text)] };
    let raw = |call: Value| {
        let choices = json!([{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": null}]);
        Step::Raw(String::from_utf8_lossy(&chunk(&choices)).into_owned())
    };
    for (index, (id, name, arguments)) in calls.iter().enumerate() {
        let (first, second) = arguments.split_at(arguments.len() / 2);
        steps.push(raw(
            json!({"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": first}}),
        ));
        steps.push(raw(json!({"index": index, "function": {"arguments": second}})));
    }
    steps.push(Step::Finish);
    steps
}

/// Never ends, unless the gateway hangs up.
async fn hang<T>(script: &Arc<Script>) -> T {
    struct HungUp(Arc<Script>);
    impl Drop for HungUp {
        fn drop(&mut self) {
            self.0.hung_up.notify_one();
        }
    }
    let _hung_up = HungUp(Arc::clone(script));
    std::future::pending().await
}

fn streamed(steps: Vec<Step>, script: &Arc<Script>) -> Response {
    let script = Arc::clone(script);
    let chunks = stream::iter(steps.into_iter().map(move |step| (step, Arc::clone(&script)))).then(
        |(step, script)| async move {
            match step {
                Step::Content(text) => {
                    Ok(chunk(&json!([{"index": 0, "delta": {"content": text}, "finish_reason": null}])))
                }
                Step::Raw(text) => Ok(Bytes::from(text)),
                Step::HugeLine(bytes) => Ok(Bytes::from(format!("data: {}\n\n", "x".repeat(bytes)))),
                Step::Wait(gate) => {
                    gate.passed().await;
                    Ok(Bytes::new())
                }
                Step::Finish => Ok(finish()),
                Step::Cut => Err(std::io::Error::other("cut")),
                Step::Hang => hang(&script).await,
            }
        },
    );
    let chunks = chunks.filter(|chunk| std::future::ready(!matches!(chunk, Ok(bytes) if bytes.is_empty())));
    answer("text/event-stream", Body::from_stream(chunks))
}

fn chunk(choices: &Value) -> Bytes {
    let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test-model", "choices": choices});
    Bytes::from(format!("data: {chunk}\n\n"))
}

fn finish() -> Bytes {
    let end = chunk(&json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]));
    let usage = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "test-model", "choices": [],
        "usage": {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}});
    Bytes::from(format!("{}data: {usage}\n\ndata: [DONE]\n\n", String::from_utf8_lossy(&end)))
}
