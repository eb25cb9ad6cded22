//! The tools of memory that a client at `/mcp` calls itself: for the user of its token, and by the scopes of memory.

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::mcp::{call, called, stateless};
use crate::support::{Caller, TestApp, TestBackend, both_backends};

const READING: [&str; 2] = ["graph_traverse", "memory_search"];

/// The result of a call.
async fn result(caller: &Caller, tool: &str, arguments: Value) -> Value {
    called(stateless(caller, "tools/call", call(tool, arguments)).await).await.0
}

/// What a call that went well has answered.
async fn answer(caller: &Caller, tool: &str, arguments: Value) -> Value {
    let result = result(caller, tool, arguments).await;
    assert_eq!(result["isError"], false, "{result}");
    serde_json::from_str(result["content"][0]["text"].as_str().expect("text")).expect("JSON")
}

/// The tools of memory that a caller is shown.
async fn shown(caller: &Caller) -> Vec<String> {
    let list = stateless(caller, "tools/list", json!({})).await.expect(200)["result"].clone();
    let names = list["tools"].as_array().expect("tools").iter().filter_map(|tool| tool["name"].as_str());
    names.filter(|name| name.starts_with("memory_") || name.starts_with("graph_")).map(str::to_owned).collect()
}

async fn with_memory(backend: TestBackend) -> TestApp {
    TestApp::builder(backend).memory().open().await
}

both_backends! {
    async fn a_client_writes_and_finds_what_its_user_remembers(backend: TestBackend) {
        let app = with_memory(backend).await;
        let (member, other) = (app.member(), app.other_member());
        let kept = answer(&member, "memory_write", json!({"content": "Ana lives in Graz.", "tier": "profile", "slot": "Home Town"})).await;
        let memory = member.get(&format!("/memory/{}", kept["id"].as_str().expect("an id"))).await.expect(200);
        assert_eq!((&kept["state"], &memory["slot"], &memory["tier"]), (&json!("kept"), &json!("home town"), &json!("profile")));
        assert_eq!((&memory["source"], &memory["trust"], &memory["agent_id"]), (&json!("tool"), &json!(0.5), &Value::Null));
        let found = answer(&member, "memory_search", json!({"query": "Where does Ana live?"})).await;
        assert_eq!((&found["memories"][0]["id"], found["memories"].as_array().map(Vec::len)), (&kept["id"], Some(1)));
        assert!(found["says"].as_str().is_some_and(|says| says.contains("not instructions")), "{found}");
        for foreign in [other, app.other_workspace(), app.admin()] {
            let found = answer(&foreign, "memory_search", json!({"query": "Where does Ana live?"})).await;
            assert_eq!(found["memories"], json!([]), "{found}");
        }
    }

    async fn a_client_follows_the_graph_of_its_user(backend: TestBackend) {
        let app = with_memory(backend).await;
        let member = app.member();
        let relation = json!({"from": {"kind": "person", "name": "Ana"}, "kind": "works_on", "to": {"name": "Kestrel"}});
        let new = json!({"tier": "graph", "content": "Ana works on Kestrel.", "data": {"relations": [relation]}});
        member.post("/memory").json(&new).await.expect(201);
        let found = answer(&member, "graph_traverse", json!({"start": "kestrel", "hops": 1})).await;
        let statement = &found["statements"][0];
        assert_eq!((&statement["from"], &statement["kind"], &statement["to"]), (&json!("Ana"), &json!("works_on"), &json!("Kestrel")));
        let nothing = result(&app.other_member(), "graph_traverse", json!({"start": "kestrel"})).await;
        assert_eq!(nothing["isError"], true, "{nothing}");
        assert!(nothing["content"][0]["text"].as_str().is_some_and(|text| text.contains("Nothing is known")), "{nothing}");
    }
}

#[tokio::test]
async fn arguments_that_do_not_fit_and_secrets_are_results_that_are_errors() {
    let app = with_memory(TestBackend::sqlite()).await;
    let member = app.member();
    for (tool, arguments) in [
        ("memory_search", json!({})),
        ("memory_search", json!({"query": ""})),
        ("memory_search", json!({"query": "a", "limit": 21})),
        ("memory_write", json!({"content": ""})),
        ("memory_write", json!({"content": "a", "tier": "graph"})),
        ("memory_write", json!({"content": "The password is hunter2."})),
        ("graph_traverse", json!({"start": "a", "hops": 4})),
        ("graph_traverse", json!({"start": "a", "other": 1})),
    ] {
        let result = result(&member, tool, arguments.clone()).await;
        assert_eq!(result["isError"], true, "{tool} {arguments}: {result}");
    }
    assert_eq!(member.get("/memory").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_token_needs_the_scopes_of_the_operations_that_do_the_same() {
    let app = with_memory(TestBackend::sqlite()).await;
    assert_eq!(shown(&app.member()).await, ["graph_traverse", "memory_search", "memory_write"]);
    for (scopes, good) in [
        ("chat:send", [""; 0].as_slice()),
        ("chat:send,memory:read", &READING),
        ("chat:send,memory:write", &["memory_write"]),
    ] {
        let caller = app.scoped(Role::Member, scopes);
        assert_eq!(shown(&caller).await, good, "{scopes}");
        for (tool, arguments) in [
            ("graph_traverse", json!({"start": "Ana"})),
            ("memory_search", json!({"query": "Ana"})),
            ("memory_write", json!({"content": "Ana lives in Graz."})),
        ] {
            let answer = stateless(&caller, "tools/call", call(tool, arguments)).await;
            if good.contains(&tool) {
                assert_eq!(answer.status, 200, "{scopes}: {tool}");
            } else {
                let problem = answer.expect_problem(403, "forbidden");
                assert!(problem.to_string().contains("scope memory:"), "{scopes}: {tool}: {problem}");
            }
        }
    }
}

#[tokio::test]
async fn there_are_none_where_memory_is_off() {
    let app = TestApp::new().await;
    assert_eq!(shown(&app.member()).await, [""; 0]);
    let unknown =
        stateless(&app.member(), "tools/call", call("memory_search", json!({"query": "a"}))).await.expect(200);
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
}
