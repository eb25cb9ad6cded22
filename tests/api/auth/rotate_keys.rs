//! `auth.rotate_keys`

use astra_core::config::Secret;
use serde_json::{Value, json};

use super::{header, register, sign_in, text, with};
use crate::support::{OnBackend, TestApp, TestBackend, both_backends};

/// The next pair of tokens, which is good.
async fn goes_on_after_refresh(app: &TestApp, tokens: &Value) -> Value {
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    let next = app.anonymous().post("/auth/refresh").json(&refresh).await.expect(200);
    with(app, &next).get("/auth/me").await.expect(200);
    next
}

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

    async fn refuses_all_earlier_tokens_if_asked_to(app: TestApp) {
        let before = register(&app).await["tokens"].clone();
        app.owner().post("/auth/keys/rotate").await.expect(200);
        let between = sign_in(&app).await;
        let caller = app.owner();
        let key = caller.post("/auth/keys/rotate").json(&json!({"revoke_old": true})).await.expect(200);
        assert_eq!(key["is_signing"], true);
        for old in [&before, &between] {
            with(&app, old).get("/auth/me").await.expect_problem(401, "unauthorized");
            // Refresh tokens are not signed with keys.
            let next = goes_on_after_refresh(&app, old).await;
            assert_eq!(header(text(&next, "access_token"))["kid"], key["kid"]);
        }
        caller.get("/auth/me").await.expect_problem(401, "unauthorized");
        let jwks = app.anonymous().get("/.well-known/jwks.json").await.expect(200);
        assert_eq!(jwks["keys"].as_array().map(Vec::len), Some(1));
    }

    async fn is_for_the_owner_of_the_installation(app: TestApp) {
        app.other_workspace().post("/auth/keys/rotate").await.expect_problem(404, "not_found");
        app.admin().post("/auth/keys/rotate").await.expect_problem(403, "forbidden");
        app.anonymous().post("/auth/keys/rotate").await.expect_problem(401, "unauthorized");
        assert_eq!(app.owner().get("/auth/keys").await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn refuses_earlier_tokens_in_other_gateways() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let app = TestApp::on(backend).await;
    let tokens = register(&app).await["tokens"].clone();
    let replica = app.replica().await;
    let caller = replica.bearer(text(&tokens, "access_token"));
    caller.get("/auth/me").await.expect(200);
    app.owner().post("/auth/keys/rotate").json(&json!({"revoke_old": true})).await.expect(200);
    // A gateway that never learns of it hangs the test.
    while caller.get("/auth/me").await.status.as_u16() != 401 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn has_nothing_to_rotate_where_a_shared_secret_signs() {
    let secret = Secret::new("0123456789abcdef-0123456789abcdef");
    let app =
        TestApp::builder(TestBackend::sqlite()).config(|config| config.auth.jwt_secret = Some(secret)).open().await;
    app.owner().post("/auth/keys/rotate").await.expect_problem(409, "conflict");
}
