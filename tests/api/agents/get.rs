//! `agents.get`

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_an_agent(app: TestApp) {
        let made = make(&app, "a", "Hello.").await;
        assert_eq!(app.viewer().get("/agents/a").await.expect(200), made);
        assert_eq!(made["display_name"], serde_json::Value::Null);
        assert_eq!(made["on_busy"], "queue");
    }

    async fn shows_nothing_of_another_workspace(app: TestApp) {
        make(&app, "a", "").await;
        app.other_workspace().get("/agents/a").await.expect_problem(404, "not_found");
        app.viewer().get("/agents/b").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_what_is_no_id() {
    let app = TestApp::new().await;
    app.viewer().get("/agents/A").await.expect_problem(422, "invalid_request");
    app.viewer().get("/agents/%FF").await.expect_problem(400, "bad_request");
    app.viewer().get("/agents/%00").await.expect_problem(422, "invalid_request");
    app.anonymous().get("/agents/a").await.expect_problem(401, "unauthorized");
}
