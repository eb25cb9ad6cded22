//! An endpoint that receives deliveries and does as it is told, and a gateway that may send them to it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use astra_core::config::Ports;
use astra_core::webhooks::{SigningSecret, Verdict, verify};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::stream;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::support::{OnBackend, START_MS, TestApp, TestBackend};

/// What the endpoint does with a delivery.
#[derive(Debug, Clone)]
pub(crate) enum Reaction {
    /// Answers with this status and these words.
    Answer(u16, &'static str),
    /// Leads on to this place.
    Redirect(u16, &'static str),
    /// Answers 200 with so many bytes.
    Flood(usize),
    /// Answers 200 with one word, and says nothing more.
    Dawdle,
    /// Never answers.
    Hang,
    /// Answers 200 once the gate is open.
    After(Arc<Notify>),
}

/// A delivery that came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

#[derive(Default)]
struct Script {
    reactions: Mutex<VecDeque<Reaction>>,
    received: Mutex<Vec<Received>>,
    arrival: Notify,
}

/// An endpoint on this machine. Without a script it answers 204.
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    script: Arc<Script>,
}

/// A gateway and an endpoint that it may reach.
pub(crate) struct Hooked {
    pub(crate) app: TestApp,
    pub(crate) endpoint: Endpoint,
}

impl Received {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// What a holder of `secret` makes of it at the time `now_ms`; the official library agrees.
    pub(crate) fn verdict(&self, secret: &str, now_ms: i64) -> Verdict {
        let [id, timestamp, signatures] =
            ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| self.header(name));
        let official = standardwebhooks::Webhook::new(secret).expect("a secret");
        let official = official.sign(id, timestamp.parse().expect("a number"), &self.body).expect("a signature");
        let secret = SigningSecret::parse(secret).expect("a secret");
        let verdict = verify(&secret, id, timestamp, signatures, &self.body, now_ms / 1_000);
        assert_eq!(signatures.split(' ').any(|signature| signature == official), verdict == Verdict::Good);
        verdict
    }
}

impl Endpoint {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let script = Arc::new(Script::default());
        let router = Router::new().fallback(react).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// A URL of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Adds what to do with the next delivery that nothing has been said of yet.
    pub(crate) fn will(&self, reaction: Reaction) -> &Self {
        self.script.reactions.lock().expect("no panic").push_back(reaction);
        self
    }

    /// The deliveries so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.script.received.lock().expect("no panic").clone()
    }

    /// Waits until `count` deliveries have come.
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

async fn react(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec();
    let received = Received { path: head.uri.path().to_owned(), headers: head.headers, body };
    script.received.lock().expect("no panic").push(received);
    let reaction = script.reactions.lock().expect("no panic").pop_front();
    script.arrival.notify_waiters();
    let answer = |status: u16, body: Body| {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        response
    };
    match reaction.unwrap_or(Reaction::Answer(204, "")) {
        Reaction::Answer(status, words) => answer(status, words.into()),
        Reaction::Redirect(status, to) => {
            let mut response = answer(status, Body::empty());
            response.headers_mut().insert(header::LOCATION, to.parse().expect("a header"));
            response
        }
        Reaction::Flood(bytes) => {
            let piece = bytes::Bytes::from(vec![b'x'; 64 << 10]);
            let pieces = (0..bytes / piece.len()).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
            answer(200, Body::from_stream(stream::iter(pieces)))
        }
        Reaction::Dawdle => {
            let first = stream::iter([Ok::<_, std::io::Error>("well")]);
            let pieces = futures_util::StreamExt::chain(first, stream::pending());
            answer(200, Body::from_stream(pieces))
        }
        Reaction::Hang => std::future::pending().await,
        Reaction::After(gate) => {
            gate.notified().await;
            answer(200, Body::empty())
        }
    }
}

impl OnBackend for Hooked {
    async fn on(backend: TestBackend) -> Self {
        Self::built(backend, |_| {}).await
    }
}

impl Hooked {
    /// A gateway on SQLite.
    pub(crate) async fn on_sqlite() -> Self {
        Self::on(TestBackend::sqlite()).await
    }

    /// A gateway with another configuration.
    pub(crate) async fn built(backend: TestBackend, change: impl FnOnce(&mut astra_core::Config)) -> Self {
        let endpoint = Endpoint::start().await;
        let port = endpoint.address.port();
        let builder = TestApp::builder(backend).config(|config| {
            config.outbound.allowed_networks = vec!["127.0.0.1/32".parse().expect("a network")];
            config.outbound.allowed_ports = vec![Ports::from(port)];
            change(config);
        });
        Self { app: builder.open().await, endpoint }
    }

    /// Makes a webhook to the endpoint; answers its path and its secret.
    pub(crate) async fn make(&self, path: &str, change: Value) -> (String, String) {
        let mut new = json!({"url": self.endpoint.url(path)});
        new.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        let made = self.app.admin().post("/webhooks").json(&new).await.expect(201);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (format!("/webhooks/{}", text(&made["webhook"]["id"])), text(&made["secret"]))
    }

    /// Causes an event: `agent.updated`.
    pub(crate) async fn cause(&self, agent_id: &str) {
        let new = json!({"id": agent_id, "model": {"provider": "echo"}});
        self.app.admin().post("/agents").json(&new).await.expect(201);
    }

    /// The deliveries of a webhook once `is_there` says so, newest first.
    pub(crate) async fn deliveries(&self, webhook: &str, is_there: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        loop {
            let page = self.app.admin().get(&format!("{webhook}/deliveries?limit=200")).await.expect(200);
            let deliveries = page["data"].as_array().expect("data").clone();
            if is_there(&deliveries) {
                return deliveries;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The only delivery of a webhook once it has this status, with its attempts.
    pub(crate) async fn delivery(&self, webhook: &str, status: &str, attempts: u64) -> Value {
        let is_so = |deliveries: &[Value]| {
            deliveries.first().is_some_and(|one| one["status"] == status && one["attempt_count"] == attempts)
        };
        let found = self.deliveries(webhook, is_so).await;
        let path = format!("{webhook}/deliveries/{}", found[0]["id"].as_str().expect("an id"));
        self.app.admin().get(&path).await.expect(200)
    }

    /// Now, by the gateway's clock, when it has been moved by `advanced_ms`.
    pub(crate) const fn now_ms(advanced_ms: i64) -> i64 {
        START_MS + advanced_ms
    }

    /// Lets time pass, and the gateway see that it has: something else that waits makes it look.
    pub(crate) async fn advance(&self, delta_ms: i64) {
        self.app.clock.advance_ms(delta_ms);
        let (other, _) = self.make("/kick", json!({"events": ["webhook.disabled"]})).await;
        self.app.admin().post(&format!("{other}/test")).await.expect(202);
    }
}
