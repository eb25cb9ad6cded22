//! `inference.get_provider`

use serde_json::json;

use crate::support::{TestApp, both_engines};

both_engines! {
    async fn echo_is_there(app: TestApp) {
        let echo = app.viewer().get("/inference/providers/echo").await.expect(200);
        let expected = json!({
            "name": "echo", "is_configured": true, "protocol": "echo", "base_url": null, "default_model": "echo",
            "circuit": "closed", "requests": 0, "errors": 0, "latency_p50_ms": null, "last_error": null,
        });
        assert_eq!(echo, expected);
        let openai = app.viewer().get("/inference/providers/openai").await.expect(200);
        assert_eq!((&openai["is_configured"], &openai["protocol"]), (&false.into(), &"openai".into()));
        assert_eq!(openai["base_url"], "https://api.openai.com/v1");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let app = TestApp::new().await;
    app.viewer().get("/inference/providers/nobody").await.expect_problem(404, "not_found");
    app.viewer().get("/inference/providers/No%20body").await.expect_problem(422, "invalid_request");
    app.anonymous().get("/inference/providers/echo").await.expect_problem(401, "unauthorized");
}
