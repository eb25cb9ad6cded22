//! `spec.yaml`

use astra_core::auth::Role;
use serde_json::Value;

use crate::support::{TestApp, document};

#[tokio::test]
async fn equals_the_json() {
    let app = TestApp::new().await;
    let answer = app.viewer().get("/openapi.yaml").await;
    assert_eq!(answer.header("content-type"), "application/yaml");
    let value: Value = serde_yaml::from_slice(&answer.bytes).expect("YAML");
    assert_eq!(value, document().value);
}

#[tokio::test]
async fn has_a_tag_of_its_own() {
    let app = TestApp::new().await;
    let json = app.viewer().get("/openapi.json").await.header("etag").to_owned();
    let yaml = app.viewer().get("/openapi.yaml").await.header("etag").to_owned();
    assert_ne!(json, yaml);
    app.viewer().get("/openapi.yaml").header("if-none-match", &json).await.expect(200);
    app.viewer().get("/openapi.yaml").header("if-none-match", &yaml).await.expect(304);
}

#[tokio::test]
async fn needs_a_credential_with_its_scope() {
    let app = TestApp::new().await;
    app.anonymous().get("/openapi.yaml").await.expect_problem(401, "unauthorized");
    app.scoped(Role::Owner, "agents:read").get("/openapi.yaml").await.expect_problem(403, "forbidden");
}
