//! `auth.rotate_keys`

use astra_core::config::Secret;

use super::{header, register, sign_in, text, with};
use crate::support::{TestApp, TestBackend, both_backends};

both_backends! {
    async fn signs_with_a_new_key_and_goes_on_trusting_the_old_one(app: TestApp) {
        let before = register(&app).await["tokens"].clone();
        let key = app.owner().post("/auth/keys/rotate").await.expect(200);
        assert_eq!(key["is_signing"], true);
        let after = sign_in(&app).await;
        assert_ne!(header(text(&before, "access_token"))["kid"], key["kid"]);
        assert_eq!(header(text(&after, "access_token"))["kid"], key["kid"]);
        with(&app, &before).get("/auth/me").await.expect(200);
        with(&app, &after).get("/auth/me").await.expect(200);
        let jwks = app.anonymous().get("/.well-known/jwks.json").await.expect(200);
        assert_eq!(jwks["keys"].as_array().map(Vec::len), Some(2));
        assert_eq!(jwks["keys"][0]["kid"], key["kid"]);
    }

    async fn rotates_once_for_one_idempotency_key(app: TestApp) {
        let ask = || app.owner().post("/auth/keys/rotate").header("idempotency-key", "key-1");
        let first = ask().await.expect(200);
        assert_eq!(ask().await.expect(200), first);
        assert_eq!(app.owner().get("/auth/keys").await.expect(200)["data"].as_array().map(Vec::len), Some(2));
    }

    async fn is_for_the_owner_of_the_installation(app: TestApp) {
        app.other_workspace().post("/auth/keys/rotate").await.expect_problem(404, "not_found");
        app.admin().post("/auth/keys/rotate").await.expect_problem(403, "forbidden");
        app.anonymous().post("/auth/keys/rotate").await.expect_problem(401, "unauthorized");
        assert_eq!(app.owner().get("/auth/keys").await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn has_nothing_to_rotate_where_a_shared_secret_signs() {
    let secret = Secret::new("0123456789abcdef-0123456789abcdef");
    let app =
        TestApp::builder(TestBackend::sqlite()).config(|config| config.auth.jwt_secret = Some(secret)).open().await;
    app.owner().post("/auth/keys/rotate").await.expect_problem(409, "conflict");
}
