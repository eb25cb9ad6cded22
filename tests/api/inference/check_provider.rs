//! `inference.check_provider`

use crate::support::{TestApp, TestBackend, Upstream, both_backends};

both_backends! {
    async fn echo_answers(app: TestApp) {
        let check = app.admin().post("/inference/providers/echo/check").await.expect(200);
        assert_eq!((&check["is_ok"], &check["error"]), (&true.into(), &serde_json::Value::Null));
        assert!(check["latency_ms"].as_f64().expect("a number") >= 0.0);
    }
}

#[tokio::test]
async fn a_real_call_is_made_and_its_failure_told() {
    let upstream = Upstream::start().await;
    let nowhere = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        format!("http://{}/v1", listener.local_addr().expect("an address"))
    };
    let app =
        TestApp::builder(TestBackend::sqlite()).upstream("up", &upstream.url()).upstream("down", &nowhere).open().await;
    assert_eq!(app.admin().post("/inference/providers/up/check").await.expect(200)["is_ok"], true);
    let check = app.admin().post("/inference/providers/down/check").await.expect(200);
    assert_eq!((&check["is_ok"], &check["error"]["kind"]), (&false.into(), &"connect".into()));
}

#[tokio::test]
async fn what_is_not_configured_cannot_be_checked() {
    let app = TestApp::new().await;
    app.admin().post("/inference/providers/openai/check").await.expect_problem(409, "conflict");
    app.admin().post("/inference/providers/nobody/check").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn the_wrong_callers_are_refused() {
    let app = TestApp::new().await;
    app.anonymous().post("/inference/providers/echo/check").await.expect_problem(401, "unauthorized");
    app.member().post("/inference/providers/echo/check").await.expect_problem(403, "forbidden");
}
