//! `auth.list_keys`

use astra_core::config::Secret;
use serde_json::{Value, json};

use super::{header, text};
use crate::support::{TestApp, TestBackend, both_backends};

both_backends! {
    async fn shows_the_keys_of_the_installation(app: TestApp) {
        let page = app.owner().get("/auth/keys").await.expect(200);
        let keys = page["data"].as_array().expect("a list");
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0]["is_signing"], true);
        assert_eq!(keys[0]["retired_at"], Value::Null);
        assert_eq!(header(&app.owner().token().await)["kid"], keys[0]["kid"]);
        assert_eq!(app.other_workspace().get("/auth/keys").await.expect(200)["data"], json!([]));
        app.admin().get("/auth/keys").await.expect_problem(403, "forbidden");
        app.anonymous().get("/auth/keys").await.expect_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn comes_in_pages_newest_first() {
    let app = TestApp::new().await;
    app.clock.advance_ms(1_000);
    let newest = app.owner().post("/auth/keys/rotate").await.expect(200);
    let page = app.owner().get("/auth/keys?limit=1").await.expect(200);
    assert_eq!(page["data"], json!([newest]));
    let next = format!("/auth/keys?limit=1&cursor={}", text(&page, "next_cursor"));
    let page = app.owner().get(&next).await.expect(200);
    assert_eq!(page["data"][0]["retired_at"], "2026-11-23T21:00:01.000Z");
    assert_eq!(page["data"][0]["is_signing"], false);
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test]
async fn is_empty_where_a_shared_secret_signs() {
    let secret = Secret::new("0123456789abcdef-0123456789abcdef");
    let app =
        TestApp::builder(TestBackend::sqlite()).config(|config| config.auth.jwt_secret = Some(secret)).open().await;
    assert_eq!(app.owner().get("/auth/keys").await.expect(200)["data"], json!([]));
}
