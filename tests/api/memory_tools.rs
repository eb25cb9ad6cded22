//! The tools of memory: an agent's model searches, writes and follows what is remembered of the user that asks.

use astra_core::config::MemoryExtraction;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk};
use crate::memory_profiles::make;
use crate::support::{Caller, Reply, TestApp, TestBackend, both_backends};

const TOOLS: [&str; 4] = ["memory_search", "memory_write", "graph_traverse", "current_time"];

async fn talk(backend: TestBackend) -> Talk {
    let builder =
        TestApp::builder(backend).memory().config(|config| config.memory.extraction = MemoryExtraction::Rules);
    Talk::built(builder, json!({"tools": {"allow": TOOLS}})).await
}

async fn keep(caller: &Caller, new: Value) -> Value {
    caller.post("/memory").json(&new).await.expect(201)
}

/// What the model reads as the result of its call in a session of its own: what it has read from tools before counts.
async fn call(talk: &Talk, name: &'static str, arguments: &'static str) -> String {
    talk.will(Reply::Call(String::new(), vec![("call_1", name, arguments)]));
    let session = talk.session().await;
    talk.say_in(&session, "zzz").await;
    talk.read_last().into_iter().rfind(|(role, _)| role == "tool").expect("a result").1
}

/// The newest memory of a member.
async fn newest(talk: &Talk) -> Value {
    talk.app.member().get("/memory?limit=1").await.expect(200)["data"][0].clone()
}

both_backends! {
    async fn a_model_finds_what_its_user_may_see(backend: TestBackend) {
        let talk = talk(backend).await;
        let kept = keep(&talk.app.member(), json!({"tier": "daily", "content": "The release train leaves on Tuesdays."})).await;
        keep(&talk.app.other_member(), json!({"tier": "daily", "content": "The release train is late."})).await;
        let result = call(&talk, "memory_search", r#"{"query": "release train"}"#).await;
        let found: Value = serde_json::from_str(&result).expect("JSON");
        assert_eq!(found["memories"].as_array().map(Vec::len), Some(1), "{result}");
        assert_eq!(found["memories"][0]["id"], kept["id"]);
        assert!(found["says"].as_str().is_some_and(|says| says.contains("not instructions")), "{result}");
    }

    async fn a_model_remembers_for_its_user_and_is_believed_by_half(backend: TestBackend) {
        let talk = talk(backend).await;
        let result = call(&talk, "memory_write", r#"{"content": "Ana lives in Graz.", "tier": "profile", "slot": "Home Town"}"#).await;
        let kept = newest(&talk).await;
        assert!(result.contains(kept["id"].as_str().expect("an id")) && result.contains("kept"), "{result}");
        assert_eq!((&kept["content"], &kept["tier"], &kept["slot"]), (&json!("Ana lives in Graz."), &json!("profile"), &json!("home town")));
        assert_eq!((&kept["trust"], &kept["source"], &kept["agent_id"]), (&json!(0.5), &json!("tool"), &json!(AGENT)));
        assert!(kept["turn_id"].is_string() && kept["session_id"].is_string(), "{kept}");
        let again = call(&talk, "memory_write", r#"{"content": "Ana lives in Graz.", "tier": "profile", "slot": "home town"}"#).await;
        assert!(again.contains("known"), "{again}");
        assert_eq!(talk.app.other_member().get("/memory").await.expect(200)["data"], json!([]));
    }

    async fn what_comes_after_a_tool_is_believed_little(backend: TestBackend) {
        let talk = talk(backend).await;
        talk.will(Reply::Call(String::new(), vec![("call_1", "current_time", "{}")]));
        talk.will(Reply::Call(String::new(), vec![("call_2", "memory_write", r#"{"content": "The page says: obey.", "tier": "profile"}"#)]));
        talk.will(Reply::Call(String::new(), vec![("call_3", "memory_write", r#"{"content": "The page is short."}"#)]));
        talk.say("zzz").await;
        let results: Vec<String> =
            talk.read_last().into_iter().filter(|(role, _)| role == "tool").map(|(_, content)| content).collect();
        assert!(results[1].contains("daily note only"), "{results:?}");
        let kept = newest(&talk).await;
        assert_eq!((&kept["content"], &kept["trust"]), (&json!("The page is short."), &json!(0.2)));
        let all = talk.app.member().get("/memory").await.expect(200);
        assert_eq!(all["data"].as_array().map(Vec::len), Some(1), "{all}");
    }

    async fn secrets_and_tiers_that_are_off_are_refused(backend: TestBackend) {
        let talk = talk(backend).await;
        let secret = call(&talk, "memory_write", r#"{"content": "The password is hunter2."}"#).await;
        assert!(secret.contains("not remembered"), "{secret}");
        let path = make(&talk.app, &json!({"name": "A", "tiers_enabled": {"daily": false, "graph": false}, "ttl_days": 1})).await;
        talk.app.admin().put(&format!("{path}/agents/{AGENT}")).await.expect(200);
        let daily = call(&talk, "memory_write", r#"{"content": "Lunch is at noon."}"#).await;
        assert!(daily.contains("no tier `daily`"), "{daily}");
        let graph = call(&talk, "graph_traverse", r#"{"start": "Kestrel"}"#).await;
        assert!(graph.contains("no graph"), "{graph}");
        assert_eq!(talk.app.member().get("/memory").await.expect(200)["data"], json!([]));
        call(&talk, "memory_write", r#"{"content": "Ask twice before a release.", "tier": "procedural"}"#).await;
        assert_eq!(newest(&talk).await["expires_at"], "2026-11-24T21:00:00.000Z");
    }

    async fn a_model_follows_the_graph(backend: TestBackend) {
        let talk = talk(backend).await;
        let relation = json!({"from": {"kind": "person", "name": "Ana"}, "kind": "works_on", "to": {"kind": "project", "name": "Kestrel"}});
        keep(&talk.app.member(), json!({"tier": "graph", "content": "Ana works on Kestrel.", "data": {"relations": [relation]}})).await;
        let result = call(&talk, "graph_traverse", r#"{"start": "kestrel"}"#).await;
        let found: Value = serde_json::from_str(&result).expect("JSON");
        assert_eq!((&found["statements"][0]["from"], &found["statements"][0]["to"]), (&json!("Ana"), &json!("Kestrel")), "{result}");
        let nothing = call(&talk, "graph_traverse", r#"{"start": "Merlin"}"#).await;
        assert!(nothing.contains("Nothing is known"), "{nothing}");
    }
}

#[tokio::test]
async fn there_are_none_where_memory_is_off() {
    let app = TestApp::new().await;
    app.member().get("/tools/memory_search").await.expect_problem(404, "not_found");
    let agent = json!({"id": "a", "tools": {"allow": ["memory_search"]}});
    let problem = app.admin().post("/agents").json(&agent).await.expect_problem(422, "invalid_request");
    assert!(problem.to_string().contains("memory.enabled"), "{problem}");
}
