//! Pages of other origins: the allowed ones may call every operation from a browser, the others none.

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;

use crate::support::{Engine, TestApp};

async fn app(allowed: &[&str]) -> TestApp {
    let allowed = allowed.iter().map(|origin| (*origin).to_owned()).collect();
    TestApp::builder(Engine::sqlite()).config(|config| config.allowed_origins = allowed).open().await
}

/// What a browser asks before it lets a page send a request that is out of the ordinary.
async fn ask_beforehand(app: &TestApp, origin: &str) -> (StatusCode, HeaderMap) {
    let request =
        Request::options("/openapi.json").header("origin", origin).header("access-control-request-method", "GET");
    let request = request.body(Body::empty()).expect("a request");
    let answer = app.gateway_router().oneshot(request).await.expect("the router never fails");
    (answer.status(), answer.headers().clone())
}

#[tokio::test]
async fn an_allowed_page_may_ask_and_read() {
    let app = app(&["https://one.example", "https://two.example:8443"]).await;
    let (status, headers) = ask_beforehand(&app, "https://two.example:8443").await;
    assert_eq!(status, 204);
    assert_eq!(headers["access-control-allow-origin"], "https://two.example:8443");
    assert_eq!(headers["access-control-allow-methods"], "GET, HEAD");
    assert!(headers["access-control-allow-headers"].to_str().expect("text").contains("authorization"));
    assert!(headers.contains_key("x-request-id"));

    let answer = app.viewer().get("/openapi.json").header("origin", "https://one.example").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "https://one.example");
    assert!(answer.headers.get_all("vary").iter().any(|value| value == "origin"), "{:?}", answer.headers);
    answer.expect(200);
}

#[tokio::test]
async fn an_allowed_page_may_read_why_it_was_refused() {
    let app = app(&["*"]).await;
    let answer = app.anonymous().get("/openapi.json").header("origin", "https://any.example").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "https://any.example");
    answer.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn other_pages_are_told_nothing() {
    let app = app(&["https://one.example"]).await;
    for origin in ["https://two.example", "https://one.example.evil.example", "http://one.example", "null"] {
        let (status, headers) = ask_beforehand(&app, origin).await;
        assert_eq!(status, 405, "{origin}");
        assert!(!headers.contains_key("access-control-allow-origin"), "{origin}: {headers:?}");
    }
    let answer = app.viewer().get("/openapi.json").header("origin", "https://two.example").await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"), "{:?}", answer.headers);
    assert!(answer.headers.get_all("vary").iter().any(|value| value == "origin"), "a cache must tell them apart");
}

#[tokio::test]
async fn without_configuration_there_is_no_trace_of_it() {
    let app = TestApp::new().await;
    let answer = app.viewer().get("/openapi.json").header("origin", "https://one.example").await;
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    assert!(!answer.headers.get_all("vary").iter().any(|value| value == "origin"));
    assert_eq!(ask_beforehand(&app, "https://one.example").await.0, 405);
}

#[test]
fn what_is_no_origin_is_refused_by_name() {
    let faults = |origin: &str| {
        let config = astra_core::Config { allowed_origins: vec![origin.to_owned()], ..astra_core::Config::default() };
        config.validate()
    };
    for good in ["*", "https://app.example.com", "http://localhost:5173", "http://[::1]:80"] {
        assert!(faults(good).is_empty(), "{good}: {:?}", faults(good));
    }
    for bad in ["", "app.example.com", "https://app.example.com/", "https://", "https://App.example.com", "https://a b"]
    {
        assert_eq!(faults(bad).len(), 1, "{bad}");
        assert_eq!(faults(bad)[0].key, "allowed_origins");
    }
}
