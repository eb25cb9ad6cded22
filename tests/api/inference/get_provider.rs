//! `inference.get_provider`

use serde_json::json;

use crate::support::{Reply, TestApp, TestBackend, Upstream, both_backends};

both_backends! {
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

#[tokio::test]
async fn what_a_provider_said_of_one_workspace_is_not_shown_to_others() {
    let upstream = Upstream::start().await;
    let app = TestApp::builder(TestBackend::sqlite()).upstream("house", &upstream.url()).open().await;
    app.member().post("/chat").json(&json!({"agent_id": "assistant", "message": "Hello."})).await.expect(200);
    upstream.will(Reply::Status(400, None));
    app.member().post("/chat").json(&json!({"agent_id": "assistant", "message": "Hello?"})).await.expect(502);
    let answer = app.other_workspace().get("/inference/providers/house").await;
    assert!(!answer.text().contains("own words"), "{}", answer.text());
    let house = answer.expect(200);
    assert_eq!((&house["requests"], &house["errors"]), (&2.into(), &1.into()));
    assert!(house["latency_p50_ms"].is_number());
    assert_eq!(house["last_error"], json!({"kind": "refused", "at": "2026-11-23T21:00:00.000Z"}));
}
