//! `http_fetch`: pages of a server on this machine, which the configuration allows, and what the guard refuses.

use astra_core::config::Ports;
use axum::Router;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{TestApp, TestBackend};

/// A server of pages, and a gateway that may fetch them.
struct Web {
    app: TestApp,
    port: u16,
}

impl Web {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(page)).await });
        let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
            config.tools.http_fetch = true;
            config.outbound.allowed_networks = vec!["127.0.0.1/32".parse().expect("a network")];
            config.outbound.allowed_ports = vec![Ports::from(port)];
        });
        Self { app: builder.open().await, port }
    }

    /// What the model reads of a URL, and whether that is an error.
    async fn fetch(&self, url: &str) -> (String, bool) {
        let call = json!({"arguments": {"url": url}});
        let answer = self.app.member().post("/tools/http_fetch/invoke").json(&call).await.expect(200);
        (answer["content"].as_str().expect("a text").to_owned(), answer["is_error"] == true)
    }

    async fn page(&self, path: &str) -> (String, bool) {
        self.fetch(&format!("http://127.0.0.1:{}{path}", self.port)).await
    }
}

async fn page(uri: Uri) -> axum::response::Response {
    let typed = |kind: &'static str, body: Vec<u8>| ([(CONTENT_TYPE, kind)], body).into_response();
    let leads_to = |place: &str| (StatusCode::FOUND, [(LOCATION, place.to_owned())]).into_response();
    match uri.path() {
        "/page" => {
            typed("text/html; charset=utf-8", b"<h1>News</h1><script>steal()</script><p>It <b>rains</b>.</p>".to_vec())
        }
        "/json" => typed("application/json", br#"{"rain": true}"#.to_vec()),
        "/latin" => typed("text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe".to_vec()),
        "/nul" => typed("text/plain", b"a\0b\xff".to_vec()),
        "/image" => typed("image/png", vec![0x89, b'P']),
        "/long" => typed("text/plain", vec![b'a'; 5 << 20]),
        "/moved" => leads_to("/page"),
        "/circle" => leads_to("/circle"),
        "/metadata" => leads_to("http://169.254.169.254/latest/meta-data"),
        "/private" => leads_to("http://10.0.0.1/"),
        "/file" => leads_to("file:///etc/passwd"),
        _ => (StatusCode::NOT_FOUND, "no such page").into_response(),
    }
}

#[tokio::test]
async fn a_page_is_read_as_text() {
    let web = Web::start().await;
    let (news, failed) = web.page("/page").await;
    assert!(!failed && news.contains("News") && news.contains("rains") && !news.contains("steal"), "{news}");
    assert!(news.starts_with(&format!("URL: http://127.0.0.1:{}/page\nStatus: 200\n\n", web.port)), "{news}");
    assert!(web.page("/json").await.0.ends_with(r#"{"rain": true}"#));
    assert!(web.page("/latin").await.0.ends_with("Grüße"));
    assert!(web.page("/nul").await.0.ends_with("a\u{fffd}b\u{fffd}"));
    let (moved, failed) = web.page("/moved").await;
    assert!(!failed && moved.contains("/page\n") && moved.contains("News"), "{moved}");
    let (long, failed) = web.page("/long").await;
    assert!(!failed && long.len() < 70_000 && long.contains("[cut: "), "{}", long.len());
}

#[tokio::test]
async fn what_is_no_page_and_where_no_one_may_go_is_told() {
    let web = Web::start().await;
    for (path, told) in [
        ("/image", "`image/png`, which is no text"),
        ("/nowhere", "Status: 404\n\nno such page"),
        ("/circle", "lead on too often"),
        ("/metadata", "may not be reached"),
        ("/private", "may not be reached"),
        ("/file", "http:// or https://"),
    ] {
        let (content, failed) = web.page(path).await;
        assert!(failed && content.contains(told), "{path}: {content}");
    }
    for (url, told) in [
        ("http://169.254.169.254/", "may not be reached"),
        ("http://[::1]/", "may not be reached"),
        ("http://127.0.0.1:9/", "port 9"),
        ("http://user:secret@127.0.0.1/", "user or a password"),
        ("file:///etc/passwd", "http:// or https://"),
        ("no url", "not fetched"),
    ] {
        let (content, failed) = web.fetch(url).await;
        assert!(failed && content.contains(told), "{url}: {content}");
    }
    let answer = web.app.member().post("/tools/http_fetch/invoke").json(&json!({"arguments": {}})).await;
    let problem: Value = answer.expect_problem(422, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/arguments", "{problem}");
}
