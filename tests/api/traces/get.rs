//! `traces.get`

use astra_core::config::TraceContent;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, hides_from_others, question, question_in, text, turns_away, unfinished};
use crate::support::{Gate, Reply, TestApp, TestBackend, both_backends};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn spans<'a>(trace: &'a Value, name: &str) -> Vec<&'a Value> {
    trace["spans"].as_array().expect("spans").iter().filter(|span| span["name"] == name).collect()
}

fn path(turn: &Value) -> String {
    format!("/traces/{}", text(turn, "trace_id"))
}

both_backends! {
    async fn says_where_the_time_went_and_what_was_said(talk: Talk) {
        let ask = talk.app.member().post("/chat").header("traceparent", PARENT).json(&question("hello"));
        let turn = ask.await.expect(200);
        let trace = talk.app.member().get(&path(&turn)).await.expect(200);
        let row = &talk.app.member().get("/traces").await.expect(200)["data"][0];
        for (name, value) in row.as_object().expect("a row") {
            assert_eq!(trace[name], *value, "{name}");
        }
        assert_eq!(trace["trace_parent"], PARENT);
        let [storage, context, inference] = ["storage", "context", "inference"].map(|name| spans(&trace, name));
        assert_eq!((storage.len(), context.len(), inference.len()), (1, 1, 1), "{trace}");
        assert_eq!((&context[0]["messages_sent"], &inference[0]["messages_sent"]), (&json!(1), &Value::Null));
        assert_eq!((&inference[0]["provider"], &inference[0]["first_content_ms"]), (&json!("scripted"), &Value::Null));
        let ends = |span: &Value| span["start_ms"].as_f64().expect("a time") + span["duration_ms"].as_f64().expect("a time");
        assert!(ends(inference[0]) <= trace["time"]["total_ms"].as_f64().expect("a time"));
        assert_eq!(inference[0]["duration_ms"], trace["time"]["provider_ms"]);
        let said: Vec<_> = trace["messages"].as_array().expect("messages").iter().map(|message| (&message["role"], &message["content"])).collect();
        assert_eq!(said, [(&json!("user"), &json!("hello")), (&json!("assistant"), &json!("Hello from the model."))]);
        let elsewhere = talk.app.member();
        hides_from_others(&talk.app, |caller| caller.get(&path(&turn))).await;
        turns_away(&talk.app, |caller| caller.get(&path(&turn))).await;
        assert_eq!(talk.app.admin().get(&path(&turn)).await.expect(200), elsewhere.get(&path(&turn)).await.expect(200));
    }

    async fn has_a_span_for_each_try_of_a_streamed_answer_and_its_first_content(backend: TestBackend) {
        let talk = Talk::with(backend, json!({"model": {"fallbacks": [{"provider": "echo"}]}})).await;
        talk.will(Reply::Html);
        let events = talk.stream("hello").await.events().await;
        let trace = talk.app.member().get(&path(&events.last().expect("an event").data["turn"])).await.expect(200);
        let tries = spans(&trace, "inference");
        assert_eq!(tries.iter().map(|span| &span["provider"]).collect::<Vec<_>>(), ["scripted", "echo"], "{trace}");
        assert!(tries[0]["error"].is_string() && tries[0]["first_content_ms"].is_null());
        assert!(tries[1]["error"].is_null() && tries[1]["first_content_ms"].as_f64() <= tries[1]["duration_ms"].as_f64());
    }

    async fn waiting_behind_another_turn_is_in_the_trace(talk: Talk) {
        let session = talk.session().await;
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "one".into()));
        let first = talk.start(&question_in(&session, "first"));
        while unfinished(&talk.app).await.is_empty() {
            tokio::task::yield_now().await;
        }
        let second = talk.start(&question_in(&session, "second"));
        let queued = loop {
            if let [_, queued] = &unfinished(&talk.app).await[..] {
                break queued.clone();
            }
            tokio::task::yield_now().await;
        };
        // A turn that has not ended has no trace yet.
        let trace = format!("/traces/{}", queued.replace("trn_", "trc_"));
        talk.app.member().get(&trace).await.expect_problem(404, "not_found");
        gate.open();
        let (_, second) = (first.await.expect("it ends").expect(200), second.await.expect("it ends").expect(200));
        let trace = talk.app.member().get(&path(&second)).await.expect(200);
        let waited = spans(&trace, "queue");
        assert_eq!(waited.len(), 1, "{trace}");
        assert_eq!(waited[0]["duration_ms"], trace["time"]["waiting_ms"]);
        assert!(trace["time"]["waiting_ms"].as_f64() > Some(0.0), "{trace}");
    }
}

#[tokio::test]
async fn what_was_said_is_shown_as_configured() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| config.traces.content = TraceContent::Off);
    let talk = Talk::built(builder, json!({})).await;
    let turn = talk.say("hello").await;
    let trace = talk.app.member().get(&path(&turn)).await.expect(200);
    assert_eq!((&trace["messages"], spans(&trace, "inference").len()), (&Value::Null, 1));
}

#[tokio::test]
async fn unknown_and_malformed_ids_are_refused() {
    let app = TestApp::new().await;
    app.member().get("/traces/trc_0000000000001").await.expect_problem(404, "not_found");
    for id in ["trn_0000000000001", "trc_1", "summaries"] {
        let refused = app.member().get(&format!("/traces/{id}")).await;
        assert!([404, 422].contains(&refused.status.as_u16()), "{id}: {}", refused.text());
    }
    assert_eq!(question("x")["agent_id"], AGENT);
}
