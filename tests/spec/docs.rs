//! The API reference: files for a browser, beside the contract.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::support::TestApp;

#[tokio::test]
async fn the_page_asks_nobody_but_the_gateway() {
    let app = TestApp::new().await;
    let page = app.anonymous().get("/docs").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';") && policy.contains("frame-ancestors 'none'"));
    let text = page.text();
    assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("<script>"), "{text}");
    for source in text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert_eq!(app.anonymous().get(&format!("/{source}")).await.status, 200, "{source}");
    }
}

#[tokio::test]
async fn the_script_is_whole_and_kept_by_the_browser() {
    let app = TestApp::new().await;
    let uri = "/docs/scalar-1.72.1.js";
    let script = app.anonymous().get(uri).header("accept-encoding", "gzip, br").await;
    assert_eq!(script.header("content-encoding"), "gzip");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    let mut text = String::new();
    GzDecoder::new(&script.bytes[..]).read_to_string(&mut text).expect("gzip");
    assert!(text.contains("createApiReference"));
    let again = app.anonymous().get(uri).header("if-none-match", script.header("etag")).await;
    assert_eq!(again.status, 304);
    assert!(again.bytes.is_empty());
    app.anonymous().get(uri).header("accept-encoding", "identity").await.expect_problem(406, "not_acceptable");
}

#[tokio::test]
async fn the_gateway_itself_leads_to_the_page() {
    let app = TestApp::new().await;
    for (uri, target) in [("/", "docs"), ("/docs/", "../docs")] {
        let answer = app.anonymous().get(uri).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (307, target));
    }
}

#[tokio::test]
async fn it_can_only_be_read() {
    let app = TestApp::new().await;
    for uri in ["/docs", "/docs/page.js", "/"] {
        let answer = app.anonymous().post(uri).await;
        assert_eq!(answer.header("allow"), "GET, HEAD");
        answer.expect_problem(405, "method_not_allowed");
    }
}
