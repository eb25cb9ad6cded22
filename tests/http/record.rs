//! What every answer carries, also when the gateway itself has a fault.

use astra_core::auth::{Authenticator, Error, Identity};
use futures_util::future::BoxFuture;
use http::HeaderMap;

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::span;

use crate::support::{TestApp, TestBackend};

struct Panics;

impl Authenticator for Panics {
    fn authenticate<'a>(&'a self, _: &'a HeaderMap) -> BoxFuture<'a, Result<Arc<Identity>, Error>> {
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
    let answer = app.member().get("/sessions/ses_06a1b2c3d4e5q?").await;
    let id = answer.header("x-request-id").to_owned();
    let problem = answer.expect_problem(404, "not_found");
    assert_eq!(problem["request_id"], id);
    assert_eq!(problem["instance"], "/sessions/ses_06a1b2c3d4e5q");
    assert_eq!(problem["type"], "urn:astra:problem:not_found");
}

#[tokio::test]
async fn a_panic_is_one_requests_problem() {
    let app = TestApp::builder(TestBackend::sqlite()).authenticator(Panics).open().await;
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

/// A host's logger with a defect.
struct Breaks;

impl tracing::Subscriber for Breaks {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        panic!("the log's disk is full");
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn a_logger_that_fails_changes_no_answer() {
    let app = TestApp::new().await;
    let logging = tracing::subscriber::set_default(Breaks);
    let live = app.anonymous().get("/health/live").await;
    let lost = app.anonymous().get("/nothing").await;
    drop(logging);
    live.expect(200);
    lost.expect_problem(404, "not_found");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("it is whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Logs what this thread does from now on.
    fn begin(&self) -> tracing::subscriber::DefaultGuard {
        let lines = self.clone();
        let log = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || lines.clone());
        tracing::subscriber::set_default(log.finish())
    }

    /// The lines with this message.
    fn of(&self, message: &str) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().expect("it is whole").clone()).expect("text");
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines.filter(|line| line["message"] == message).collect()
    }
}

#[tokio::test]
async fn a_log_line_names_who_asked_and_from_where() {
    let config = |config: &mut astra_core::Config| {
        config.limits.trusted_proxies = vec!["0.0.0.0".parse().expect("an address")];
    };
    let app = TestApp::builder(TestBackend::sqlite()).config(config).open().await;
    let me = app.member().get("/auth/me").await.expect(200);
    let lines = Lines::default();
    let logging = lines.begin();
    let member = app.member();
    member.get("/sessions").header("x-forwarded-for", "203.0.113.9").await.expect(200);
    member.delete("/agents/assistant").await.expect_problem(403, "forbidden");
    app.anonymous().get("/sessions").await.expect_problem(401, "unauthorized");
    app.bearer("wrong").get("/sessions").await.expect_problem(401, "unauthorized");
    drop(logging);
    let requests = lines.of("request");
    assert_eq!(requests.len(), 4, "{requests:?}");
    assert_eq!(requests[0]["client.address"], "203.0.113.9");
    for line in &requests[..2] {
        assert_eq!(line["account.id"], me["id"], "{line} {me}");
        assert!(line["workspace.id"].as_str().is_some_and(|id| id.starts_with("wsp_")), "{line}");
        assert!(line["credential.id"].is_string(), "{line}");
    }
    assert_eq!(requests[1]["method"], "DELETE");
    for line in &requests[2..] {
        assert_eq!(line["client.address"], "0.0.0.0");
        assert_eq!((&line["account.id"], &line["credential.id"]), (&Value::Null, &Value::Null), "{line}");
    }
}

#[tokio::test]
async fn an_attack_on_passwords_is_seen_without_what_was_tried() {
    let config = |config: &mut astra_core::Config| config.limits.auth_account_attempts_per_min = 2;
    let app = TestApp::builder(TestBackend::sqlite()).config(config).open().await;
    let lines = Lines::default();
    let logging = lines.begin();
    for name in ["ada@example.com", "bob@example.com", "ada@example.com", "ada@example.com"] {
        let form = json!({"grant_type": "password", "username": name, "password": "wrong-wrong"});
        let answer = app.anonymous().post("/auth/token").json(&form).await;
        assert!(answer.status.is_client_error(), "{}", answer.text());
    }
    drop(logging);
    let refused = lines.of("a sign-in was refused");
    let hashes: Vec<_> = refused.iter().map(|line| line["account.hash"].as_str().expect("a hash")).collect();
    assert_eq!(hashes.len(), 4, "{refused:?}");
    assert!(hashes[0] == hashes[2] && hashes[0] == hashes[3] && hashes[0] != hashes[1], "{hashes:?}");
    assert_eq!(refused[2]["reason"], "wrong account or password");
    assert_eq!(refused[3]["reason"], "too many attempts");
    let all = String::from_utf8(lines.0.lock().expect("it is whole").clone()).expect("text");
    assert!(!all.contains("@example") && !all.contains("wrong-wrong"), "{all}");
}

#[tokio::test]
async fn every_answer_says_that_its_type_is_certain_and_whether_it_may_be_kept() {
    let app = TestApp::new().await;
    let (anonymous, member) = (app.anonymous(), app.member());
    let session = member.post("/sessions").json(&json!({"agent_id": "assistant"})).await;
    for (answer, kept) in [
        (session, "no-store"),
        (member.get("/sessions").await, "no-store"),
        (member.get("/sessions/ses_06a1b2c3d4e5q").await, "no-store"),
        (anonymous.get("/sessions").await, "no-store"),
        (anonymous.get("/health").await, "no-store"),
        (anonymous.get("/nothing").await, "no-store"),
        (anonymous.post("/health").await, "no-store"),
        (member.get("/openapi.json").await, "private, no-cache"),
        (anonymous.get("/docs").await, "no-cache"),
        (anonymous.get("/docs/scalar-1.72.1.js").await, "public, max-age=31536000, immutable"),
        (anonymous.get("/console").await, "no-cache"),
        (anonymous.get("/console/assets/nothing.js").await, "no-store"),
    ] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), kept, "{}", answer.text());
    }
}
