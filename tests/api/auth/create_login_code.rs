//! `auth.create_login_code`, and the grant `login_code` of `auth.token`

use astra_core::auth::Role;
use astra_core::params;
use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, goes_on, has_ended, person, register, sign_in_id, text, with};
use crate::support::{Answer, TestApp, both_backends};

const PATH: &str = "/auth/login-codes";

/// A code of whoever has `tokens`.
async fn code(app: &TestApp, tokens: &Value) -> String {
    let made = with(app, tokens).post(PATH).await.expect(201);
    text(&made, "code").to_owned()
}

/// Hands in a code.
async fn exchange(app: &TestApp, code: &str) -> Answer {
    app.anonymous().post("/auth/token").json(&json!({"grant_type": "login_code", "code": code})).await
}

/// Makes sure that a code is not good, and that the refusal does not say why.
async fn is_refused(app: &TestApp, code: &str) {
    let refusal = exchange(app, code).await.expect_oauth(400, "invalid_grant");
    let words = "The login code is not good: it was used, is older than a minute, or its sign-in or account has ended.";
    assert_eq!(refusal["error_description"], words);
}

/// Another workspace of whoever has `tokens`, by its id, and the tokens for it.
async fn elsewhere(app: &TestApp, tokens: &Value) -> (String, Value) {
    let made = with(app, tokens).post("/workspaces").json(&json!({"name": "elsewhere"})).await.expect(201);
    let id = text(&made, "id").to_owned();
    let there = with(app, tokens).post(&format!("/workspaces/{id}/switch")).json(&json!({})).await.expect(200);
    (id, there)
}

both_backends! {
    async fn signs_in_once_more_and_leaves_the_callers_sign_in(app: TestApp) {
        let registered = register(&app).await;
        let ada = &registered["tokens"];
        let answer = with(&app, ada).post(PATH).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let made = answer.expect(201);
        assert_eq!((text(&made, "code").len(), &made["expires_at"]), (43, &json!("2026-11-23T21:01:00.000Z")));
        let answer = exchange(&app, text(&made, "code")).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let tokens = answer.expect(200);
        assert_eq!((&tokens["token_type"], &tokens["scope"]), (&json!("Bearer"), &ada["scope"]));
        let me = with(&app, &tokens).get("/auth/me").await.expect(200);
        assert_eq!((&me["id"], &me["kind"], &me["role"]), (&registered["user"]["id"], &json!("user"), &json!("owner")));
        assert_ne!(sign_in_id(&tokens), sign_in_id(ada));
        is_refused(&app, text(&made, "code")).await;
        let ada = goes_on(&app, ada).await;
        goes_on(&app, &tokens).await;
        with(&app, &tokens).post("/auth/logout").await.expect(204);
        has_ended(&app, &tokens).await;
        goes_on(&app, &ada).await;
    }

    async fn keeps_the_hash_alone_and_says_who_made_it(app: TestApp) {
        let registered = register(&app).await;
        let code = code(&app, &registered["tokens"]).await;
        let kept = app.store().read(|tx| {
            tx.one("SELECT code_hash FROM login_codes WHERE workspace_id = $1", params![])?.next_bytes()
        });
        assert_ne!(kept.await.expect("a row"), code.as_bytes());
        let audit = app.owner().get("/admin/audit?operation=auth.create_login_code").await.expect(200);
        assert_eq!((&audit["data"][0]["actor"], &audit["data"][0]["target_id"]), (&registered["user"]["id"], &registered["user"]["id"]));
        assert!(!audit.to_string().contains(&code), "{audit}");
    }

    async fn is_good_for_a_minute(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (early, late) = (code(&app, &ada).await, code(&app, &ada).await);
        app.clock.advance_ms(59_999);
        exchange(&app, &early).await.expect(200);
        app.clock.advance_ms(1);
        is_refused(&app, &late).await;
    }

    async fn what_is_no_code_is_refused_as_one_that_was_used(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let good = code(&app, &ada).await;
        for wrong in ["x", &good[1..], &good.to_lowercase(), &format!("{good} "), text(&ada, "refresh_token")] {
            is_refused(&app, wrong).await;
        }
        for missing in [json!({"grant_type": "login_code"}), json!({"grant_type": "login_code", "code": ""})] {
            let refusal = app.anonymous().post("/auth/token").json(&missing).await.expect_oauth(400, "invalid_request");
            assert!(text(&refusal, "error_description").contains("/code"), "{refusal}");
        }
        let form = format!("grant_type=login_code&code={good}");
        app.anonymous().post("/auth/token").form(&form).await.expect(200);
    }

    async fn ends_with_the_sign_in_that_made_it(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let other = exchange(&app, &code(&app, &ada).await).await.expect(200);
        let (of_other, own) = (code(&app, &other).await, code(&app, &ada).await);
        with(&app, &other).post("/auth/logout").await.expect(204);
        is_refused(&app, &of_other).await;
        exchange(&app, &own).await.expect(200);
        let left = code(&app, &ada).await;
        let next = json!({"current_password": PASSWORD, "new_password": "battery horse correct"});
        let third = exchange(&app, &code(&app, &ada).await).await.expect(200);
        with(&app, &third).put("/auth/me/password").json(&next).await.expect(204);
        is_refused(&app, &left).await;
    }

    async fn ends_with_the_membership_and_with_the_account(app: TestApp) {
        register(&app).await;
        let bob = person(&app, "bob@example.org", Role::Member).await;
        let eve = person(&app, "eve@example.org", Role::Member).await;
        elsewhere(&app, &bob).await;
        let codes = [code(&app, &bob).await, code(&app, &eve).await];
        for tokens in [&bob, &eve] {
            let me = with(&app, tokens).get("/auth/me").await.expect(200);
            let path = format!("/workspaces/{}/members/{}", text(&me, "workspace_id"), text(&me, "id"));
            app.owner().delete(&path).await.expect(204);
        }
        // The one has another workspace, the other's account is deleted.
        for code in codes {
            is_refused(&app, &code).await;
        }
        let grant = json!({"grant_type": "password", "username": "bob@example.org", "password": PASSWORD});
        app.anonymous().post("/auth/token").json(&grant).await.expect(200);
    }

    async fn signs_in_to_the_workspace_that_it_was_made_in(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        let (id, there) = elsewhere(&app, &ada).await;
        let tokens = exchange(&app, &code(&app, &there).await).await.expect(200);
        assert_eq!(with(&app, &tokens).get("/auth/me").await.expect(200)["workspace_id"], json!(id));
        // A deleted workspace is signed in to by no code.
        let (left, of_here) = (code(&app, &there).await, code(&app, &ada).await);
        with(&app, &there).delete(&format!("/workspaces/{id}")).await.expect(204);
        is_refused(&app, &left).await;
        exchange(&app, &of_here).await.expect(200);
    }

    async fn gives_no_scope_that_the_caller_lacks(app: TestApp) {
        register(&app).await;
        let narrow = json!({"grant_type": "password", "username": EMAIL, "password": PASSWORD, "scope": "auth:write spec:read"});
        let narrow = app.anonymous().post("/auth/token").json(&narrow).await.expect(200);
        let tokens = exchange(&app, &code(&app, &narrow).await).await.expect(200);
        assert_eq!(tokens["scope"], narrow["scope"]);
        assert_eq!(goes_on_with(&app, &tokens).await["scope"], narrow["scope"]);
        let ask = |code: String, scope: &str| json!({"grant_type": "login_code", "code": code, "scope": scope});
        let less = ask(code(&app, &narrow).await, "spec:read");
        assert_eq!(app.anonymous().post("/auth/token").json(&less).await.expect(200)["scope"], "spec:read");
        let more = ask(code(&app, &narrow).await, "agents:read");
        app.anonymous().post("/auth/token").json(&more).await.expect_oauth(400, "invalid_scope");
        app.anonymous().post("/auth/token").json(&more).await.expect_oauth(400, "invalid_grant");
    }

    async fn does_not_outlive_the_sign_in_that_made_it(app: TestApp) {
        let ada = register(&app).await["tokens"].clone();
        app.clock.advance_ms(86_400_000);
        let refresh = json!({"refresh_token": ada["refresh_token"]});
        let ada = app.anonymous().post("/auth/refresh").json(&refresh).await.expect(200);
        let tokens = exchange(&app, &code(&app, &ada).await).await.expect(200);
        let listed = with(&app, &tokens).get("/auth/me/sign-ins").await.expect(200);
        assert_eq!(listed["data"][0]["ends_at"], listed["data"][1]["ends_at"]);
    }

    async fn has_the_role_that_the_account_has_now(app: TestApp) {
        register(&app).await;
        let bob = person(&app, "bob@example.org", Role::Admin).await;
        let made = code(&app, &bob).await;
        let me = with(&app, &bob).get("/auth/me").await.expect(200);
        let path = format!("/workspaces/{}/members/{}", text(&me, "workspace_id"), text(&me, "id"));
        app.owner().put(&path).json(&json!({"role": "viewer"})).await.expect(200);
        let tokens = exchange(&app, &made).await.expect(200);
        assert_eq!(with(&app, &tokens).get("/auth/me").await.expect(200)["role"], "viewer");
        assert!(!text(&tokens, "scope").contains("agents:write"), "{tokens}");
    }
}

/// The next pair of tokens.
async fn goes_on_with(app: &TestApp, tokens: &Value) -> Value {
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    app.anonymous().post("/auth/refresh").json(&refresh).await.expect(200)
}

#[tokio::test]
async fn is_for_people_who_may_change_their_account() {
    let app = TestApp::new().await;
    app.anonymous().post(PATH).await.expect_problem(401, "unauthorized");
    app.scoped(Role::Owner, "auth:read").post(PATH).await.expect_problem(403, "forbidden");
    for caller in [app.viewer(), app.owner(), app.other_workspace()] {
        let problem = caller.post(PATH).await.expect_problem(409, "conflict");
        assert!(text(&problem, "detail").contains("Only people"), "{problem}");
    }
}
