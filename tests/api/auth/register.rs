//! `auth.register`

use futures_util::future::join_all;
use serde_json::json;

use super::{EMAIL, PASSWORD, open_app, register, sign_in, text, with};
use crate::support::{Engine, TestApp, both_engines};

both_engines! {
    async fn makes_the_first_account_the_owner_and_signs_it_in(app: TestApp) {
        let account = json!({"email": "Ada@Example.ORG", "password": PASSWORD, "display_name": "Ada"});
        let answer = app.anonymous().post("/auth/register").json(&account).await;
        assert_eq!(answer.header("location"), "/auth/me");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.text().contains(PASSWORD));
        let made = answer.expect(201);
        assert_eq!(made["user"]["role"], "owner");
        assert_eq!(made["user"]["email"], EMAIL);
        let me = with(&app, &made["tokens"]).get("/auth/me").await.expect(200);
        assert_eq!(me["id"], made["user"]["id"]);
        assert_eq!(me["role"], "owner");
        assert_eq!(me["display_name"], "Ada");
        sign_in(&app).await;
    }

    async fn is_closed_after_the_first_account(app: TestApp) {
        register(&app).await;
        let second = json!({"email": "bob@example.org", "password": PASSWORD});
        let refused = app.anonymous().post("/auth/register").json(&second).await.expect_problem(403, "forbidden");
        assert!(text(&refused, "detail").contains("auth.open_registration"));
        // The door is as closed to whoever has an account: who has one is not told here.
        let again = json!({"email": EMAIL, "password": PASSWORD});
        app.anonymous().post("/auth/register").json(&again).await.expect_problem(403, "forbidden");
    }

    async fn has_one_owner_however_many_are_first(app: TestApp) {
        let anybody = app.anonymous();
        let asked = (0..8).map(|number| {
            let account = json!({"email": format!("user{number}@example.org"), "password": PASSWORD});
            let ask = anybody.post("/auth/register").json(&account);
            async move { ask.await.status.as_u16() }
        });
        let mut statuses = join_all(asked).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 403, 403, 403, 403, 403, 403, 403]);
    }
}

#[tokio::test]
async fn makes_members_where_the_configuration_opens_it() {
    let app = open_app(Engine::sqlite()).await;
    register(&app).await;
    let bob = json!({"email": "bob@example.org", "password": PASSWORD});
    let made = app.anonymous().post("/auth/register").json(&bob).await.expect(201);
    assert_eq!(made["user"]["role"], "member");
    let taken = json!({"email": "ADA@example.org", "password": PASSWORD});
    app.anonymous().post("/auth/register").json(&taken).await.expect_problem(409, "conflict");
}

#[tokio::test]
async fn keeps_no_password_that_can_be_read() {
    let app = TestApp::new().await;
    register(&app).await;
    let database = std::fs::read(app.engine.folder().join("astra.db")).expect("the database");
    let log = std::fs::read(app.engine.folder().join("astra.db-wal")).expect("its write-ahead log");
    let kept = [database, log].concat();
    let holds = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("$argon2id$v=19$m=8,t=1,p=1$"));
    assert!(!holds(PASSWORD));
}

#[tokio::test]
async fn refuses_what_is_no_account() {
    let app = TestApp::new().await;
    let long = "x".repeat(1025);
    for (account, pointer) in [
        (json!({"email": "ada", "password": PASSWORD}), "/email"),
        (json!({"email": "a b@example.org", "password": PASSWORD}), "/email"),
        (json!({"email": "a@b@example.org", "password": PASSWORD}), "/email"),
        (json!({"email": "ada\u{0}@example.org", "password": PASSWORD}), "/email"),
        (json!({"email": EMAIL, "password": "eleven char"}), "/password"),
        (json!({"email": EMAIL, "password": long}), "/password"),
        (json!({"email": EMAIL, "password": PASSWORD, "role": "owner"}), "/role"),
    ] {
        let refused = app.anonymous().post("/auth/register").json(&account).await;
        let refused = refused.expect_problem(422, "invalid_request");
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    register(&app).await;
}

#[tokio::test]
async fn is_limited_by_address() {
    let engine = Engine::sqlite();
    let app = TestApp::builder(engine).config(|config| config.limits.auth_address_requests_per_min = 2).open().await;
    register(&app).await;
    let account = json!({"email": "bob@example.org", "password": PASSWORD});
    app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
    let refused = app.anonymous().post("/auth/register").json(&account).await;
    assert_eq!(refused.header("retry-after"), "30");
    refused.expect_problem(429, "rate_limited");
    app.clock.advance_ms(30_000);
    app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
}
