//! How the paths of OpenAI's API refuse, whom they let in, and when their turns end.

use http::Method;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, ended, sent, unfinished};
use crate::support::{Answer, Gate, Reply, Step, TestApp, TestBackend, Upstream, both_backends};

fn conversation(stream: bool) -> Value {
    json!({"model": AGENT, "stream": stream, "messages": [{"role": "user", "content": "hello"}]})
}

/// The error in OpenAI's form, after making sure of its status.
#[track_caller]
fn error(answer: Answer, status: u16) -> Value {
    let body = answer.expect(status);
    assert!(body["error"]["message"].is_string() && body["error"]["type"].is_string(), "{body}");
    body["error"].clone()
}

/// A gateway whose provider is asked once.
async fn patient() -> Talk {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.providers.entry("scripted".into()).or_default().max_retries = Some(0);
    });
    Talk::built(builder, json!({})).await
}

#[tokio::test]
async fn an_upstreams_refusal_keeps_its_code_and_gets_a_status_that_no_client_sends_again() {
    let talk = patient().await;
    let length = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens";
    for (status, refusal, expected, code, param) in [
        (
            400,
            json!({"message": "no", "code": "unsupported_value", "param": "temperature"}),
            400,
            "unsupported_value",
            json!("temperature"),
        ),
        (400, json!({"message": length, "code": 400}), 400, "context_length_exceeded", Value::Null),
        (404, json!({"message": "no such model", "code": "model_not_found"}), 400, "model_not_found", Value::Null),
        (413, json!({"message": "too large"}), 400, "upstream_refused", Value::Null),
        (422, json!({"message": "no", "type": "invalid_request_error"}), 400, "upstream_refused", Value::Null),
        (401, json!({"message": "no", "code": "invalid_api_key"}), 502, "upstream_misconfigured", Value::Null),
        (403, json!({"message": "no"}), 502, "upstream_misconfigured", Value::Null),
        (429, json!({"message": "slow down", "code": "rate_limit_exceeded"}), 429, "rate_limit_exceeded", Value::Null),
        (429, json!({"message": "no credit", "code": "insufficient_quota"}), 402, "insufficient_quota", Value::Null),
        (402, json!({"message": "pay"}), 402, "insufficient_quota", Value::Null),
        (500, json!({"message": "boom"}), 502, "upstream_error", Value::Null),
    ] {
        for stream in [false, true] {
            talk.will(Reply::Refuse(status, refusal.clone()));
            let answer = talk.app.member().post("/v1/chat/completions").json(&conversation(stream)).await;
            let has = |name: &str| answer.headers.contains_key(name);
            let is_final = answer.headers.get("x-should-retry").is_some_and(|word| word == "false");
            assert_eq!(has("retry-after"), expected == 429, "{status} {refusal}");
            assert_eq!(is_final, code == "upstream_misconfigured", "{status} {refusal}");
            let told = error(answer, expected);
            assert_eq!((&told["code"], &told["param"]), (&json!(code), &param), "{status} {refusal}: {told}");
        }
    }
}

#[tokio::test]
async fn a_native_caller_hears_what_kind_of_refusal_it_was() {
    let talk = patient().await;
    for (status, refusal, expected, code) in [
        (400, json!({"message": "prompt is too long: 210000 tokens > 200000 maximum"}), 422, "context_length_exceeded"),
        (400, json!({"message": "no", "code": "unsupported_value"}), 502, "upstream_refused"),
        (429, json!({"message": "no credit", "code": "insufficient_quota"}), 502, "upstream_quota_exceeded"),
    ] {
        talk.will(Reply::Refuse(status, refusal));
        let answer = talk.app.member().post("/chat").json(&json!({"agent_id": AGENT, "message": "hello"})).await;
        assert!(!answer.headers.contains_key("retry-after"));
        answer.expect_problem(expected, code);
    }
}

#[tokio::test]
async fn a_used_up_quota_goes_to_the_next_fallback_at_once() {
    let second = Upstream::start().await;
    let builder = TestApp::builder(TestBackend::sqlite()).upstream("second", &second.url());
    let talk = Talk::built(builder, json!({"model": {"fallbacks": [{"provider": "second"}]}})).await;
    talk.will(Reply::Refuse(429, json!({"message": "no credit", "type": "insufficient_quota"})));
    talk.say("hello").await;
    assert_eq!((talk.upstream.received().len(), second.received().len()), (1, 1));
    // It says nothing about the upstream's health: whoever pays is served at once.
    for _ in 0..5 {
        talk.will(Reply::Refuse(402, json!({"message": "pay"})));
        talk.say("hello").await;
    }
    talk.will(Reply::Answer("paid".into()));
    assert_eq!(talk.say("hello").await["content"], "paid");
}

#[tokio::test]
async fn every_refusal_has_openais_form() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let (member, path) = (talk.app.member(), "/v1/chat/completions");
    error(member.get("/v1/embeddings").await, 404);
    error(member.get("/v1/").await, 404);
    let wrong = member.ask(Method::DELETE, path).await;
    assert_eq!(wrong.header("allow"), "POST");
    error(wrong, 405);
    error(member.post(path).body("text/plain", "hello").await, 415);
    error(member.post(path).json(&json!({"model": AGENT, "messages": "x".repeat(2 << 20)})).await, 413);
    error(member.post(path).header("accept", "text/html").json(&conversation(false)).await, 406);
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| config.limits.address_requests_per_s = 1);
    let busy = Talk::built(builder, json!({})).await;
    busy.app.anonymous().get("/v1/models").await.expect(401);
    error(busy.app.anonymous().get("/v1/models").await, 429);
}

#[tokio::test]
async fn parameters_of_openais_variants_have_no_effect() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let member = talk.app.member();
    member.post("/v1/chat/completions?api-version=2024-10-21&x=1").json(&conversation(false)).await.expect(200);
    member.get("/v1/models?api-version=2024-10-21").await.expect(200);
    member.get(&format!("/v1/models/{AGENT}?x")).await.expect(200);
    member.get("/agents?api-version=2024-10-21").await.expect_problem(422, "invalid_request");
}

#[tokio::test]
async fn the_credential_may_stand_in_a_header_of_its_own() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let (token, nobody) = (talk.app.member().token().await, talk.app.anonymous());
    for name in ["api-key", "x-api-key"] {
        nobody.get("/v1/models").header(name, &token).await.expect(200);
        talk.app.member().get("/v1/models").header(name, &token).await.expect(200);
        let refused = nobody.get("/v1/models").header(name, "other").await;
        assert!(refused.header("www-authenticate").contains("invalid_token"));
        error(refused, 401);
        error(talk.app.member().get("/v1/models").header(name, "other").await, 401);
        nobody.get("/agents").header(name, &token).await.expect_problem(401, "unauthorized");
    }
    error(nobody.get("/v1/models").header("api-key", &token).header("x-api-key", "other").await, 401);
}

both_backends! {
    async fn hanging_up_ends_the_turn(talk: Talk) {
        let send = |stream: bool| talk.app.member().post("/v1/chat/completions").json(&conversation(stream));
        talk.will(Reply::Hang);
        let whole = sent(send(false));
        talk.upstream.wait_for(1).await;
        let turn_id = unfinished(&talk.app).await.remove(0);
        whole.abort();
        talk.upstream.hung_up().await;
        assert_eq!(ended(&talk.app.member(), &turn_id).await["status"], "cancelled");

        talk.will(Reply::Stream(vec![Step::Content("half".into()), Step::Hang]));
        let mut streamed = send(true).await;
        let turn_id = streamed.next_event().await.expect("an event").data["id"].clone();
        drop(streamed);
        talk.upstream.hung_up().await;
        let turn = ended(&talk.app.member(), turn_id.as_str().expect("an id")).await;
        assert_eq!((&turn["status"], &turn["content"]), (&json!("cancelled"), &json!("half")));
    }

    async fn hanging_up_with_a_key_leaves_the_turn_to_be_asked_for_again(talk: Talk) {
        let send = |stream: bool, key: &str| {
            talk.app.member().post("/v1/chat/completions").header("idempotency-key", key).json(&conversation(stream))
        };
        let gate = Gate::closed();
        talk.will(Reply::After(gate.clone(), "whole".into()));
        let whole = sent(send(false, "a"));
        talk.upstream.wait_for(1).await;
        whole.abort();
        let half = Step::Content("half".into());
        talk.will(Reply::Stream(vec![half.clone(), Step::Wait(gate.clone()), half, Step::Finish]));
        let mut streamed = send(true, "b").await;
        streamed.next_event().await.expect("an event");
        drop(streamed);
        gate.open();
        assert_eq!(send(false, "a").await.expect(200)["choices"][0]["message"]["content"], "whole");
        let events = send(true, "b").await.events().await;
        let text: String = events.iter().filter_map(|event| event.data["choices"][0]["delta"]["content"].as_str()).collect();
        assert_eq!(text, "halfhalf");
        assert_eq!(talk.upstream.received().len(), 2);
    }
}

#[tokio::test]
async fn a_stream_begins_with_a_comment_when_the_first_word_is_late() {
    let talk = patient().await;
    let send = || talk.app.member().post("/v1/chat/completions").json(&conversation(true));
    send().await.events().await;
    for is_answered in [true, false] {
        let gate = Gate::closed();
        let end = if is_answered { vec![Step::Content("late".into()), Step::Finish] } else { vec![Step::Cut] };
        talk.will(Reply::Stream([vec![Step::Wait(gate.clone())], end].concat()));
        // The clock runs on to the next timer whenever everybody waits.
        tokio::time::pause();
        let mut answer = send().await;
        tokio::time::resume();
        assert_eq!(answer.status, 200);
        assert!(answer.next_text().await.starts_with(": "), "a comment comes first");
        gate.open();
        let events = answer.events().await;
        let last = &events.last().expect("events").data;
        if is_answered {
            assert_eq!(*last, "[DONE]");
        } else {
            assert!(last["error"]["message"].is_string(), "{last}");
        }
    }
}
