//! `agents.clone`

use serde_json::{Value, json};

use super::{make, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn makes_a_second_agent_like_the_first(app: TestApp) {
        let made = make(&app, "a", "one").await;
        app.admin().put("/agents/a").json(&json!({"system_prompt": "two"})).await.expect(200);
        let answer = app.owner().post("/agents/a/clone").json(&json!({"id": "b", "display_name": "B"})).await;
        assert_eq!(answer.header("location"), "/agents/b");
        let cloned = answer.expect(201);
        assert_eq!((&cloned["version"], &cloned["system_prompt"]), (&json!(1), &json!("two")));
        assert_eq!(cloned["display_name"], "B");
        assert_ne!(cloned["created_by"], made["created_by"]);
        let old = app.admin().post("/agents/a/clone").json(&json!({"id": "c", "version": 1})).await.expect(201);
        assert_eq!((&old["system_prompt"], &old["metadata"]), (&json!("one"), &made["metadata"]));
        app.admin().put("/agents/b").json(&json!({})).await.expect(200);
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["system_prompt"], "two");
    }

    async fn clones_once_for_one_idempotency_key(app: TestApp) {
        let ask = |body: Value| app.admin().post("/agents/assistant/clone").header("idempotency-key", "key-1").json(&body);
        let first = ask(json!({"id": "b"})).await.expect(201);
        assert_eq!(ask(json!({"id": "b"})).await.expect(201), first);
        ask(json!({"id": "c"})).await.expect_problem(422, "idempotency_key_reused");
    }

    async fn is_not_for_another_workspace(app: TestApp) {
        make(&app, "a", "secret").await;
        app.other_workspace().post("/agents/a/clone").json(&json!({"id": "b"})).await.expect_problem(404, "not_found");
        let versioned = json!({"id": "b", "version": 1});
        app.other_workspace().post("/agents/a/clone").json(&versioned).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_what_cannot_be_made() {
    let app = TestApp::new().await;
    let path = "/agents/assistant/clone";
    app.admin().post(path).json(&json!({"id": "assistant"})).await.expect_problem(409, "conflict");
    app.admin().post(path).json(&json!({"id": "b", "version": 2})).await.expect_problem(404, "not_found");
    let problem = app.admin().post(path).json(&json!({"id": "import"})).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/id"]);
    app.admin().post("/agents/none/clone").json(&json!({"id": "b"})).await.expect_problem(404, "not_found");
    app.member().post(path).json(&json!({"id": "b"})).await.expect_problem(403, "forbidden");
    app.anonymous().post(path).json(&json!({"id": "b"})).await.expect_problem(401, "unauthorized");
}
