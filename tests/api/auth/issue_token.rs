//! `auth.issue_token`

use astra_core::auth::{NewServiceAccount, Role};
use serde_json::{Value, json};

use super::{account, claims, header, issue, text, tokens_of};
use crate::support::{START_MS, TestApp, both_backends};

both_backends! {
    async fn issues_a_token_with_the_accounts_role_and_scopes(app: TestApp) {
        let ci = account(&app, "ci", "viewer", &["auth:read", "spec:read"]).await;
        let answer = app.admin().post(&tokens_of(&ci)).json(&json!({"expires_in": 3600})).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("location"), tokens_of(&ci));
        let issued = answer.expect(201);
        let secret = text(&issued, "secret");
        let said = claims(secret);
        assert_eq!(said["sub"], ci["id"]);
        assert_eq!(said["jti"], issued["token"]["id"]);
        assert_eq!(said["exp"], START_MS / 1000 + 3600);
        assert_eq!((&said["iss"], &said["aud"], &said["role"]), (&json!("astra"), &json!("astra"), &json!("viewer")));
        assert_eq!(header(secret)["alg"], "EdDSA");
        let me = app.bearer(secret).get("/auth/me").await.expect(200);
        assert_eq!(me["id"], ci["id"]);
        assert_eq!(me["scopes"], json!(["auth:read", "spec:read"]));
        assert_eq!(me["expires_at"], issued["token"]["expires_at"]);
    }

    async fn gives_one_token_for_one_idempotency_key_and_keeps_no_secret(app: TestApp) {
        let ci = account(&app, "ci", "viewer", &["auth:read"]).await;
        let ask = |body: &Value| app.admin().post(&tokens_of(&ci)).header("idempotency-key", "key-1").json(body);
        let first = ask(&json!({})).await.expect(201);
        app.clock.advance_ms(5_000);
        app.owner().post("/auth/keys/rotate").await.expect(200);
        assert_eq!(ask(&json!({})).await.expect(201), first, "also after the key that signed it was retired");
        ask(&json!({"expires_in": 60})).await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(app.admin().get(&tokens_of(&ci)).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }

    async fn is_found_in_its_own_workspace_only(app: TestApp) {
        let ci = account(&app, "ci", "viewer", &["auth:read"]).await;
        app.other_workspace().post(&tokens_of(&ci)).json(&json!({})).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn ends_with_its_time() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "viewer", &["auth:read"]).await;
    let caller = app.bearer(text(&issue(&app, &ci).await, "secret"));
    app.clock.advance_ms(90 * 24 * 3_600_000 - 1);
    caller.get("/auth/me").await.expect(200);
    app.clock.advance_ms(1);
    caller.get("/auth/me").await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn narrows_but_never_widens() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["auth:read", "chat:send"]).await;
    let narrow = json!({"scopes": ["auth:read"]});
    let issued = app.owner().post(&tokens_of(&ci)).json(&narrow).await.expect(201);
    let me = app.bearer(text(&issued, "secret")).get("/auth/me").await.expect(200);
    assert_eq!(me["scopes"], json!(["auth:read"]));
    let wide = json!({"scopes": ["auth:read", "agents:write"]});
    let refused = app.owner().post(&tokens_of(&ci)).json(&wide).await.expect_problem(422, "invalid_request");
    assert_eq!(refused["errors"][0]["pointer"], "/scopes");
    // An admin whose own token is narrow cannot get at the account's scopes.
    let caller = app.scoped(Role::Admin, "auth:write,auth:read");
    caller.post(&tokens_of(&ci)).json(&json!({})).await.expect_problem(403, "forbidden");
    caller.post(&tokens_of(&ci)).json(&narrow).await.expect(201);
}

#[tokio::test]
async fn leaves_accounts_of_a_higher_role_alone() {
    let app = TestApp::new().await;
    let root = account(&app, "root", "owner", &["auth:read"]).await;
    app.admin().post(&tokens_of(&root)).json(&json!({})).await.expect_problem(403, "forbidden");
    app.member().post(&tokens_of(&root)).json(&json!({})).await.expect_problem(403, "forbidden");
    app.anonymous().post(&tokens_of(&root)).json(&json!({})).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn refuses_times_out_of_bounds() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["auth:read"]).await;
    for expires_in in [json!(59), json!(315_360_001), json!(-1), json!("1h"), Value::Null] {
        let new = json!({"expires_in": expires_in});
        let refused = app.owner().post(&tokens_of(&ci)).json(&new).await.expect_problem(422, "invalid_request");
        assert_eq!(refused["errors"][0]["pointer"], "/expires_in", "{refused}");
    }
}

#[tokio::test]
async fn a_refusal_leaves_no_account_behind() {
    let app = TestApp::new().await;
    let operator = app.authority().operator();
    let new = || NewServiceAccount { name: "ci".into(), role: Role::Viewer, scopes: None };
    app.authority().issue_named_token(&operator, new(), Some(1)).await.expect_err("too short");
    let account = app.authority().service_account_by_name(&operator, "ci").await.expect("the store answers");
    assert!(account.is_none(), "{account:?}");
    app.authority().issue_named_token(&operator, new(), Some(60)).await.expect("a token");
}
