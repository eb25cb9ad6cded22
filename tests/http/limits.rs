//! How often a caller may ask: by credential and by address, told in the headers, by the gateway's own clock.

use crate::support::{TestApp, TestBackend};

async fn limited(token: u32, address: u32) -> TestApp {
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.limits.token_requests_per_s = token;
        config.limits.address_requests_per_s = address;
    });
    app.open().await
}

#[tokio::test]
async fn a_credential_has_its_own_quota() {
    let app = limited(3, 1_000).await;
    let (member, other) = (app.member(), app.other_member());
    for left in [2, 1, 0] {
        let answer = member.get("/sessions").await;
        assert_eq!(answer.header("ratelimit-policy"), "\"token\";q=3;w=1");
        assert!(
            answer.header("ratelimit").starts_with(&format!("\"token\";r={left};")),
            "{}",
            answer.header("ratelimit")
        );
        answer.expect(200);
    }
    let refused = member.get("/sessions").await;
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.header("ratelimit").starts_with("\"token\";r=0;"));
    refused.expect_problem(429, "rate_limited");
    other.get("/sessions").await.expect(200);
    app.clock.advance_ms(334);
    member.get("/sessions").await.expect(200);
    member.get("/sessions").await.expect_problem(429, "rate_limited");
    app.clock.advance_ms(1_000);
    for _ in 0..3 {
        member.get("/sessions").await.expect(200);
    }
}

#[tokio::test]
async fn an_address_has_its_quota_whoever_asks_and_for_what() {
    let app = limited(1_000, 4).await;
    app.anonymous().get("/health").await.expect(200);
    app.anonymous().get("/nothing").await.expect(404);
    app.anonymous().get("/sessions").await.expect(401);
    let last = app.anonymous().get("/health").await;
    assert_eq!(last.header("ratelimit-policy"), "\"address\";q=4;w=1");
    for uri in ["/health", "/nothing", "/sessions", "/console"] {
        let refused = app.member().get(uri).await;
        assert_eq!(refused.header("retry-after"), "1", "{uri}");
        refused.expect_problem(429, "rate_limited");
    }
    app.clock.advance_ms(250);
    app.anonymous().get("/health").await.expect(200);
}

#[tokio::test]
async fn secrets_are_tried_slowly() {
    let config = |config: &mut astra_core::Config| {
        config.limits.auth_address_requests_per_min = 3;
        config.limits.auth_account_attempts_per_min = 1_000;
    };
    let app = TestApp::builder(TestBackend::sqlite()).config(config).open().await;
    let guess = || app.anonymous().post("/auth/refresh").json(&serde_json::json!({"refresh_token": "guessed"}));
    for _ in 0..3 {
        let answer = guess().await;
        assert_eq!(answer.header("ratelimit-policy"), "\"sign-in\";q=3;w=60");
        assert!(answer.status.is_client_error() && answer.status != 429, "{}", answer.text());
    }
    let refused = guess().await;
    assert_eq!(refused.header("retry-after"), "20");
    refused.expect_problem(429, "rate_limited");
    // What tries no secret is not in the way of it.
    app.anonymous().get("/health").await.expect(200);
    app.anonymous().get("/.well-known/jwks.json").await.expect(200);
    app.clock.advance_ms(20_000);
    assert_ne!(guess().await.status, 429);
    guess().await.expect_problem(429, "rate_limited");
}

#[tokio::test]
async fn an_address_cannot_be_made_up() {
    let app = limited(1_000, 1).await;
    app.anonymous().get("/health").await.expect(200);
    for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        let answer = app.anonymous().get("/health").header(header, "203.0.113.9").await;
        answer.expect_problem(429, "rate_limited");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_or_ahead_changes_no_quota() {
    let app = limited(2, 1_000).await;
    app.clock.advance_ms(10 * 24 * 3_600_000);
    // Within the minute by which an expiry may be off, so that the tokens stay good.
    for set_ms in [-50_000, 50_000] {
        for _ in 0..2 {
            app.member().get("/sessions").await.expect(200);
        }
        app.clock.set_ms(set_ms);
        let refused = app.member().get("/sessions").await;
        assert_eq!(refused.header("retry-after"), "1", "set by {set_ms} ms");
        refused.expect_problem(429, "rate_limited");
        app.clock.advance_ms(1_000);
    }
    app.anonymous().get("/health").await.expect(200);
    app.clock.set_ms(-900_000);
    app.anonymous().get("/health").await.expect(200);
}

#[tokio::test]
async fn a_clock_that_is_set_back_keeps_nobody_from_signing_in() {
    let app = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.limits.auth_account_attempts_per_min = 2;
    });
    let app = app.open().await;
    let guess = || {
        let form =
            serde_json::json!({"grant_type": "password", "username": "ada@example.com", "password": "wrong-wrong"});
        app.anonymous().post("/auth/token").json(&form)
    };
    app.clock.advance_ms(3_600_000);
    for _ in 0..2 {
        assert_ne!(guess().await.status, 429);
    }
    app.clock.set_ms(-900_000);
    assert_eq!(guess().await.header("retry-after"), "30");
    app.clock.advance_ms(30_000);
    assert_ne!(guess().await.status, 429);
}
