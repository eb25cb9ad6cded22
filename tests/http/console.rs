//! The console: a page and its files for a browser, beside the contract.

use std::collections::BTreeSet;
use std::io::Read;

use astra_core::Gateway;
use axum::Router;
use axum::body::Body;
use flate2::read::GzDecoder;
use http::{Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{TestApp, TestBackend};

/// Addresses of the page, with what its own addresses begin from there.
const ADDRESSES: [(&str, &str); 7] = [
    ("/console", "console/"),
    ("/console/", "./"),
    ("/console/traces", "./"),
    ("/console/traces?status=failed", "./"),
    ("/console/traces/trc_06a1b2c3d4e5q", "../"),
    ("/console/agents/helper/versions/3", "../../../"),
    ("/console/assets", "./"),
];

/// What stands between the mark and the next quote.
fn values<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

/// The files that the page names.
fn files(page: &str) -> BTreeSet<String> {
    values(page, "src=\"")
        .chain(values(page, "href=\""))
        .filter(|file| file.starts_with("assets/"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn each_address_is_the_same_page_with_the_way_to_its_files() {
    let app = TestApp::new().await;
    let mut pages = BTreeSet::new();
    for (address, base) in ADDRESSES {
        let page = app.anonymous().get(address).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"), "{address}");
        let element = format!("<base href=\"{base}\">");
        assert_eq!(page.text().matches("<base ").count(), 1, "{address}");
        assert!(page.text().contains(&element), "{address} is not {element}");
        pages.insert(page.text().replace(&element, ""));
    }
    assert_eq!(pages.len(), 1, "it is one page");
}

#[tokio::test]
async fn the_page_and_its_files_ask_this_gateway_alone() {
    let app = TestApp::new().await;
    let page = app.anonymous().get("/console").await;
    let files = files(&page.text());
    assert!(
        files.iter().any(|file| file.ends_with(".js")) && files.iter().any(|file| file.ends_with(".css")),
        "{files:?}"
    );
    let text = page.text();
    assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onload="), "{text}");
    assert!(text.matches("<script").count() == text.matches("<script type=\"module\" src=\"assets/").count(), "{text}");
    let mut answers = vec![page];
    for file in &files {
        answers.push(app.anonymous().get(&format!("/console/{file}")).await);
    }
    for answer in answers {
        assert_eq!(answer.status, 200);
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data: blob:",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            assert!(policy.split(';').any(|found| found.trim() == part), "{part} is not in {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("camera=()"));
    }
}

#[tokio::test]
async fn files_are_whole_and_kept_by_the_browser() {
    let app = TestApp::new().await;
    let page = app.anonymous().get("/console").await.text();
    for file in files(&page) {
        let uri = format!("/console/{file}");
        let answer = app.anonymous().get(&uri).header("accept-encoding", "gzip, br").await;
        assert_eq!(answer.header("content-encoding"), "gzip", "{uri}");
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        let kind = if file.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
        assert!(answer.header("content-type") == kind || file.ends_with(".svg"), "{uri}");
        let mut text = String::new();
        GzDecoder::new(&answer.bytes[..]).read_to_string(&mut text).expect("gzip");
        assert!(!text.is_empty(), "{uri}");
        let again = app.anonymous().get(&uri).header("if-none-match", answer.header("etag")).await;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0), "{uri}");
        app.anonymous().get(&uri).header("accept-encoding", "identity").await.expect_problem(406, "not_acceptable");
    }
}

#[tokio::test]
async fn the_page_is_asked_for_anew_and_answered_if_it_is_another_one() {
    let app = TestApp::new().await;
    let page = app.anonymous().get("/console/traces").await;
    assert_eq!(page.header("cache-control"), "no-cache");
    let tag = page.header("etag").to_owned();
    let again = app.anonymous().get("/console/agents").header("if-none-match", &tag).await;
    assert_eq!((again.status.as_u16(), again.bytes.len(), again.header("etag")), (304, 0, tag.as_str()));
    assert!(again.header("content-security-policy").contains("trusted-types 'none'"));
    // Deeper the page has another base, and is another one.
    let deeper = app.anonymous().get("/console/traces/trc_1").header("if-none-match", &tag).await;
    assert_eq!(deeper.status, 200);
    assert_ne!(deeper.header("etag"), tag);
}

#[tokio::test]
async fn what_is_no_file_of_this_version_is_not_the_page() {
    let app = TestApp::new().await;
    for uri in
        ["/console/assets/", "/console/assets/main-0.js", "/console/assets/../index.html", "/console/assets/assets.rs"]
    {
        let problem = app.anonymous().get(uri).await.expect_problem(404, "not_found");
        assert!(problem["detail"].as_str().is_some_and(|text| text.contains("load the page again")), "{problem}");
    }
    app.anonymous().get("/consoles").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn it_can_only_be_read() {
    let app = TestApp::new().await;
    for uri in ["/console", "/console/", "/console/traces/trc_1", "/console/assets/x.js"] {
        let answer = app.anonymous().post(uri).await;
        assert_eq!(answer.header("allow"), "GET, HEAD");
        answer.expect_problem(405, "method_not_allowed");
    }
    let head = app.anonymous().ask(http::Method::HEAD, "/console/traces").await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
}

#[tokio::test]
async fn browsers_are_led_to_it_and_programs_to_the_reference() {
    let app = TestApp::new().await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (accept, target) in
        [(browser, "console"), ("*/*", "docs"), ("application/json", "docs"), ("text/html;q=0", "docs")]
    {
        let answer = app.anonymous().get("/").header("accept", accept).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (307, target), "{accept}");
    }
}

#[tokio::test]
async fn it_works_below_a_prefix_of_a_host() {
    let backend = TestBackend::sqlite();
    let gateway = Gateway::open(backend.config()).await.expect("the gateway opens");
    #[expect(clippy::disallowed_methods, reason = "as a host does it")]
    let router = Router::new().nest("/gateway", gateway.router());
    let text = async |uri: &str| {
        let request = Request::get(uri).header(header::HOST, "localhost").body(Body::empty()).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), 200, "{uri}");
        let bytes = answer.into_body().collect().await.expect("a body").to_bytes();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    for (address, base) in ADDRESSES {
        let page = text(&format!("/gateway{address}")).await;
        assert!(page.contains(&format!("<base href=\"{base}\">")), "{address}");
    }
    for file in files(&text("/gateway/console").await) {
        text(&format!("/gateway/console/{file}")).await;
    }
}
