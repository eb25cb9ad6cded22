//! `tools.get`

use astra_core::auth::Role;
use serde_json::json;

use super::make_agent;
use crate::support::{TestApp, TestBackend, both_backends};

both_backends! {
    async fn a_tool_says_what_it_is(app: TestApp) {
        let tool = app.viewer().get("/tools/current_time").await.expect(200);
        assert_eq!((&tool["name"], &tool["source"], &tool["decision"]), (&json!("current_time"), &json!("built_in"), &json!(null)));
        assert_eq!((&tool["is_read_only"], &tool["is_destructive"], &tool["timeout_ms"]), (&json!(true), &json!(false), &json!(30_000)));
        assert_eq!(tool["parameters"]["additionalProperties"], false);
        make_agent(&app).await;
        assert_eq!(app.viewer().get("/tools/current_time?agent_id=clock").await.expect(200)["decision"], "allowed");
        assert_eq!(app.viewer().get("/tools/calculate?agent_id=clock").await.expect(200)["decision"], "denied");
    }

    async fn what_is_not_there_is_not_found(app: TestApp) {
        for path in ["/tools/not_there", "/tools/search_tools", "/tools/http_fetch", "/tools/current_time?agent_id=nobody"] {
            app.viewer().get(path).await.expect_problem(404, "not_found");
        }
        app.viewer().get("/tools/a.b").await.expect_problem(422, "invalid_request");
        app.anonymous().get("/tools/current_time").await.expect_problem(401, "unauthorized");
        app.scoped(Role::Viewer, "spec:read").get("/tools/current_time").await.expect_problem(403, "forbidden");
        make_agent(&app).await;
        app.other_workspace().get("/tools/current_time?agent_id=clock").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_tool_that_is_turned_on_is_there() {
    let builder = TestApp::builder(TestBackend::sqlite());
    let app = builder.config(|config| (config.tools.http_fetch, config.tools.timeout_s) = (true, 7)).open().await;
    assert_eq!(app.viewer().get("/tools/http_fetch").await.expect(200)["timeout_ms"], 7_000);
}
