//! `agents.delete`

use serde_json::json;

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn takes_the_agent_and_leaves_its_conversations(app: TestApp) {
        make(&app, "a", "").await;
        let turn = app.member().post("/chat").json(&json!({"agent_id": "a", "message": "Hello"})).await.expect(200);
        let session = turn["session_id"].as_str().expect("a session");
        app.admin().delete("/agents/a").await.expect(204);
        for path in ["/agents/a", "/agents/a/versions", "/agents/a/versions/1", "/agents/a/usage", "/agents/a/export"] {
            app.admin().get(path).await.expect_problem(404, "not_found");
        }
        let again = json!({"agent_id": "a", "message": "Hello", "session_id": session});
        app.member().post("/chat").json(&again).await.expect_problem(404, "not_found");
        let messages = app.member().get(&format!("/sessions/{session}/messages")).await.expect(200);
        assert_eq!(messages["data"].as_array().map(Vec::len), Some(2));
        // The id is free again, and its history begins anew.
        assert_eq!(make(&app, "a", "").await["version"], 1);
        app.member().post("/chat").json(&again).await.expect(200);
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        make(&app, "a", "").await;
        let seen = app.viewer().get("/agents/a").await.header("etag").to_owned();
        app.admin().put("/agents/a").json(&json!({})).await.expect(200);
        app.admin().delete("/agents/a").header("if-match", &seen).await.expect_problem(412, "precondition_failed");
        app.viewer().get("/agents/a").await.expect(200);
    }

    async fn is_not_for_another_workspace(app: TestApp) {
        make(&app, "a", "").await;
        app.other_workspace().delete("/agents/a").await.expect_problem(404, "not_found");
        app.viewer().get("/agents/a").await.expect(200);
        app.viewer().get("/agents/a/versions/1").await.expect(200);
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    make(&app, "a", "").await;
    app.admin().delete("/agents/b").await.expect_problem(404, "not_found");
    app.member().delete("/agents/a").await.expect_problem(403, "forbidden");
    app.anonymous().delete("/agents/a").await.expect_problem(401, "unauthorized");
    app.viewer().get("/agents/a").await.expect(200);
}
