//! `auth.refresh`

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{register, sign_in, text, with};
use crate::support::{Ask, TestApp, both_engines};

fn refresh(app: &TestApp, tokens: &Value) -> Ask {
    app.anonymous().post("/auth/refresh").json(&json!({"refresh_token": tokens["refresh_token"]}))
}

both_engines! {
    async fn gives_the_next_pair(app: TestApp) {
        let first = register(&app).await["tokens"].clone();
        app.clock.advance_ms(800_000);
        let second = refresh(&app, &first).await.expect(200);
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        app.clock.advance_ms(200_000);
        with(&app, &first).get("/auth/me").await.expect_problem(401, "unauthorized");
        with(&app, &second).get("/auth/me").await.expect(200);
        let third = app.anonymous().post("/auth/token");
        let third = third.json(&json!({"grant_type": "refresh_token", "refresh_token": second["refresh_token"]}));
        with(&app, &third.await.expect(200)).get("/auth/me").await.expect(200);
    }

    async fn ends_the_family_when_a_token_is_used_twice(app: TestApp) {
        let first = register(&app).await["tokens"].clone();
        let elsewhere = sign_in(&app).await;
        let second = refresh(&app, &first).await.expect(200);
        refresh(&app, &first).await.expect_problem(400, "invalid_grant");
        refresh(&app, &second).await.expect_problem(400, "invalid_grant");
        with(&app, &second).get("/auth/me").await.expect_problem(401, "unauthorized");
        // Another sign-in of the same person is another family.
        with(&app, &elsewhere).get("/auth/me").await.expect(200);
        refresh(&app, &elsewhere).await.expect(200);
    }

    async fn gives_one_pair_however_many_ask_at_once(app: TestApp) {
        let tokens = register(&app).await["tokens"].clone();
        let asked = (0..8).map(|_| {
            let ask = refresh(&app, &tokens);
            async move { ask.await.status.as_u16() }
        });
        let mut statuses = join_all(asked).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400]);
        refresh(&app, &tokens).await.expect_problem(400, "invalid_grant");
    }

    async fn lets_a_family_be_that_is_only_named(app: TestApp) {
        let tokens = register(&app).await["tokens"].clone();
        let family = text(&tokens, "refresh_token").split('.').next().expect("an id").to_owned();
        for forged in [family.clone(), format!("{family}.a.b"), format!("{family}..")] {
            let refused = refresh(&app, &json!({"refresh_token": forged})).await;
            refused.expect_problem(400, "invalid_grant");
        }
        refresh(&app, &tokens).await.expect(200);
    }
}

#[tokio::test]
async fn ends_with_its_time() {
    let app = TestApp::new().await;
    let first = register(&app).await["tokens"].clone();
    let days = 24 * 3_600_000;
    app.clock.advance_ms(29 * days);
    let second = refresh(&app, &first).await.expect(200);
    app.clock.advance_ms(30 * days);
    refresh(&app, &second).await.expect_problem(400, "invalid_grant");
}

#[tokio::test]
async fn costs_nothing_when_the_scope_cannot_be_had() {
    let app = TestApp::new().await;
    let tokens = register(&app).await["tokens"].clone();
    let mut grant =
        json!({"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "users:act"});
    app.anonymous().post("/auth/token").json(&grant).await.expect_problem(400, "invalid_scope");
    grant["scope"] = "auth:read".into();
    let narrow = app.anonymous().post("/auth/token").json(&grant).await.expect(200);
    assert_eq!(narrow["scope"], "auth:read");
    // The family keeps what it had.
    assert_eq!(refresh(&app, &narrow).await.expect(200)["scope"], tokens["scope"]);
}

#[tokio::test]
async fn refuses_what_is_no_refresh_token() {
    let app = TestApp::new().await;
    let access = register(&app).await["tokens"]["access_token"].clone();
    for wrong in [access, json!("x"), json!("fam_00000000000000000000000000.a.b")] {
        let refused = app.anonymous().post("/auth/refresh").json(&json!({"refresh_token": wrong})).await;
        assert!([400, 422].contains(&refused.status.as_u16()), "{}", refused.text());
    }
    app.anonymous().post("/auth/refresh").json(&json!({})).await.expect_problem(422, "invalid_request");
}
