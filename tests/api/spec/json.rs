//! `spec.json`

use std::io::Read;

use astra_core::auth::Role;
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::support::{TestApp, TestBackend, document};

#[tokio::test]
async fn is_the_built_in_document() {
    let app = TestApp::new().await;
    assert_eq!(app.viewer().get("/openapi.json").await.expect(200), document().value);
}

#[tokio::test]
async fn names_the_address_under_which_clients_reach_the_gateway() {
    let app = TestApp::new().await;
    let servers = app.viewer().get("/openapi.json").await.expect(200)["servers"].clone();
    assert_eq!(servers[0]["url"], ".", "relative to the document, wherever a proxy puts it");
    let public = "https://example.com/astra".parse().expect("a URL");
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| config.public_url = Some(public)).open().await;
    let served = app.viewer().get("/openapi.json").await.expect(200);
    assert_eq!(served["servers"].as_array().map(Vec::len), Some(1));
    assert_eq!(served["servers"][0]["url"], "https://example.com/astra");
    assert_eq!(served["paths"], document().value["paths"], "nothing else is changed");
}

#[tokio::test]
async fn is_named_by_a_tag_that_saves_the_second_answer() {
    let app = TestApp::new().await;
    let first = app.viewer().get("/openapi.json").await;
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with('"'), "{etag} is strong");
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let second = app.viewer().get("/openapi.json").header("if-none-match", &format!("\"other\", {etag}")).await;
    assert_eq!(second.header("etag"), etag);
    assert_eq!(second.expect(304), Value::Null);
    app.viewer().get("/openapi.json").header("if-none-match", "\"other\"").await.expect(200);
}

#[tokio::test]
async fn is_compressed_for_those_who_can_read_it() {
    let app = TestApp::new().await;
    let answer = app.viewer().get("/openapi.json").header("accept-encoding", "br, gzip;q=0.8").await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    let mut json = String::new();
    GzDecoder::new(&answer.bytes[..]).read_to_string(&mut json).expect("gzip");
    assert_eq!(serde_json::from_str::<Value>(&json).expect("JSON"), document().value);
    let plain = app.viewer().get("/openapi.json").header("accept-encoding", "gzip;q=0").await;
    assert!(!plain.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn can_be_narrowed_to_a_group_and_to_what_the_caller_may_do() {
    let app = TestApp::new().await;
    let health = app.viewer().get("/openapi.json?tag=health").await.expect(200);
    let paths: Vec<&String> = health["paths"].as_object().expect("paths").keys().collect();
    assert_eq!(paths, ["/health", "/health/live", "/health/ready"]);
    assert_eq!(health["tags"].as_array().expect("tags").len(), 1);

    let mine = app.scoped(Role::Viewer, "spec:read").get("/openapi.json?mine=true").await.expect(200);
    for (path, item) in mine["paths"].as_object().expect("paths") {
        for operation in item.as_object().expect("operations").values() {
            let needs = operation["security"].to_string();
            assert!(needs == "[]" || needs.contains("spec:read"), "{path}: {needs}");
        }
    }
}

#[tokio::test]
async fn needs_a_credential_with_its_scope() {
    let app = TestApp::new().await;
    let refused = app.anonymous().get("/openapi.json").await;
    assert_eq!(refused.header("www-authenticate"), "Bearer realm=\"astra\"");
    refused.expect_problem(401, "unauthorized");
    app.scoped(Role::Owner, "agents:read").get("/openapi.json").await.expect_problem(403, "forbidden");
}
