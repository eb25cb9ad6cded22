//! A platform of messages that records what it gets, answers as the platform's own description says, and does as it is
//! told; and a gateway with a channel of it. It knows no platform: what requests look like, `Platform::simulate` says,
//! and what of them is the text, `Platform::simulated_text`.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use astra_core::channels::{Connection, HttpCall, Platform, Secrets, Settings, Simulated, Simulation, built_in};
use astra_core::config::Ports;
use astra_core::ids::ChannelId;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::{Answer, Ask, Gate, OnBackend, TestApp, TestAppBuilder, TestBackend};

/// The seed of all keys and secrets.
pub(crate) const SEED: [u8; 32] = [7; 32];

/// What the platform does with one request that carries a text.
#[derive(Debug, Clone)]
pub(crate) enum Mood {
    /// Takes it.
    Take,
    /// Refuses with this status.
    Status(u16),
    /// Asks for a pause of so many seconds.
    Pause(u64),
    /// Answers 200 with a page of HTML.
    Html,
    /// Takes it, and answers once the gate is open.
    After(Gate),
    /// Takes it and breaks the connection.
    Cut,
}

/// A request that the platform got.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

struct Script {
    platform: Arc<dyn Platform>,
    key_document: Option<Value>,
    moods: Mutex<VecDeque<Mood>>,
    got: Mutex<Vec<Got>>,
    arrival: Notify,
}

/// A platform on a free port of this machine.
pub(crate) struct FakePlatform {
    pub(crate) address: SocketAddr,
    script: Arc<Script>,
}

/// A gateway with a channel.
pub(crate) struct Chat {
    pub(crate) app: TestApp,
    pub(crate) fake: FakePlatform,
    pub(crate) platform: Arc<dyn Platform>,
    /// `/channels/chn_..`
    pub(crate) path: String,
    pub(crate) connection: Connection,
}

impl Got {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

impl FakePlatform {
    /// A fake of `platform`.
    pub(crate) async fn start(platform: &Arc<dyn Platform>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let script = Arc::new(Script {
            platform: Arc::clone(platform),
            key_document: platform.simulation(&SEED, "http://127.0.0.1").key_document,
            moods: Mutex::default(),
            got: Mutex::default(),
            arrival: Notify::new(),
        });
        let router = Router::new().fallback(react).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    /// Its URL, without a slash at its end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds what to do with the next request with a text of which nothing has been said yet.
    pub(crate) fn will(&self, mood: Mood) -> &Self {
        self.script.moods.lock().expect("no panic").push_back(mood);
        self
    }

    /// All requests so far.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.script.got.lock().expect("no panic").clone()
    }

    /// The texts of the requests so far, in their order.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |got: &Got| self.script.platform.simulated_text(&got.path, &got.body);
        self.got().iter().filter_map(text).collect()
    }

    /// Waits until `count` texts have come.
    pub(crate) async fn heard(&self, count: usize) -> Vec<String> {
        loop {
            let arrival = self.script.arrival.notified();
            let texts = self.texts();
            if texts.len() >= count {
                return texts;
            }
            arrival.await;
        }
    }
}

async fn react(State(script): State<Arc<Script>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec();
    let path = head.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let is_text = script.platform.simulated_text(&path, &body).is_some();
    let taken = match (&script.key_document, head.method == Method::GET) {
        (Some(keys), true) => keys.clone(),
        _ => script.platform.simulated_answer(&path, &body),
    };
    let got = Got { method: head.method, path, headers: head.headers, body };
    script.got.lock().expect("no panic").push(got);
    let mood = if is_text { script.moods.lock().expect("no panic").pop_front() } else { None };
    script.arrival.notify_waiters();
    let answer = |status: u16, media_type: &'static str, body: String| {
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    match mood.unwrap_or(Mood::Take) {
        Mood::Take => answer(200, "application/json", taken.to_string()),
        Mood::Status(status) => answer(status, "application/json", "{}".to_owned()),
        Mood::Pause(wait_s) => {
            let mut response = answer(429, "application/json", "{}".to_owned());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
            response
        }
        Mood::Html => answer(200, "text/html", "<html><body>Sign in to the network</body></html>".to_owned()),
        Mood::After(gate) => {
            gate.passed().await;
            answer(200, "application/json", taken.to_string())
        }
        Mood::Cut => {
            let broken = futures_util::stream::iter([Err::<&str, _>(std::io::Error::other("cut"))]);
            Response::new(Body::from_stream(broken))
        }
    }
}

impl OnBackend for Chat {
    async fn on(backend: TestBackend) -> Self {
        Self::of("generic", backend, |builder| builder, json!({})).await
    }
}

impl Chat {
    /// A channel of the built-in platform `kind` on a gateway that `build` makes, whose agent `support` says again what
    /// it is asked. `change` is merged into what makes the channel; `change["platform"]` into the platform.
    pub(crate) async fn of(
        kind: &str,
        backend: TestBackend,
        build: impl FnOnce(TestAppBuilder) -> TestAppBuilder,
        change: Value,
    ) -> Self {
        let platform = built_in().into_iter().find(|platform| platform.kind() == kind).expect("a platform");
        let fake = FakePlatform::start(&platform).await;
        let port = fake.address.port();
        let builder = TestApp::builder(backend).config(|config| {
            config.outbound.allowed_networks = vec!["127.0.0.1/32".parse().expect("a network")];
            config.outbound.allowed_ports = vec![Ports::from(80), Ports::from(443), Ports::from(port)];
        });
        let builder = builder.agent("support", json!({"model": {"provider": "echo"}}));
        let app = build(builder).open().await;
        let mut new = json!({"name": "Test", "agent_id": "support", "platform": {"kind": kind}});
        let Simulation { values, .. } = platform.simulation(&SEED, &fake.url());
        for (name, value) in values {
            new["platform"][name] = json!(value);
        }
        for (name, value) in change.as_object().expect("an object") {
            match (name.as_str(), value.as_object()) {
                ("platform", Some(fields)) => {
                    fields.iter().for_each(|(field, value)| new["platform"][field] = value.clone());
                }
                _ => new[name] = value.clone(),
            }
        }
        let made = app.admin().post("/channels").json(&new).await.expect(201);
        let id = made["id"].as_str().expect("an id").to_owned();
        let connection = connection(platform.as_ref(), &id, &new);
        Self { app, fake, platform, path: format!("/channels/{id}"), connection }
    }

    /// A request of the platform: `user` says `text` to the bot.
    pub(crate) fn request(&self, user: &str, event_id: &str, text: &str) -> HttpCall {
        self.request_in(&format!("direct-{user}"), user, event_id, text)
    }

    /// The same in another conversation.
    pub(crate) fn request_in(&self, conversation: &str, user: &str, event_id: &str, text: &str) -> HttpCall {
        let at_ms = self.now_ms();
        let said = Simulated { text, event_id, user, conversation, at_ms };
        self.platform.simulate(&self.connection, &SEED, &said)
    }

    /// Now, by the gateway's clock.
    pub(crate) fn now_ms(&self) -> i64 {
        astra_core::clock::Clock::now_ms(&self.app.clock)
    }

    /// Sends a request of the platform.
    pub(crate) fn send(&self, call: HttpCall) -> Ask {
        let mut ask = self.app.anonymous().ask(call.method, &format!("{}{}", self.path, call.url));
        let media_type = call.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().expect("text").to_owned());
        for (name, value) in &call.headers {
            if name != header::CONTENT_TYPE {
                ask = ask.bytes_header(name.as_str(), value.as_bytes());
            }
        }
        ask.body(media_type.as_deref().unwrap_or("application/json"), call.body)
    }

    /// `user` says `text`; the gateway takes it.
    pub(crate) async fn say(&self, user: &str, event_id: &str, text: &str) -> Answer {
        let answer = self.send(self.request(user, event_id, text)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer
    }

    /// What came to the channel, once `is_there` says so, newest first.
    pub(crate) async fn messages(&self, is_there: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        loop {
            let page = self.app.admin().get(&format!("{}/messages?limit=200", self.path)).await.expect(200);
            let messages = page["data"].as_array().expect("data").clone();
            if is_there(&messages) {
                return messages;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What came to the channel, once all of it is over.
    pub(crate) async fn all_over(&self, count: usize) -> Vec<Value> {
        let is_over = |messages: &[Value]| {
            messages.len() >= count && messages.iter().all(|message| !message["finished_at"].is_null())
        };
        self.messages(is_over).await
    }
}

/// The channel as the platform's own code sees it.
fn connection(platform: &dyn Platform, id: &str, new: &Value) -> Connection {
    let id: ChannelId = id.parse().expect("an id");
    let (mut settings, mut secrets) = (Settings::default(), Secrets::default());
    for field in platform.fields() {
        let value = new["platform"][field.name].as_str().or(field.default);
        let Some(value) = value.map(str::to_owned) else { continue };
        let values = if field.is_secret { &mut secrets.current.0 } else { &mut settings.0 };
        values.insert(field.name.to_owned(), value);
    }
    Connection { id, settings, secrets, identity: None, token: None, public_url: None }
}
