//! What the tests of chat, sessions and turns share: a gateway whose agent asks a scripted model, and questions in one line.

use std::future::IntoFuture;

use astra_core::auth::Role;
use astra_core::config::Protocol;
use astra_core::{ids, params};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::{
    Answer, Ask, Caller, Event, Gate, OnBackend, Reply, TestApp, TestAppBuilder, TestBackend, Upstream,
};

/// The agent that asks the scripted model.
pub(crate) const AGENT: &str = "support";

/// The agent that says again what was said.
pub(crate) const ECHO: &str = "assistant";

/// A gateway with the agents [`AGENT`] and [`ECHO`], and the model that the first one asks.
pub(crate) struct Talk {
    /// The gateway.
    pub(crate) app: TestApp,
    /// The model.
    pub(crate) upstream: Upstream,
}

impl OnBackend for Talk {
    async fn on(backend: TestBackend) -> Self {
        Self::with(backend, json!({})).await
    }
}

impl Talk {
    /// The agent says what `definition` says, beside its provider.
    pub(crate) async fn with(backend: TestBackend, definition: Value) -> Self {
        Self::built(TestApp::builder(backend), definition).await
    }

    /// As [`Talk::with`], on a gateway that is configured already.
    pub(crate) async fn built(builder: TestAppBuilder, mut definition: Value) -> Self {
        let upstream = Upstream::start().await;
        definition["model"]["provider"] = "scripted".into();
        let builder = builder.upstream("scripted", &upstream.url()).agent(AGENT, definition).agent(ECHO, json!({}));
        Self { app: builder.open().await, upstream }
    }

    /// A gateway whose agent asks a model that speaks `protocol`.
    pub(crate) async fn speaking(protocol: Protocol) -> Self {
        let upstream = Upstream::start().await;
        let builder = TestApp::builder(TestBackend::sqlite()).upstream("scripted", &upstream.url()).config(|config| {
            config.providers.entry("scripted".into()).or_default().protocol = Some(protocol);
        });
        let app = builder.agent(AGENT, json!({"model": {"provider": "scripted"}})).open().await;
        Self { app, upstream }
    }

    /// What the model does next.
    pub(crate) fn will(&self, reply: Reply) -> &Self {
        self.upstream.will(reply);
        self
    }

    /// A member's question and its turn.
    pub(crate) async fn say(&self, text: &str) -> Value {
        self.app.member().post("/chat").json(&question(text)).await.expect(200)
    }

    /// A member's question in a session, and its turn.
    pub(crate) async fn say_in(&self, session: &Value, text: &str) -> Value {
        self.app.member().post("/chat").json(&question_in(session, text)).await.expect(200)
    }

    /// A member's question that is on its way; the answer comes later.
    pub(crate) fn start(&self, body: &Value) -> JoinHandle<Answer> {
        sent(self.app.member().post("/chat").json(body))
    }

    /// A member's question, streamed.
    pub(crate) async fn stream(&self, text: &str) -> Answer {
        self.app.member().post("/chat/stream").json(&question(text)).await
    }

    /// A member's session with the agent.
    pub(crate) async fn session(&self) -> Value {
        self.app.member().post("/sessions").json(&json!({"agent_id": AGENT})).await.expect(201)
    }

    /// What was said in a session, oldest first.
    pub(crate) async fn said(&self, session: &Value) -> Vec<(String, String)> {
        said(&self.app, id_of(session)).await
    }

    /// The messages of the last request that the model got.
    pub(crate) fn read_last(&self) -> Vec<(String, String)> {
        self.upstream.received().last().map(|last| read(&last.body)).expect("the model was asked")
    }
}

/// A request that is on its way; the answer comes later.
pub(crate) fn sent(ask: Ask) -> JoinHandle<Answer> {
    tokio::spawn(ask.into_future())
}

/// A question to [`AGENT`].
pub(crate) fn question(text: &str) -> Value {
    json!({"agent_id": AGENT, "message": text})
}

/// A question to [`AGENT`] in a session.
pub(crate) fn question_in(session: &Value, text: &str) -> Value {
    json!({"agent_id": AGENT, "message": text, "session_id": id_of(session)})
}

/// The id of a session, or the session of a turn.
#[track_caller]
pub(crate) fn id_of(session: &Value) -> &str {
    session["id"].as_str().or(session["session_id"].as_str()).expect("a session, or a turn")
}

/// The field `name`, which is a text.
#[track_caller]
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

/// What was said in a session, oldest first.
pub(crate) async fn said(app: &TestApp, session_id: &str) -> Vec<(String, String)> {
    let path = format!("/sessions/{session_id}/messages?limit=200");
    let page = app.admin().get(&path).await.expect(200);
    let mut said: Vec<_> = page["data"].as_array().expect("messages").iter().map(role_and_content).collect();
    said.reverse();
    said
}

/// The messages of a request to the model.
pub(crate) fn read(request: &Value) -> Vec<(String, String)> {
    request["messages"].as_array().expect("messages").iter().map(role_and_content).collect()
}

fn role_and_content(message: &Value) -> (String, String) {
    let content = &message["content"];
    (text(message, "role").to_owned(), content.as_str().map_or_else(|| content.to_string(), str::to_owned))
}

/// `(role, content)` pairs, to be compared.
pub(crate) fn pairs(said: &[(&str, &str)]) -> Vec<(String, String)> {
    said.iter().map(|(role, content)| ((*role).to_owned(), (*content).to_owned())).collect()
}

/// The types of events, in order.
pub(crate) fn types(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.event.as_str()).collect()
}

/// The texts of events, put together.
pub(crate) fn content(events: &[Event]) -> String {
    events.iter().filter_map(|event| event.data["delta"].as_str()).collect()
}

/// The events of a stream whose upstream is let go by `gate` once `said` has come through: a line that breaks may take what
/// was sent last with it.
pub(crate) async fn cut_off(stream: &mut Answer, said: &str, gate: &Gate) -> Vec<Event> {
    let mut events = Vec::new();
    while content(&events) != said {
        events.push(stream.next_event().await.expect("the stream goes on"));
    }
    gate.open();
    events.extend(stream.events().await);
    events
}

/// Sends what `ask` writes as everybody who may not: nobody at all, a viewer, a member whose token is for something else.
pub(crate) async fn turns_away(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    let refused = ask(&app.anonymous()).await;
    refused.header("www-authenticate");
    refused.expect_problem(401, "unauthorized");
    ask(&app.viewer()).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Member, "spec:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as those to whom the member's things do not exist: another member, another workspace.
pub(crate) async fn hides_from_others(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.other_member()).await.expect_problem(404, "not_found");
    ask(&app.other_workspace()).await.expect_problem(404, "not_found");
}

/// Asks for a turn until it has ended; one that never ends hangs the test.
pub(crate) async fn ended(caller: &Caller, turn_id: &str) -> Value {
    loop {
        let turn = caller.get(&format!("/chat/turns/{turn_id}")).await.expect(200);
        if turn["finished_at"].is_string() {
            return turn;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// Calls of models so far, as the account has them.
pub(crate) async fn calls(app: &TestApp) -> Value {
    let usage = app.admin().get("/inference/usage?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z").await.expect(200);
    usage["data"][0]["requests"].clone()
}

/// The turns of the workspace that have not ended.
pub(crate) async fn unfinished(app: &TestApp) -> Vec<String> {
    let store = app.store();
    let rows = store.read(|tx| {
        let sql = "SELECT id FROM open_turns WHERE workspace_id = $1 ORDER BY id";
        tx.query(sql, params![])?.into_iter().map(|mut row| Ok(row.next_id::<ids::Turn>()?.to_string())).collect()
    });
    rows.await.expect("the turns")
}
