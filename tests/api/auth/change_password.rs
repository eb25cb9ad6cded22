//! `auth.change_password`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{EMAIL, PASSWORD, goes_on, has_ended, person, register, sign_in, with};
use crate::support::{Ask, TestApp, TestBackend, both_backends};

const NEXT: &str = "battery horse correct";

fn change(app: &TestApp, tokens: &Value, present: &str, next: &str) -> Ask {
    let body = json!({"current_password": present, "new_password": next});
    with(app, tokens).put("/auth/me/password").json(&body)
}

fn grant(password: &str) -> Value {
    json!({"grant_type": "password", "username": EMAIL, "password": password})
}

both_backends! {
    async fn ends_all_other_sign_ins_of_the_account(app: TestApp) {
        let here = register(&app).await["tokens"].clone();
        let there = sign_in(&app).await;
        let other = person(&app, "bob@example.org", Role::Viewer).await;
        change(&app, &here, PASSWORD, NEXT).await.expect(204);
        has_ended(&app, &there).await;
        goes_on(&app, &here).await;
        goes_on(&app, &other).await;
        app.anonymous().post("/auth/token").json(&grant(PASSWORD)).await.expect_oauth(400, "invalid_grant");
        app.anonymous().post("/auth/token").json(&grant(NEXT)).await.expect(200);
    }

    async fn needs_the_present_password(app: TestApp) {
        let tokens = register(&app).await["tokens"].clone();
        let elsewhere = sign_in(&app).await;
        let problem = change(&app, &tokens, "wrong horse battery", NEXT).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/current_password");
        let problem = change(&app, &tokens, PASSWORD, "short").await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/new_password");
        goes_on(&app, &elsewhere).await;
        app.anonymous().post("/auth/token").json(&grant(PASSWORD)).await.expect(200);
    }

    async fn counts_one_of_two_changes_at_once(app: TestApp) {
        let tokens = register(&app).await["tokens"].clone();
        let (first, second) = tokio::join!(
            async { change(&app, &tokens, PASSWORD, NEXT).await.status.as_u16() },
            async { change(&app, &tokens, PASSWORD, "another horse battery").await.status.as_u16() },
        );
        let mut statuses = [first, second];
        statuses.sort_unstable();
        // The later one finds another password, before or after it has checked its own.
        assert!(statuses[0] == 204 && [409, 422].contains(&statuses[1]), "{statuses:?}");
        let winner = if first == 204 { NEXT } else { "another horse battery" };
        app.anonymous().post("/auth/token").json(&grant(winner)).await.expect(200);
    }

    async fn limits_wrong_passwords_as_those_of_a_sign_in(backend: TestBackend) {
        let app = TestApp::builder(backend).config(|config| {
            config.limits.trusted_proxies = vec!["0.0.0.0".parse().expect("a network")];
            config.limits.auth_account_attempts_per_min = 2;
        });
        let app = app.open().await;
        let tokens = register(&app).await["tokens"].clone();
        let from = |address: &str, present: &str| {
            change(&app, &tokens, present, NEXT).header("x-forwarded-for", address)
        };
        for _ in 0..2 {
            from("198.51.100.1", "wrong").await.expect_problem(422, "invalid_request");
        }
        let refused = from("198.51.100.1", PASSWORD).await;
        assert_eq!(refused.header("retry-after"), "30");
        refused.expect_problem(429, "rate_limited");
        // The same failures count against signing in there.
        let ask = app.anonymous().post("/auth/token").header("x-forwarded-for", "198.51.100.1");
        ask.json(&grant(PASSWORD)).await.expect_oauth(429, "temporarily_unavailable");
        from("203.0.113.9", PASSWORD).await.expect(204);
    }
}

#[tokio::test]
async fn is_for_people_with_a_password() {
    let app = TestApp::new().await;
    let body = json!({"current_password": PASSWORD, "new_password": NEXT});
    app.viewer().put("/auth/me/password").json(&body).await.expect_problem(409, "conflict");
    app.other_workspace().put("/auth/me/password").json(&body).await.expect_problem(409, "conflict");
    app.scoped(Role::Viewer, "auth:read").put("/auth/me/password").json(&body).await.expect_problem(403, "forbidden");
    app.anonymous().put("/auth/me/password").json(&body).await.expect_problem(401, "unauthorized");
}

#[tokio::test]
async fn forgets_the_networks_of_other_sign_ins() {
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.limits.trusted_proxies = vec!["0.0.0.0".parse().expect("a network")];
        config.limits.auth_account_attempts_per_min = 1;
    });
    let app = app.open().await;
    let tokens = register(&app).await["tokens"].clone();
    let ask = |address: &str, password: &str| {
        app.anonymous().post("/auth/token").header("x-forwarded-for", address).json(&grant(password))
    };
    let (thief, home) = ("198.51.100.1", "203.0.113.9");
    for address in [thief, home] {
        ask(address, PASSWORD).await.expect(200);
    }
    change(&app, &tokens, PASSWORD, NEXT).header("x-forwarded-for", home).await.expect(204);
    for _ in 0..3 {
        ask(home, PASSWORD).await.expect_oauth(400, "invalid_grant");
    }
    ask(thief, PASSWORD).await.expect_oauth(400, "invalid_grant");
    ask(thief, NEXT).await.expect_oauth(429, "temporarily_unavailable");
    ask(home, NEXT).await.expect(200);
}
