//! Pages of other origins: the allowed ones may call every operation from a browser, the others none.

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt;

use crate::support::{TestApp, TestBackend};

async fn app(allowed: &[&str]) -> TestApp {
    let allowed = allowed.iter().map(|origin| (*origin).to_owned()).collect();
    TestApp::builder(TestBackend::sqlite()).config(|config| config.allowed_origins = allowed).open().await
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

/// What a page's browser asks before the page may send `method` to `path` with the header fields `named`.
async fn preflight(app: &TestApp, path: &str, method: &str, named: &str) -> (StatusCode, HeaderMap) {
    let request = Request::options(path).header("host", "localhost").header("origin", "https://one.example");
    let request = request.header("access-control-request-method", method);
    let request = request.header("access-control-request-headers", named).body(Body::empty()).expect("a request");
    let answer = app.standalone_router().oneshot(request).await.expect("the router never fails");
    (answer.status(), answer.headers().clone())
}

#[tokio::test]
async fn an_allowed_page_may_send_the_headers_that_its_client_sends() {
    let app = app(&["https://one.example"]).await;
    let named = "authorization,content-type,x-stainless-os,x-stainless-retry-count";
    // The last two are answered 404 and 405, which the page may read too.
    for (path, method, methods) in [
        ("/chat", "POST", "POST"),
        ("/nothing", "PATCH", "PATCH"),
        ("/health", "PUT", "GET, HEAD, PUT"),
        ("/docs", "POST", "POST"),
    ] {
        let (status, headers) = preflight(&app, path, method, named).await;
        assert_eq!(status, 204, "{path}");
        assert_eq!(headers["access-control-allow-origin"], "https://one.example", "{path}");
        assert_eq!(headers["access-control-allow-headers"], named, "{path}");
        assert_eq!(headers["access-control-allow-methods"], methods, "{path}");
    }
    for (answer, status) in [(app.viewer().get("/nothing"), 404), (app.viewer().put("/health"), 405)] {
        let answer = answer.header("origin", "https://one.example").await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["access-control-allow-origin"], "https://one.example");
        let exposed = answer.headers["access-control-expose-headers"].to_str().expect("text");
        for read_by_sdks in ["retry-after", "retry-after-ms", "x-request-id", "x-should-retry", "location", "etag"] {
            assert!(exposed.split(", ").any(|name| name == read_by_sdks), "{read_by_sdks} of {exposed}");
        }
    }
}

#[tokio::test]
async fn what_is_no_list_of_headers_is_not_repeated() {
    let app = app(&["*"]).await;
    for named in ["a b", "x-a,,x-b", "x-a: y", &"x".repeat(5_000), ""] {
        let (status, headers) = preflight(&app, "/chat", "POST", named).await;
        assert_eq!(status, 204);
        let allowed = headers["access-control-allow-headers"].to_str().expect("text");
        assert!(allowed.starts_with("authorization, content-type"), "{named:?}: {allowed}");
    }
}

#[tokio::test]
async fn a_desktop_program_may_be_an_origin() {
    let app = app(&["app://obsidian.md"]).await;
    let answer = app.anonymous().get("/health").header("origin", "app://obsidian.md").await;
    assert_eq!(answer.headers["access-control-allow-origin"], "app://obsidian.md");
    let other = app.anonymous().get("/health").header("origin", "app://obsidian.md.evil.example").await;
    assert!(!other.headers.contains_key("access-control-allow-origin"));
}

#[test]
fn what_is_no_origin_is_refused_by_name() {
    let faults = |origin: &str| {
        let config = astra_core::Config { allowed_origins: vec![origin.to_owned()], ..astra_core::Config::default() };
        config.validate()
    };
    for good in [
        "*",
        "https://app.example.com",
        "http://localhost:5173",
        "http://[::1]:8080",
        "app://obsidian.md",
        "tauri://localhost",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "vscode-webview://1A2b-3c",
        "capacitor://localhost:8100",
    ] {
        assert!(faults(good).is_empty(), "{good}: {:?}", faults(good));
    }
    for bad in [
        "",
        "null",
        "app.example.com",
        "https://app.example.com/",
        "https://",
        "://app",
        "https://App.example.com",
        "https://a b",
        "https://a:b",
        "https://a:",
        "https://a:70000",
        "https://a:443",
        "http://[::1]:80",
        "http://[::g]",
        "App://obsidian.md",
        "1app://x",
        "app://user@host",
        "app://host/path",
        "file://",
    ] {
        assert_eq!(faults(bad).len(), 1, "{bad}");
        assert_eq!(faults(bad)[0].key, "allowed_origins");
    }
}
