//! `auth.update_service_account`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{account, issue, text};
use crate::support::{TestApp, both_backends};

fn path(account: &Value) -> String {
    format!("/auth/service-accounts/{}", text(account, "id"))
}

both_backends! {
    async fn changes_what_is_named_and_nothing_else(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read", "chat:send"]).await;
        let bystander = account(&app, "bystander", "member", &["chat:send"]).await;
        app.clock.advance_ms(5_000);
        let changed = app.admin().patch(&path(&ci)).json(&json!({"name": "build"})).await.expect(200);
        assert_eq!(changed["name"], "build");
        assert_eq!(changed["role"], "member");
        assert_eq!(changed["scopes"], ci["scopes"]);
        assert_eq!(changed["created_at"], ci["created_at"]);
        assert_eq!(changed["updated_at"], "2026-11-23T21:00:05.000Z");
        assert_eq!(app.admin().get(&path(&bystander)).await.expect(200), bystander);
        let taken = json!({"name": "bystander"});
        app.admin().patch(&path(&ci)).json(&taken).await.expect_problem(409, "conflict");
    }

    async fn takes_from_its_tokens_at_once_what_the_account_loses(app: TestApp) {
        let ci = account(&app, "ci", "admin", &["auth:read", "chat:send"]).await;
        let caller = app.bearer(text(&issue(&app, &ci).await, "secret"));
        caller.get("/auth/service-accounts").await.expect(200);
        app.owner().patch(&path(&ci)).json(&json!({"role": "viewer"})).await.expect(200);
        caller.get("/auth/service-accounts").await.expect_problem(403, "forbidden");
        assert_eq!(caller.get("/auth/me").await.expect(200)["role"], "viewer");
        app.owner().patch(&path(&ci)).json(&json!({"scopes": ["chat:send"]})).await.expect(200);
        caller.get("/auth/me").await.expect_problem(403, "forbidden");
    }

    async fn gives_old_tokens_nothing_that_the_account_gains(app: TestApp) {
        let ci = account(&app, "ci", "viewer", &["auth:read"]).await;
        let old = app.bearer(text(&issue(&app, &ci).await, "secret"));
        let more = json!({"role": "admin", "scopes": ["auth:read", "auth:write"]});
        app.owner().patch(&path(&ci)).json(&more).await.expect(200);
        let me = old.get("/auth/me").await.expect(200);
        assert_eq!((&me["role"], &me["scopes"]), (&json!("viewer"), &json!(["auth:read"])));
        let new = app.bearer(text(&issue(&app, &ci).await, "secret"));
        assert_eq!(new.get("/auth/me").await.expect(200)["role"], "admin");
    }

    async fn is_found_in_its_own_workspace_only(app: TestApp) {
        let ci = account(&app, "ci", "viewer", &[]).await;
        let change = json!({"name": "stolen"});
        app.other_workspace().patch(&path(&ci)).json(&change).await.expect_problem(404, "not_found");
        assert_eq!(app.admin().get(&path(&ci)).await.expect(200)["name"], "ci");
    }
}

#[tokio::test]
async fn lets_nobody_give_more_than_they_have() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "member", &["users:act", "chat:send"]).await;
    let refused = app.admin().patch(&path(&ci)).json(&json!({"role": "owner"})).await;
    refused.expect_problem(403, "forbidden");
    let more = json!({"scopes": ["users:act", "chat:send", "spec:read"]});
    // What the account has already is not given by the caller.
    app.admin().patch(&path(&ci)).json(&more).await.expect(200);
    let narrow = app.scoped(Role::Admin, "auth:write");
    let still_more = json!({"scopes": ["agents:read"]});
    narrow.patch(&path(&ci)).json(&still_more).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn leaves_accounts_of_a_higher_role_alone() {
    let app = TestApp::new().await;
    let root = account(&app, "root", "owner", &["auth:read"]).await;
    let change = json!({"role": "viewer"});
    app.admin().patch(&path(&root)).json(&change).await.expect_problem(403, "forbidden");
    app.owner().patch(&path(&root)).json(&change).await.expect(200);
}

#[tokio::test]
async fn refuses_what_cannot_be() {
    let app = TestApp::new().await;
    let ci = account(&app, "ci", "viewer", &[]).await;
    for (change, pointer) in [
        (json!({"name": null}), "/name"),
        (json!({"role": "root"}), "/role"),
        (json!({"scopes": null}), "/scopes"),
        (json!({"id": "svc_1"}), "/id"),
    ] {
        let refused = app.owner().patch(&path(&ci)).json(&change).await.expect_problem(422, "invalid_request");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    app.member().patch(&path(&ci)).json(&json!({})).await.expect_problem(403, "forbidden");
    app.anonymous().patch(&path(&ci)).json(&json!({})).await.expect_problem(401, "unauthorized");
}
