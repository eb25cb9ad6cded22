//! Edges of the graph of memory that are of use gain strength: by the flush of each gateway, and by no request.

use std::time::Duration;

use astra_core::config::MemoryExtraction;
use serde_json::{Value, json};

use crate::conversation::{Talk, id_of};
use crate::support::{Caller, Reply, TestApp, TestBackend, both_backends};

const DAY_MS: i64 = 86_400_000;

/// Two memories, each with an edge: what is asked about, and what is not. Both have lost weight.
struct Known {
    asked: Value,
    other: Value,
}

impl Known {
    async fn keep(app: &TestApp, caller: &Caller) -> Self {
        let (asked, other) = (states(caller, "Ana", "Kestrel").await, states(caller, "Bea", "Merlin").await);
        app.clock.advance_ms(40 * DAY_MS);
        Self { asked, other }
    }

    /// What both weigh: of one edge each, and looked at without the graph.
    async fn weights(&self, caller: &Caller) -> [f64; 2] {
        [weight(caller, &self.asked).await, weight(caller, &self.other).await]
    }
}

async fn states(caller: &Caller, from: &str, to: &str) -> Value {
    let relation = json!({"from": {"name": from}, "kind": "works_on", "to": {"name": to}});
    let content = format!("{from} works on {to}.");
    let new = json!({"tier": "graph", "content": content, "data": {"relations": [relation]}});
    caller.post("/memory").json(&new).await.expect(201)
}

async fn weight(caller: &Caller, memory: &Value) -> f64 {
    let shown = caller.get(&format!("/memory/{}", memory["id"].as_str().expect("an id"))).await.expect(200);
    shown["weight"].as_f64().expect("a weight")
}

/// What an edge weighs that is forty days old and was not of use.
fn left() -> f64 {
    0.97_f64.powi(40)
}

#[track_caller]
fn near(found: [f64; 2], expected: [f64; 2]) {
    assert!(found.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-9), "{found:?}, not {expected:?}");
}

/// The gateway stops: it writes what was of use, and answers who only reads.
async fn stop(app: &TestApp) {
    app.gateway().shutdown(Duration::ZERO).await;
}

async fn traverse(caller: &Caller, start: &str) -> Value {
    caller.get(&format!("/memory/graph?start={start}")).await.expect(200)
}

async fn search(caller: &Caller, query: &str) -> Value {
    caller.post("/memory/search").json(&json!({"query": query})).await.expect(200)
}

both_backends! {
    async fn a_walk_strengthens_what_it_went_along_when_it_is_flushed(app: TestApp) {
        let member = app.member();
        let known = Known::keep(&app, &member).await;
        let rows = app.store();
        let head = rows.memory_index().head().await.expect("a look");
        for _ in 0..3 {
            let graph = traverse(&member, "ana").await;
            near([graph["edges"][0]["weight"].as_f64().expect("a weight"), left()], [left(), left()]);
        }
        near(known.weights(&member).await, [left(), left()]);
        stop(&app).await;
        near(known.weights(&member).await, [left() + 0.1, left()]);
        assert_eq!(rows.memory_index().head().await.expect("a look"), head, "no index has to read anything");
        let graph = traverse(&member, "ana").await;
        near([graph["edges"][0]["weight"].as_f64().expect("a weight"), left()], [left() + 0.1, left()]);
        app.clock.advance_ms(DAY_MS);
        near(known.weights(&member).await, [(left() + 0.1) * 0.97, left() * 0.97]);
    }

    async fn a_search_strengthens_what_led_to_its_hits_when_it_is_flushed(app: TestApp) {
        let member = app.member();
        let known = Known::keep(&app, &member).await;
        let rows = app.store();
        let head = rows.memory_index().head().await.expect("a look");
        let found = search(&member, "What does Ana do?").await;
        assert_eq!((&found["hits"][0]["memory_id"], &found["hits"][0]["sources"]["graph"]["rank"]), (&known.asked["id"], &json!(1)));
        near(known.weights(&member).await, [left(), left()]);
        assert_eq!(rows.memory_index().head().await.expect("a look"), head);
        stop(&app).await;
        near(known.weights(&member).await, [left() + 0.1, left()]);
    }

    async fn a_hit_that_is_not_answered_strengthens_nothing(app: TestApp) {
        let member = app.member();
        let known = Known::keep(&app, &member).await;
        let body = json!({"query": "What do Ana and Bea do?", "limit": 1});
        let found = member.post("/memory/search").json(&body).await.expect(200);
        assert_eq!(found["hits"].as_array().map(Vec::len), Some(1), "{found}");
        app.other_member().get("/memory/graph?start=Ana").await.expect_problem(404, "not_found");
        stop(&app).await;
        let is_asked = found["hits"][0]["memory_id"] == known.asked["id"];
        let expected = if is_asked { [left() + 0.1, left()] } else { [left(), left() + 0.1] };
        near(known.weights(&member).await, expected);
    }

    async fn what_is_known_by_words_alone_gains_nothing(app: TestApp) {
        let member = app.member();
        let known = Known::keep(&app, &member).await;
        let body = json!({"query": "What does Ana do?", "tiers": ["daily", "profile"]});
        member.post("/memory/search").json(&body).await.expect(200);
        let found = search(&member, "who works on").await;
        assert_eq!(found["hits"][0]["sources"]["graph"], Value::Null, "{found}");
        stop(&app).await;
        near(known.weights(&member).await, [left(), left()]);
    }

    async fn an_evaluation_and_a_preview_are_no_uses(backend: TestBackend) {
        let talk = Talk::built(TestApp::builder(backend).memory(), json!({})).await;
        let admin = talk.app.admin();
        let known = Known::keep(&talk.app, &admin).await;
        let questions = json!([{"question": "What does Ana do?", "relevant": [known.asked["id"]]}]);
        let found = admin.post("/memory/evaluate").json(&json!({"questions": questions})).await.expect(200);
        assert_eq!(found["recall"]["mean"], 1.0);
        let session = admin.post("/sessions").json(&json!({"agent_id": crate::conversation::AGENT})).await.expect(201);
        let path = format!("/sessions/{}/context?message=What%20does%20Ana%20do", id_of(&session));
        let shown = admin.get(&path).await.expect(200);
        assert_eq!(shown["memories"][0]["id"], known.asked["id"], "{shown}");
        stop(&talk.app).await;
        near(known.weights(&admin).await, [left(), left()]);
    }

    async fn what_a_model_reads_in_a_turn_is_of_use(backend: TestBackend) {
        let builder = TestApp::builder(backend).memory().config(|config| config.memory.extraction = MemoryExtraction::Rules);
        let talk = Talk::built(builder, json!({})).await;
        let member = talk.app.member();
        let known = Known::keep(&talk.app, &member).await;
        talk.say("What does Ana do?").await;
        let read = talk.read_last();
        assert!(read.iter().any(|(_, content)| content.contains("Ana works on Kestrel.")), "{read:?}");
        stop(&talk.app).await;
        near(known.weights(&member).await, [left() + 0.1, left()]);
    }

    async fn what_a_model_asks_the_graph_for_is_of_use(backend: TestBackend) {
        let builder = TestApp::builder(backend).memory().config(|config| config.memory.extraction = MemoryExtraction::Rules);
        let talk = Talk::built(builder, json!({"tools": {"allow": ["graph_traverse"]}})).await;
        let member = talk.app.member();
        let known = Known::keep(&talk.app, &member).await;
        talk.will(Reply::Call(String::new(), vec![("call_1", "graph_traverse", r#"{"start": "ana"}"#)]));
        talk.say("zzz").await;
        assert!(talk.read_last().iter().any(|(role, content)| role == "tool" && content.contains("Kestrel")));
        stop(&talk.app).await;
        near(known.weights(&member).await, [left() + 0.1, left()]);
    }

    async fn the_flush_comes_by_itself(backend: TestBackend) {
        let often = |config: &mut astra_core::Config| {
            config.cron = serde_yaml::from_str("built_in: {memory_strengthening: {schedule: every 1s}}").expect("a section");
        };
        let app = TestApp::builder(backend).config(often).open().await;
        let member = app.member();
        let known = Known::keep(&app, &member).await;
        traverse(&member, "ana").await;
        while weight(&member, &known.asked).await < left() + 0.05 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        near(known.weights(&member).await, [left() + 0.1, left()]);
        stop(&app).await;
        near(known.weights(&member).await, [left() + 0.1, left()]);
    }

    async fn who_pauses_the_flush_has_no_strengthening(backend: TestBackend) {
        let paused = |config: &mut astra_core::Config| {
            config.cron = serde_yaml::from_str("built_in: {memory_strengthening: {paused: true}}").expect("a section");
        };
        let app = TestApp::builder(backend).config(paused).open().await;
        let member = app.member();
        let known = Known::keep(&app, &member).await;
        traverse(&member, "ana").await;
        stop(&app).await;
        near(known.weights(&member).await, [left(), left()]);
    }
}

#[tokio::test]
async fn each_gateway_flushes_its_own() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::builder(backend).open().await;
    let replica = app.replica().await;
    let here = app.member();
    let there = replica.bearer(&here.token().await);
    let known = Known::keep(&app, &here).await;
    traverse(&there, "ana").await;
    traverse(&here, "bea").await;
    replica.gateway().shutdown(Duration::ZERO).await;
    near(known.weights(&here).await, [left() + 0.1, left()]);
    stop(&app).await;
    near(known.weights(&here).await, [left() + 0.1, left() + 0.1]);
}
