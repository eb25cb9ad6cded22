//! What the tests of approvals share: an agent of whose calls a person decides.

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::conversation::{Talk, question, text};
use crate::support::{Answer, Ask, Caller, Event, OnBackend, Reply, TestApp, TestBackend};

/// An agent all of whose calls need an approval.
pub(crate) struct Asks(pub(crate) Talk);

impl OnBackend for Asks {
    async fn on(backend: TestBackend) -> Self {
        Self(Talk::with(backend, definition()).await)
    }
}

/// What the agent says of tools.
pub(crate) fn definition() -> Value {
    json!({"tools": {"allow": ["current_time"], "require_approval": ["*"]}})
}

/// A question whose turn waits for an approval, and the approval.
pub(crate) async fn waiting(talk: &Talk) -> (JoinHandle<Answer>, Value) {
    let calls = vec![("call_1", "current_time", r#"{"time_zone":"UTC"}"#)];
    talk.will(Reply::Call("Let me see.".into(), calls));
    let asking = talk.start(&question("What time is it?"));
    (asking, pending(&talk.app, 1).await.remove(0))
}

/// The approvals that wait for a decision, when there are so many.
pub(crate) async fn pending(app: &TestApp, count: usize) -> Vec<Value> {
    loop {
        let page = app.admin().get("/tools/approvals?status=pending").await.expect(200);
        let found = page["data"].as_array().expect("approvals").clone();
        if found.len() == count {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// A decision on an approval.
pub(crate) fn decide(caller: &Caller, approval: &Value, verb: &str, body: Value) -> Ask {
    caller.post(&format!("/tools/approvals/{}/{verb}", text(approval, "id"))).json(&body)
}

/// All events of the approval's turn, whose numbers have no gap.
pub(crate) async fn events(app: &TestApp, approval: &Value) -> Vec<Event> {
    let path = format!("/chat/turns/{}/events", text(approval, "turn_id"));
    let events = app.member().get(&path).await.events().await;
    let numbers: Vec<_> = events.iter().map(|event| event.data["seq"].as_i64().expect("a number")).collect();
    assert!(numbers.iter().zip(1..).all(|(number, place)| *number == place), "a gap: {numbers:?}");
    events
}
