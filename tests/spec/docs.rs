//! The API reference: files for a browser, beside the contract.

use std::io::Read;

use flate2::read::GzDecoder;

use crate::support::{TestApp, document};

#[tokio::test]
async fn the_page_asks_nobody_but_the_gateway() {
    let app = TestApp::new().await;
    let page = app.anonymous().get("/docs").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("require-trusted-types-for 'script'"), "{policy}");
    assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
    let text = page.text();
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    assert!(!text.contains("<script>") && !text.contains("<style") && !text.contains(" style="), "{text}");
    let sources: Vec<&str> = ["src=\"", "href=\"docs/"].into_iter().flat_map(|mark| values(&text, mark)).collect();
    assert!(sources.len() >= 7, "{sources:?}");
    for source in sources {
        let path = format!("/docs/{}", source.trim_start_matches("docs/"));
        assert_eq!(app.anonymous().get(&path).await.status, 200, "{path}");
    }
}

/// What stands between the mark and the next quote.
fn values<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

#[tokio::test]
async fn every_module_that_a_script_imports_is_served() {
    let app = TestApp::new().await;
    let mut asked = vec!["page.js".to_owned()];
    let mut next = 0;
    while let Some(name) = asked.get(next).cloned() {
        let script = app.anonymous().get(&format!("/docs/{name}")).await;
        assert_eq!((script.status.as_u16(), script.header("content-type")), (200, "text/javascript; charset=utf-8"));
        let text = script.text();
        let new: Vec<String> =
            values(&text, "from \"./").map(str::to_owned).filter(|name| !asked.contains(name)).collect();
        asked.extend(new);
        next += 1;
    }
    assert!(asked.len() > 1);
}

#[tokio::test]
async fn every_operation_has_samples() {
    let app = TestApp::new().await;
    let samples = app.anonymous().get("/docs/samples.json").await.json();
    for (path, method, operation) in document().operations() {
        let of_operation = &samples[operation["operationId"].as_str().expect("an id")];
        for language in ["typescript", "python"] {
            assert!(
                of_operation[language].as_str().is_some_and(|text| !text.is_empty()),
                "{method} {path}: {language}"
            );
        }
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
    for uri in ["/docs", "/docs/page.js", "/docs/samples.json", "/"] {
        let answer = app.anonymous().post(uri).await;
        assert_eq!(answer.header("allow"), "GET, HEAD");
        answer.expect_problem(405, "method_not_allowed");
    }
}
