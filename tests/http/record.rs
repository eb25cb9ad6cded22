//! What every answer carries, also when the gateway itself has a fault.

use astra_core::auth::{Authenticator, Error, Identity};
use futures_util::future::BoxFuture;
use http::HeaderMap;

use crate::support::{Engine, TestApp};

struct Panics;

impl Authenticator for Panics {
    fn authenticate<'a>(&'a self, _: &'a HeaderMap) -> BoxFuture<'a, Result<Identity, Error>> {
        Box::pin(async { panic!("the host's authenticator has a defect, and knows the secret hunter2") })
    }
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_another_is_replaced() {
    let app = TestApp::new().await;
    let kept = app.anonymous().get("/health").header("x-request-id", "build-42/step:7").await;
    assert_eq!(kept.header("x-request-id"), "build-42/step:7");
    for bad in ["two words", "<b>", &"x".repeat(129)] {
        let answer = app.anonymous().get("/health").header("x-request-id", bad).await;
        assert!(answer.header("x-request-id").starts_with("req_"), "{bad}");
    }
}

#[tokio::test]
async fn a_problem_names_its_request() {
    let app = TestApp::new().await;
    let answer = app.member().get("/sessions/ses_06a1b2c3d4e5f6g7h8j9k0mnpq?").await;
    let id = answer.header("x-request-id").to_owned();
    let problem = answer.expect_problem(404, "not_found");
    assert_eq!(problem["request_id"], id);
    assert_eq!(problem["instance"], "/sessions/ses_06a1b2c3d4e5f6g7h8j9k0mnpq");
    assert_eq!(problem["type"], "urn:astra:problem:not_found");
}

#[tokio::test]
async fn a_panic_is_one_requests_problem() {
    let app = TestApp::builder(Engine::sqlite()).authenticator(Panics).open().await;
    let answer = app.anonymous().get("/sessions").await;
    assert!(!answer.text().contains("hunter2"), "{}", answer.text());
    answer.expect_problem(500, "internal");
    app.anonymous().get("/health").await.expect(200);
}

#[tokio::test]
async fn the_challenge_says_whether_a_token_was_sent() {
    let app = TestApp::new().await;
    let none = app.anonymous().get("/sessions").await;
    assert_eq!(none.header("www-authenticate"), "Bearer realm=\"astra\"");
    let wrong = app.bearer("wrong").get("/sessions").await;
    assert_eq!(wrong.header("www-authenticate"), "Bearer realm=\"astra\", error=\"invalid_token\"");
}
