//! `auth.create_service_account`

use astra_core::auth::{Role, ScopeTable};
use serde_json::{Value, json};

use super::{account, text};
use crate::support::{TestApp, both_backends};

const PATH: &str = "/auth/service-accounts";

both_backends! {
    async fn makes_an_account_that_the_list_shows(app: TestApp) {
        let new = json!({"name": "ci", "role": "viewer", "scopes": ["spec:read"]});
        let answer = app.admin().post(PATH).json(&new).await;
        let location = answer.header("location").to_owned();
        let made = answer.expect(201);
        assert_eq!(location, format!("{PATH}/{}", text(&made, "id")));
        assert_eq!(made["name"], "ci");
        assert_eq!(made["role"], "viewer");
        assert_eq!(made["scopes"], json!(["spec:read"]));
        assert_eq!(app.admin().get(&location).await.expect(200), made);
    }

    async fn makes_one_account_for_one_idempotency_key(app: TestApp) {
        let new = json!({"name": "ci", "role": "viewer"});
        let ask = |body: &Value| app.admin().post(PATH).header("idempotency-key", "key-1").json(body);
        let first = ask(&new).await.expect(201);
        assert_eq!(ask(&new).await.expect(201), first);
        let other = json!({"name": "other", "role": "viewer"});
        ask(&other).await.expect_problem(422, "idempotency_key_reused");
    }

    async fn refuses_a_name_that_is_taken(app: TestApp) {
        account(&app, "ci", "viewer", &[]).await;
        let again = json!({"name": "ci", "role": "member"});
        app.owner().post(PATH).json(&again).await.expect_problem(409, "conflict");
        // Names are a workspace's own.
        app.other_workspace().post(PATH).json(&again).await.expect(201);
    }
}

#[tokio::test]
async fn gives_the_scopes_that_are_of_use_to_the_role() {
    let app = TestApp::new().await;
    let made = app.owner().post(PATH).json(&json!({"name": "ci", "role": "viewer"})).await.expect(201);
    let scopes = ScopeTable::default();
    let useful: Vec<&str> = scopes.names(scopes.default_of(Role::Viewer)).collect();
    assert_eq!(made["scopes"], json!(useful));
    // From a narrowed caller, those that it has itself.
    let narrow = app.scoped(Role::Admin, "auth:write,auth:read,spec:read");
    let made = narrow.post(PATH).json(&json!({"name": "narrow", "role": "viewer"})).await.expect(201);
    assert_eq!(made["scopes"], json!(["auth:read", "auth:write", "spec:read"]));
}

#[tokio::test]
async fn gives_nobody_more_than_its_maker_has() {
    let app = TestApp::new().await;
    let owner = json!({"name": "a", "role": "owner"});
    let refused = app.admin().post(PATH).json(&owner).await.expect_problem(403, "forbidden");
    assert!(text(&refused, "detail").contains("owner"));
    let acting = json!({"name": "b", "role": "member", "scopes": ["users:act"]});
    let refused = app.admin().post(PATH).json(&acting).await.expect_problem(403, "forbidden");
    assert!(text(&refused, "detail").contains("users:act"));
    app.owner().post(PATH).json(&acting).await.expect(201);
    // To be an owner is not enough when the token was narrowed.
    let narrow = app.scoped(Role::Owner, "auth:write");
    let chat = json!({"name": "c", "role": "member", "scopes": ["chat:send"]});
    narrow.post(PATH).json(&chat).await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn refuses_what_is_no_account() {
    let app = TestApp::new().await;
    for (new, pointer) in [
        (json!({"role": "viewer"}), "/name"),
        (json!({"name": "", "role": "viewer"}), "/name"),
        (json!({"name": "a\nb", "role": "viewer"}), "/name"),
        (json!({"name": "ci", "role": "root"}), "/role"),
        (json!({"name": "ci", "role": "viewer", "scopes": ["everything"]}), "/scopes/0"),
        (json!({"name": "ci", "role": "viewer", "workspace_id": "wsp_1"}), "/workspace_id"),
    ] {
        let refused = app.owner().post(PATH).json(&new).await.expect_problem(422, "invalid_request");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    let new = json!({"name": "ci", "role": "viewer"});
    app.member().post(PATH).json(&new).await.expect_problem(403, "forbidden");
    app.scoped(Role::Admin, "auth:read").post(PATH).json(&new).await.expect_problem(403, "forbidden");
    app.anonymous().post(PATH).json(&new).await.expect_problem(401, "unauthorized");
}
