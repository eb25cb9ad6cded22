//! `auth.refresh`

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{register, sign_in, text, with};
use crate::support::{Ask, TestApp, TestBackend, both_backends};

fn refresh(app: &TestApp, tokens: &Value) -> Ask {
    app.anonymous().post("/auth/refresh").json(&json!({"refresh_token": tokens["refresh_token"]}))
}

both_backends! {
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

    async fn gives_the_same_successor_for_a_moment(app: TestApp) {
        let first = register(&app).await["tokens"].clone();
        let second = refresh(&app, &first).await.expect(200);
        app.clock.advance_ms(29_999);
        let again = refresh(&app, &first).await.expect(200);
        assert_eq!(again["refresh_token"], second["refresh_token"], "neither makes the other's worthless");
        for tokens in [&first, &second, &again] {
            with(&app, tokens).get("/auth/me").await.expect(200);
        }
        let grant = json!({"grant_type": "refresh_token", "refresh_token": first["refresh_token"]});
        app.anonymous().post("/auth/token").json(&grant).await.expect(200);
        let third = refresh(&app, &again).await.expect(200);
        with(&app, &third).get("/auth/me").await.expect(200);
        // The first is not the last one any more.
        refresh(&app, &first).await.expect_problem(400, "invalid_grant");
        with(&app, &third).get("/auth/me").await.expect_problem(401, "unauthorized");
        refresh(&app, &third).await.expect_problem(400, "invalid_grant");
    }

    async fn ends_the_family_when_a_token_is_used_twice(app: TestApp) {
        let first = register(&app).await["tokens"].clone();
        let elsewhere = sign_in(&app).await;
        let second = refresh(&app, &first).await.expect(200);
        app.clock.advance_ms(30_000);
        refresh(&app, &first).await.expect_problem(400, "invalid_grant");
        refresh(&app, &second).await.expect_problem(400, "invalid_grant");
        with(&app, &second).get("/auth/me").await.expect_problem(401, "unauthorized");
        // Another sign-in of the same person is another family.
        with(&app, &elsewhere).get("/auth/me").await.expect(200);
        refresh(&app, &elsewhere).await.expect(200);
    }

    async fn gives_one_successor_however_many_ask_at_once(app: TestApp) {
        let tokens = register(&app).await["tokens"].clone();
        let asked = (0..8).map(|_| {
            let ask = refresh(&app, &tokens);
            async move { ask.await.expect(200) }
        });
        let pairs = join_all(asked).await;
        assert!(pairs.iter().all(|pair| pair["refresh_token"] == pairs[0]["refresh_token"]), "{pairs:?}");
        for pair in &pairs {
            with(&app, pair).get("/auth/me").await.expect(200);
        }
        refresh(&app, &pairs[7]).await.expect(200);
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
async fn renews_once_where_there_is_no_grace() {
    for backend in [Some(TestBackend::sqlite()), TestBackend::postgres().await].into_iter().flatten() {
        let app = TestApp::builder(backend).config(|config| config.auth.refresh_grace_s = 0).open().await;
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
}

#[tokio::test]
async fn goes_on_for_no_longer_than_the_sign_in() {
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| config.auth.sign_in_ttl_s = 1_000).open().await;
    let first = register(&app).await["tokens"].clone();
    assert_eq!(first["expires_in"], 900);
    app.clock.advance_ms(600_000);
    let second = refresh(&app, &first).await.expect(200);
    assert_eq!(second["expires_in"], 400, "an access token does not outlive its sign-in");
    app.clock.advance_ms(399_999);
    with(&app, &second).get("/auth/me").await.expect(200);
    let third = refresh(&app, &second).await.expect(200);
    app.clock.advance_ms(1);
    with(&app, &third).get("/auth/me").await.expect_problem(401, "unauthorized");
    refresh(&app, &third).await.expect_problem(400, "invalid_grant");
    // Another sign-in is another one.
    sign_in(&app).await;
}

#[tokio::test]
async fn slides_to_the_end_of_the_sign_in_by_default() {
    let app = TestApp::new().await;
    let mut tokens = register(&app).await["tokens"].clone();
    let day = 24 * 3_600_000;
    for _ in 0..4 {
        app.clock.advance_ms(22 * day);
        tokens = refresh(&app, &tokens).await.expect(200);
    }
    app.clock.advance_ms(2 * day);
    refresh(&app, &tokens).await.expect_problem(400, "invalid_grant");
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
    app.anonymous().post("/auth/token").json(&grant).await.expect_oauth(400, "invalid_scope");
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
    for wrong in [access, json!("x"), json!("fam_0000000000000.a.b")] {
        let refused = app.anonymous().post("/auth/refresh").json(&json!({"refresh_token": wrong})).await;
        assert!([400, 422].contains(&refused.status.as_u16()), "{}", refused.text());
    }
    app.anonymous().post("/auth/refresh").json(&json!({})).await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn leaves_access_tokens_good_that_outlive_it() {
    for backend in [Some(TestBackend::sqlite()), TestBackend::postgres().await].into_iter().flatten() {
        let configured = TestApp::builder(backend).config(|config| {
            config.auth.access_token_ttl_s = 900;
            config.auth.refresh_token_ttl_s = 60;
        });
        let app = configured.open().await;
        let first = register(&app).await["tokens"].clone();
        app.clock.advance_ms(600_000);
        refresh(&app, &first).await.expect_problem(400, "invalid_grant");
        // Neither another sign-in nor the sweep ends what is good yet.
        sign_in(&app).await;
        with(&app, &first).get("/auth/me").await.expect(200);
        app.clock.advance_ms(300_000);
        with(&app, &first).get("/auth/me").await.expect_problem(401, "unauthorized");
    }
}
