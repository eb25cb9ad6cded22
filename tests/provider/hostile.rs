//! Upstreams that misbehave: nothing hangs, nothing grows without bound, nothing that they say leaks a key.

use std::time::Duration;

use astra_core::config::{Protocol, ProviderConfig};
use astra_core::provider::{ErrorKind, Registry};
use serde_json::json;

use crate::asking::{KEY, NOW_MS, complete, config, failure, listen, openai, registry};
use crate::upstream::{Reply, Upstream};

const MIB: usize = 1 << 20;

fn half() -> Reply {
    Reply::events().event(&json!({"choices": [{"delta": {"content": "half"}}]}))
}

/// Short of patience, so that what never comes is soon given up.
fn impatient(url: &str) -> Registry {
    registry(ProviderConfig {
        first_token_timeout_ms: Some(50),
        idle_timeout_ms: Some(50),
        ..config(url, Protocol::OpenAi)
    })
}

#[tokio::test]
async fn html_is_no_answer() {
    let reply = Reply::new(200, "text/html; charset=utf-8").send("<html>Sign in to the hotel's network</html>");
    let upstream = Upstream::script([reply]).await;
    let registry = openai(&upstream.url);
    let error = failure(&registry).await;
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(error.message.contains("text/html") && !error.message.contains("hotel"), "{error}");
    assert_eq!(listen(&registry).await.error_kind(), Some(ErrorKind::Malformed));
}

#[tokio::test]
async fn what_is_not_of_the_protocol_is_no_answer() {
    for body in ["", "{", "[]", "null", "\"text\"", "{\"choices\": 5}", "{\"choices\": []}", "\u{0}"] {
        let reply = Reply::new(200, "application/json").send(body);
        let error = failure(&openai(&Upstream::script([reply]).await.url)).await;
        assert_eq!(error.kind, ErrorKind::Malformed, "{body:?}: {error}");
    }
    for (data, kind) in [
        ("{", ErrorKind::Malformed),
        ("nonsense", ErrorKind::Malformed),
        // JSON that says nothing is passed over, so that the end of the answer is missing.
        ("[]", ErrorKind::Cut),
        ("5", ErrorKind::Malformed),
        ("{\"choices\": {\"delta\": 1}}", ErrorKind::Cut),
    ] {
        let reply = half().send(format!("data: {data}\n\n"));
        let heard = listen(&openai(&Upstream::script([reply]).await.url)).await;
        assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(kind)), "{data}");
    }
}

#[tokio::test]
async fn an_endless_line_is_refused_before_it_is_read() {
    let upstream = Upstream::script([half().send("data: ").flood(100 * MIB)]).await;
    let heard = listen(&openai(&upstream.url)).await;
    assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(ErrorKind::TooLarge)));
    // What is beyond the limit lies in the buffers of two sockets.
    assert!(upstream.bytes_sent() < 32 * MIB, "{} bytes were sent", upstream.bytes_sent());
}

#[tokio::test]
async fn an_endless_answer_is_refused_before_it_is_read() {
    let upstream = Upstream::script([Reply::new(200, "application/json").send("\"").flood(100 * MIB)]).await;
    assert_eq!(failure(&openai(&upstream.url)).await.kind, ErrorKind::TooLarge);
    assert!(upstream.bytes_sent() < 48 * MIB, "{} bytes were sent", upstream.bytes_sent());
}

#[tokio::test]
async fn a_stream_that_goes_on_for_ever_is_refused() {
    let text = "x".repeat(MIB / 2);
    let event = json!({"choices": [{"delta": {"content": text}}]});
    let reply = (0..40).fold(Reply::events(), |reply, _| reply.event(&event));
    let heard = listen(&openai(&Upstream::script([reply.done()]).await.url)).await;
    assert_eq!(heard.error_kind(), Some(ErrorKind::TooLarge));
    assert!(heard.text().len() <= 17 * MIB);
}

#[tokio::test]
async fn the_body_of_an_error_is_read_in_part_only() {
    let upstream = Upstream::script([Reply::new(500, "text/html").flood(100 * MIB)]).await;
    assert_eq!(failure(&openai(&upstream.url)).await.kind, ErrorKind::Server(500, None));
    assert!(upstream.bytes_sent() < 32 * MIB, "{} bytes were sent", upstream.bytes_sent());
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_cut() {
    let in_the_middle = half().send("data: {\"choi").cut();
    let at_an_event = half().cut();
    let with_a_proper_end = half();
    for reply in [in_the_middle, at_an_event, with_a_proper_end] {
        let heard = listen(&openai(&Upstream::script([reply.clone()]).await.url)).await;
        assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(ErrorKind::Cut)), "{reply:?}");
        assert_eq!(heard.finish_reason, None);
    }
    let reply = Reply::new(200, "application/json").send("{\"choices\": [").cut();
    assert_eq!(failure(&openai(&Upstream::script([reply]).await.url)).await.kind, ErrorKind::Cut);
}

#[tokio::test]
async fn an_upstream_that_hangs_is_given_up() {
    let before_the_head = Upstream::script([Reply::events().hang()]).await;
    let error = failure(&impatient(&before_the_head.url)).await;
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(error.message.contains("50 ms"), "{error}");
    let role = json!({"choices": [{"delta": {"role": "assistant", "content": ""}}]});
    let before_the_first_token = Upstream::script([Reply::events().event(&role).hang()]).await;
    let heard = listen(&impatient(&before_the_first_token.url)).await;
    assert_eq!((heard.pieces.len(), heard.error_kind()), (0, Some(ErrorKind::Timeout)));
    let between_tokens = Upstream::script([half().hang()]).await;
    let heard = listen(&impatient(&between_tokens.url)).await;
    assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(ErrorKind::Timeout)));
}

#[tokio::test]
async fn comments_alone_do_not_keep_a_stream_alive() {
    let pause = Duration::from_millis(1);
    let reply = (0..10_000).fold(half(), |reply, _| reply.send(": still here\n\n").pause(pause));
    let heard = listen(&impatient(&Upstream::script([reply]).await.url)).await;
    assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(ErrorKind::Timeout)));
}

#[tokio::test]
async fn slowness_within_the_limits_is_no_fault() {
    let pause = Duration::from_millis(30);
    let reply = Reply::events().pause(pause).event(&json!({"choices": [{"delta": {"content": "slow"}}]})).pause(pause);
    let heard = listen(&openai(&Upstream::script([reply.done()]).await.url)).await;
    assert_eq!((heard.text().as_str(), heard.error), ("slow", None));
}

#[tokio::test]
async fn nobody_there_is_told_apart() {
    let gone = Upstream::saying("never heard").await.url.clone();
    // The server ended with the statement above; its port is closed.
    tokio::task::yield_now().await;
    let error = failure(&openai(&gone)).await;
    assert_eq!(error.kind, ErrorKind::Connect);
    assert!(!error.message.contains("127.0.0.1:"), "where the provider is, is the operator's business: {error}");
}

#[tokio::test]
async fn no_key_is_ever_repeated() {
    for (status, text) in [
        (401, format!("Incorrect API key provided: {KEY}. You can find your key at https://e.org/keys")),
        (400, format!("unknown header Authorization: Bearer {KEY}")),
        (500, "no such key: 0123456789abcdef".to_owned()),
    ] {
        let upstream = Upstream::script([Reply::json(status, &json!({"error": {"message": text}}))]).await;
        let registry = openai(&upstream.url);
        let failure = complete(&registry).await.unwrap_err();
        let health = registry.status("up").unwrap().health;
        let told = format!("{failure:?} {health:?} {registry:?}");
        assert!(!told.contains("0123456789") && !told.contains("sk-test"), "{told}");
    }
}

#[tokio::test]
async fn the_key_does_not_follow_a_redirect() {
    let elsewhere = Upstream::saying("Give me your key").await;
    let reply = Reply::new(307, "text/plain").header("location", &format!("{}/chat/completions", elsewhere.url));
    let error = failure(&openai(&Upstream::script([reply]).await.url)).await;
    assert_eq!(error.kind, ErrorKind::Refused(307));
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn how_long_to_wait_is_read_in_every_form() {
    let date = astra_core::clock::timestamp(NOW_MS + 7_000).format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    for (name, value, expected_ms) in [
        ("retry-after", "3", Some(3_000)),
        ("retry-after-ms", "250", Some(250)),
        ("retry-after", date.as_str(), Some(7_000)),
        ("retry-after", "soon", None),
        ("retry-after", "-1", None),
    ] {
        let reply = Reply::json(429, &json!({})).header(name, value);
        let error = failure(&openai(&Upstream::script([reply]).await.url)).await;
        assert_eq!(error.kind, ErrorKind::RateLimited(expected_ms.map(Duration::from_millis)), "{name}: {value}");
    }
}
