//! The host's operations under the gateway's contract: the right callers, the wrong ones, those of another workspace.

use astra_core::auth::Role;
use axum::Router;
use axum::body::Body;
use http::{Method, Request};
use serde_json::json;
use tower::ServiceExt;

use crate::invoices;
use crate::support::{OnBackend, TestApp, TestBackend, both_backends};

/// A gateway with the host's operations.
struct Host(TestApp);

impl OnBackend for Host {
    async fn on(backend: TestBackend) -> Self {
        Self(TestApp::builder(backend).routes(invoices::routes()).open().await)
    }
}

both_backends! {
    async fn the_right_callers_get_in(host: Host) {
        let invoice = json!({"id": "i17", "cents": -250});
        let made = host.0.admin().post("/invoices").json(&invoice).await;
        for header in ["x-request-id", "ratelimit", "ratelimit-policy"] {
            made.header(header);
        }
        assert_eq!(made.expect(201), invoice);
        assert_eq!(host.0.viewer().get("/invoices/i17").await.expect(200), invoice);
        assert_eq!(host.0.viewer().get("/invoices?limit=1").await.expect(200), json!([invoice]));
        assert_eq!(host.0.scoped(Role::Viewer, "chat:send").get("/invoices").await.expect(200), json!([invoice]));
        host.0.anonymous().get("/prices/truth").await.expect(200);
        assert_eq!(host.0.viewer().ask(Method::HEAD, "/invoices/i17").await.status, 200);
    }

    async fn to_another_workspace_there_is_nothing(host: Host) {
        host.0.admin().post("/invoices").json(&json!({"id": "i17", "cents": 1})).await.expect(201);
        assert_eq!(host.0.other_workspace().get("/invoices").await.expect(200), json!([]));
        host.0.other_workspace().get("/invoices/i17").await.expect_problem(404, "not_found");
    }
}

async fn host() -> TestApp {
    Host::on(TestBackend::sqlite()).await.0
}

#[tokio::test]
async fn the_wrong_callers_do_not() {
    let app = host().await;
    let invoice = json!({"id": "i17", "cents": 1});
    for caller in [app.anonymous(), app.bearer("nonsense")] {
        for uri in ["/invoices", "/invoices/i17", "/invoices/i17/events"] {
            let answer = caller.get(uri).await;
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
            answer.expect_problem(401, "unauthorized");
        }
    }
    app.member().post("/invoices").json(&invoice).await.expect_problem(403, "forbidden");
    let problem = app.scoped(Role::Owner, "agents:read").post("/invoices").json(&invoice).await;
    let problem = problem.expect_problem(403, "forbidden");
    assert_eq!(problem["detail"], "This operation needs the scope agents:write, which the credential does not have.");
    let problem = app.scoped(Role::Owner, "chat:send").post("/invoices").json(&invoice).await;
    let problem = problem.expect_problem(403, "forbidden");
    assert_eq!(
        problem["detail"],
        "This operation needs the scope agents:read agents:write, which the credential does not have."
    );
    app.scoped(Role::Viewer, "chat:send").get("/invoices/i17").await.expect_problem(403, "forbidden");
    assert_eq!(app.owner().get("/invoices").await.expect(200), json!([]), "nothing was written");
}

#[tokio::test]
async fn what_is_not_documented_does_not_reach_the_handler() {
    let app = host().await;
    let told = |problem: serde_json::Value| problem["errors"][0]["pointer"].as_str().map(str::to_owned);
    let problem = app.viewer().get("/invoices?limit=11").await.expect_problem(422, "invalid_request");
    assert_eq!(told(problem).as_deref(), Some("query/limit"));
    let problem = app.viewer().get("/invoices?other=1").await.expect_problem(422, "invalid_request");
    assert_eq!(told(problem).as_deref(), Some("query/other"));
    let problem = app.viewer().get("/invoices/I-17").await.expect_problem(422, "invalid_request");
    assert_eq!(told(problem).as_deref(), Some("path/invoice_id"));
    let post = || app.admin().post("/invoices");
    let problem = post().json(&json!({"id": "i1", "cents": 1, "more": 1})).await.expect_problem(422, "invalid_request");
    assert_eq!(told(problem).as_deref(), Some("/more"));
    post().json(&json!({"id": "i1", "cents": 1i64 << 40})).await.expect_problem(422, "invalid_request");
    post().body("text/plain", "{}").await.expect_problem(415, "unsupported_media_type");
    post().body("application/json", "{").await.expect_problem(400, "bad_request");
    post().body("application/json", vec![b' '; 2 << 20]).await.expect_problem(413, "payload_too_large");
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packer, br#"{"id": "packed", "cents": 1}"#).expect("packed");
    let packed = packer.finish().expect("packed");
    let taken = post().body("application/json", packed).header("content-encoding", "gzip").await.expect(201);
    assert_eq!(taken["id"], "packed", "the handler reads it as if it had come as it is");
    app.viewer().get("/invoices").header("accept", "text/html").await.expect_problem(406, "not_acceptable");
    let answer = app.admin().delete("/invoices").await;
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    answer.expect_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn it_holds_below_a_prefix_of_the_hosts_router_too() {
    let app = host().await;
    app.admin().post("/invoices").json(&json!({"id": "i17", "cents": 1})).await.expect(201);
    #[expect(clippy::disallowed_methods, reason = "as a host does it")]
    let router = Router::new().nest("/gateway", app.gateway_router());
    let token = app.viewer().token().await;
    for (uri, status) in [("/gateway/invoices/i17", 200), ("/gateway/invoices/I17", 422), ("/invoices/i17", 404)] {
        let request = Request::get(uri).header("authorization", format!("Bearer {token}"));
        let answer = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.expect("an answer").status(), status, "{uri}");
    }
}

#[tokio::test]
async fn a_panic_of_the_host_is_one_requests_problem() {
    let app = host().await;
    app.anonymous().get("/prices/panic").await.expect_problem(500, "internal");
    app.anonymous().get("/prices/truth").await.expect(200);
}

#[tokio::test]
async fn floods_are_refused_before_the_host_is_asked() {
    let builder = TestApp::builder(TestBackend::sqlite()).routes(invoices::routes());
    let app = builder.config(|config| config.limits.token_requests_per_s = 2).open().await;
    for _ in 0..2 {
        app.viewer().get("/invoices").await.expect(200);
    }
    app.viewer().get("/invoices").await.expect_problem(429, "rate_limited");
}

#[tokio::test]
async fn a_stream_of_the_host_is_documented_event_by_event() {
    let app = host().await;
    let mut answer = app.viewer().get("/invoices/i17/events").await;
    let first = answer.next_event().await;
    assert_eq!(first.map(|event| event.data), Some(json!({"type": "sent", "id": "i17"})));
    assert_eq!(answer.next_event().await.map(|event| event.event).as_deref(), Some("paid"));
    assert!(answer.next_event().await.is_none());
}

#[tokio::test]
async fn the_gateways_own_operations_are_as_they_were() {
    let app = host().await;
    app.anonymous().get("/health").await.expect(200);
    app.viewer().get("/agents").await.expect(200);
    app.member().post("/agents").json(&json!({"id": "x"})).await.expect_problem(403, "forbidden");
    app.viewer().get("/nothing").await.expect_problem(404, "not_found");
}
