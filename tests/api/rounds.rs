//! A turn of twenty steps whose gateway ends at each of them: ten calls of a tool, an approval, and a result of the caller. What is
//! recorded is never made again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use astra_core::tools::BoxFuture;
use astra_core::{Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use serde_json::{Map, Value, json};

use crate::conversation::{AGENT, calls, question, sent, text, types};
use crate::support::{Gate, Reply, TestApp, TestBackend, Upstream, both_backends};

/// How often the tool was called.
#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Tool for Count {
    fn definition(&self) -> ToolDefinition {
        ToolDefinition::new("count", "Counts its calls.", json!({"type": "object"}))
    }

    fn call<'a>(
        &'a self,
        _arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async { Ok(self.0.fetch_add(1, Ordering::SeqCst).to_string().into()) })
    }
}

const IDS: [&str; 10] = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"];
/// The rounds of calls before the last answer: five of two calls, one of an approval, one of the caller.
const ROUNDS: usize = 7;

/// What the model says in a round.
fn said(round: usize) -> Reply {
    match round {
        0..5 => Reply::Call(
            format!("Round {round}."),
            vec![(IDS[2 * round], "count", "{}"), (IDS[2 * round + 1], "count", "{}")],
        ),
        5 => Reply::Call(String::new(), vec![("time", "current_time", "{}")]),
        6 => Reply::Call(String::new(), vec![("mood", "mood", "{}")]),
        _ => Reply::Answer("All is well.".into()),
    }
}

async fn open(backend: TestBackend, upstream: &Upstream, count: &Count) -> TestApp {
    let definition = json!({
        "model": {"provider": "scripted"},
        "tools": {"allow": ["count", "current_time"], "require_approval": ["current_time"], "max_rounds": 20},
    });
    let builder = TestApp::builder(backend).upstream("scripted", &upstream.url()).agent(AGENT, definition);
    let count = count.clone();
    builder.host(move |builder| builder.tool(count)).open().await
}

fn ask() -> Value {
    let mut body = question("How are you?");
    body["tools"] = json!([{"name": "mood"}]);
    body
}

/// The turn when it is as `status` says; one that never is hangs the test.
async fn turn_that_is(app: &TestApp, turn_id: &str, status: &str) -> Value {
    loop {
        let turn = app.member().get(&format!("/chat/turns/{turn_id}")).await.expect(200);
        if turn["status"] == status {
            return turn;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn events_of(app: &TestApp, turn_id: &str) -> Vec<String> {
    let events = app.member().get(&format!("/chat/turns/{turn_id}/events")).await.events().await;
    let numbers: Vec<_> = events.iter().map(|event| event.data["seq"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>(), "no gap");
    types(&events).into_iter().map(str::to_owned).collect()
}

both_backends! {
    async fn a_turn_that_waits_survives_each_end_of_its_gateway(backend: TestBackend) {
        let (upstream, count) = (Upstream::start().await, Count::default());
        for round in 0..=ROUNDS {
            upstream.will(said(round));
        }
        let app = open(backend, &upstream, &count).await;
        let asking = sent(app.member().post("/chat").json(&ask()));
        upstream.wait_for(6).await;
        let mut app = app;
        let approval = loop {
            let page = app.admin().get("/tools/approvals?status=pending").await.expect(200);
            if page["data"][0].is_object() {
                break page["data"][0].clone();
            }
        };
        asking.abort();
        let _ = asking.await;
        let turn_id = text(&approval, "turn_id").to_owned();
        for _ in 0..2 {
            app = open(app.close(), &upstream, &count).await;
            turn_that_is(&app, &turn_id, "awaiting_approval").await;
        }
        app.admin().post(&format!("/tools/approvals/{}/approve", text(&approval, "id"))).json(&json!({})).await.expect(200);
        turn_that_is(&app, &turn_id, "awaiting_results").await;
        for _ in 0..2 {
            app = open(app.close(), &upstream, &count).await;
            turn_that_is(&app, &turn_id, "awaiting_results").await;
        }
        let body = json!({"results": [{"call_id": "mood", "content": "good"}]});
        let submit = async |app: &TestApp| app.member().post(&format!("/chat/turns/{turn_id}/results")).json(&body).await.expect(200);
        let done = submit(&app).await;
        assert_eq!((&done["status"], &done["content"]), (&json!("completed"), &json!("All is well.")));
        let app = open(app.close(), &upstream, &count).await;
        assert_eq!(submit(&app).await, done);
        assert_eq!((count.0.load(Ordering::SeqCst), upstream.received().len()), (10, ROUNDS + 1));
        assert_eq!((calls(&app).await, done["usage"]["total_tokens"].clone()), (json!(8), json!(96)));
        let events = events_of(&app, &turn_id).await;
        assert_eq!(events.iter().filter(|event| *event == "tool_result").count(), 12);
        let session = app.member().get(&format!("/sessions/{}", text(&done, "session_id"))).await.expect(200);
        assert_eq!(session["message_count"], 16);
    }
}

/// The gateway ends while the model is asked in the round: what was recorded is kept, and the turn is interrupted.
async fn ends_in_round(round: usize) {
    let (upstream, count, gate) = (Upstream::start().await, Count::default(), Gate::closed());
    for round in 0..round {
        upstream.will(said(round));
    }
    upstream.will(Reply::After(gate.clone(), "too late".into()));
    let app = open(TestBackend::sqlite(), &upstream, &count).await;
    let asking = sent(app.member().post("/chat").json(&ask()));
    upstream.wait_for(round + 1).await;
    asking.abort();
    let turn_id = crate::conversation::unfinished(&app).await.remove(0);
    let app = open(app.backend.image(), &upstream, &count).await;
    let turn = turn_that_is(&app, &turn_id, "interrupted").await;
    assert_eq!(
        (&turn["status"], turn["tool_calls"].as_array().expect("calls").len()),
        (&json!("interrupted"), 2 * round)
    );
    assert!(turn["tool_calls"].as_array().expect("calls").iter().all(|call| call["is_error"] == false), "{turn}");
    gate.open();
    let events = events_of(&app, &turn_id).await;
    assert_eq!((events.len(), events.last().map(String::as_str)), (2 + 5 * round, Some("error")));
    assert_eq!((count.0.load(Ordering::SeqCst), upstream.received().len()), (2 * round, round + 1));
    app.member().post("/chat").json(&question("And now?")).await.expect(200);
    let read = upstream.received().last().expect("a request").body["messages"].as_array().expect("messages").len();
    assert_eq!(read, 2 + 3 * round - usize::from(round == 0), "all that was recorded is read");
}

#[tokio::test]
async fn a_gateway_that_ends_while_the_model_is_asked_leaves_what_was_recorded() {
    for round in 0..5 {
        ends_in_round(round).await;
    }
}
