//! `agents.get_version`

use serde_json::json;

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_what_the_version_said(app: TestApp) {
        make(&app, "a", "one").await;
        app.admin().put("/agents/a").json(&json!({"system_prompt": "two"})).await.expect(200);
        for (version, prompt) in [(1, "one"), (2, "two")] {
            let shown = app.viewer().get(&format!("/agents/a/versions/{version}")).await.expect(200);
            assert_eq!((&shown["version"], &shown["agent_id"]), (&json!(version), &json!("a")));
            assert_eq!(shown["definition"]["system_prompt"], prompt);
            assert!(shown["label"].is_null());
        }
    }

    async fn shows_nothing_of_another_workspace(app: TestApp) {
        make(&app, "a", "one").await;
        app.other_workspace().get("/agents/a/versions/1").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_what_is_not_there() {
    let app = TestApp::new().await;
    for path in ["/agents/assistant/versions/2", "/agents/b/versions/1"] {
        app.viewer().get(path).await.expect_problem(404, "not_found");
    }
    for path in
        ["/agents/assistant/versions/0", "/agents/assistant/versions/one", "/agents/assistant/versions/4294967296"]
    {
        app.viewer().get(path).await.expect_problem(422, "invalid_request");
    }
    app.anonymous().get("/agents/assistant/versions/1").await.expect_problem(401, "unauthorized");
}
