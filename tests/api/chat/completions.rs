//! `chat.completions`

use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, pairs};
use crate::support::{Answer, Engine, Event, Gate, Reply, Step, TestApp, both_engines};

fn conversation(text: &str) -> Value {
    json!({"model": AGENT, "messages": [{"role": "user", "content": text}]})
}

fn streamed(text: &str, with_usage: bool) -> Value {
    let mut body = conversation(text);
    body["stream"] = true.into();
    if with_usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    body
}

/// The error in OpenAI's form, after making sure of its status.
#[track_caller]
fn error(answer: Answer, status: u16) -> Value {
    let body = answer.expect(status);
    assert!(body["error"]["message"].is_string() && body["error"]["type"].is_string(), "{body}");
    body["error"].clone()
}

both_engines! {
    async fn answers_in_openais_form(talk: Talk) {
        talk.will(Reply::Answer("Paris.".into()));
        let answer = talk.app.member().post("/chat/completions").json(&conversation("Where is the Louvre?")).await.expect(200);
        assert_eq!(answer["object"], "chat.completion");
        assert_eq!(answer["model"], AGENT);
        assert_eq!(answer["created"], 1_795_467_600);
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"});
        assert_eq!(answer["choices"], json!([choice]));
        assert_eq!(answer["usage"], json!({"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}));
    }

    async fn streams_chunks_until_done(talk: Talk) {
        for with_usage in [false, true] {
            talk.will(Reply::Stream(vec![Step::Content("Par".into()), Step::Content("is.".into()), Step::Finish]));
            let body = streamed("Where is the Louvre?", with_usage);
            let events = talk.app.member().post("/chat/completions").json(&body).await.events().await;
            assert_eq!(events.last().expect("events").data, "[DONE]");
            let chunks: Vec<&Value> = events[..events.len() - 1].iter().map(|event| &event.data).collect();
            assert!(chunks.iter().all(|chunk| chunk["object"] == "chat.completion.chunk" && chunk["id"] == chunks[0]["id"]));
            assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
            let text: String = chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect();
            assert_eq!(text, "Paris.");
            let reasons: Vec<&str> = chunks.iter().filter_map(|chunk| chunk["choices"][0]["finish_reason"].as_str()).collect();
            assert_eq!(reasons, ["stop"]);
            let last = chunks[chunks.len() - 1];
            assert_eq!(last.get("usage").is_some(), with_usage, "{last}");
            assert!(!with_usage || (last["usage"]["total_tokens"] == 12 && last["choices"] == json!([])), "{last}");
        }
    }

    async fn reads_the_callers_conversation_and_not_the_sessions(talk: Talk) {
        let said = json!([
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"}, {"role": "developer", "content": "Be kind."},
            {"role": "user", "content": "three", "name": "ada"},
        ]);
        for _ in 0..2 {
            let body = json!({"model": AGENT, "messages": said});
            talk.app.member().post("/chat/completions").json(&body).await.expect(200);
            let read = [("system", "Be brief.\n\nBe kind."), ("user", "one"), ("assistant", "two"), ("user", "three")];
            assert_eq!(talk.read_last(), pairs(&read));
        }
    }

    async fn answers_the_same_key_once(talk: Talk) {
        let ask = |body: Value| talk.app.member().post("/chat/completions").header("idempotency-key", "k").json(&body);
        let first = ask(conversation("hello")).await.expect(200);
        assert_eq!(ask(conversation("hello")).await.expect(200), first);
        assert_eq!(talk.upstream.received().len(), 1);
        error(ask(conversation("other")).await, 422);
    }
}

#[tokio::test]
async fn takes_what_openais_clients_send_beside() {
    let talk = Talk::with(Engine::sqlite(), json!({})).await;
    let mut body = conversation("hello");
    let beside = json!({
        "top_p": 1, "frequency_penalty": 0, "presence_penalty": 0, "seed": 7, "user": "ada", "store": false, "stop": null,
        "logit_bias": null, "parallel_tool_calls": true, "reasoning_effort": "low", "metadata": {"a": "b"}, "some_new_thing": [1],
        "response_format": {"type": "text"}, "n": 1, "temperature": 0.5, "max_tokens": 11, "tool_choice": null,
        "modalities": ["text"],
    });
    body.as_object_mut().expect("an object").extend(beside.as_object().expect("an object").clone());
    talk.app.member().post("/chat/completions").json(&body).await.expect(200);
    assert_eq!(talk.upstream.received()[0].body["temperature"], 0.5);
    body["response_format"] = Value::Null;
    body["tools"] = json!([]);
    body["tool_choice"] = "none".into();
    talk.app.member().post("/chat/completions").json(&body).await.expect(200);
}

#[tokio::test]
async fn takes_messages_that_say_nothing_and_images() {
    let talk = Talk::with(Engine::sqlite(), json!({})).await;
    let image = json!({"type": "image_url", "image_url": {"url": "https://images.example/cat.png", "detail": "low"}});
    let parts = json!([{"type": "text", "text": "What is this?"}, image]);
    let said = json!([
        {"role": "system", "content": ""}, {"role": "user", "content": "one"}, {"role": "assistant", "content": null},
        {"role": "assistant", "content": "", "refusal": null}, {"role": "user", "content": parts},
    ]);
    let body = json!({"model": AGENT, "messages": said});
    talk.app.member().post("/chat/completions").json(&body).await.expect(200);
    let read = talk.read_last();
    assert_eq!(read[0], pairs(&[("user", "one")])[0]);
    assert!(read.len() == 2 && read[1].1.contains("cat.png"), "{read:?}");
    for content in [json!(""), Value::Null, json!([])] {
        let body = json!({"model": AGENT, "messages": [{"role": "user", "content": content}]});
        let error = error(talk.app.member().post("/chat/completions").json(&body).await, 422);
        assert_eq!(error["param"], "/messages/0/content", "{error}");
    }
}

#[tokio::test]
async fn refuses_what_agents_do_not_do() {
    let talk = Talk::with(Engine::sqlite(), json!({})).await;
    let beside = [
        ("tools", json!([{"type": "function", "function": {"name": "f"}}])),
        ("functions", json!([{"name": "f"}])),
        ("tool_choice", json!("required")),
        ("response_format", json!({"type": "json_object"})),
        ("modalities", json!(["text", "audio"])),
        ("audio", json!({"voice": "alloy"})),
        ("logprobs", json!(true)),
        ("n", json!(2)),
    ];
    for (name, value) in beside {
        let mut body = conversation("hello");
        body[name] = value;
        let error = error(talk.app.member().post("/chat/completions").json(&body).await, 422);
        assert_eq!(error["param"], format!("/{name}"), "{error}");
    }
    let assistant_last = json!([{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]);
    for messages in [json!([]), assistant_last, json!([{"role": "robot", "content": "one"}]), json!("hello")] {
        let body = json!({"model": AGENT, "messages": messages});
        error(talk.app.member().post("/chat/completions").json(&body).await, 422);
    }
    error(talk.app.member().post("/chat/completions").body("application/json", "{").await, 400);
    assert!(talk.upstream.received().is_empty());
}

#[tokio::test]
async fn fails_in_openais_form() {
    let builder = TestApp::builder(Engine::sqlite()).config(|config| {
        let provider = config.providers.entry("scripted".into()).or_default();
        provider.max_retries = Some(0);
        provider.first_token_timeout_ms = Some(300);
        provider.idle_timeout_ms = Some(300);
    });
    let talk = Talk::built(builder, json!({})).await;
    let send = |body: Value| talk.app.member().post("/chat/completions").json(&body);
    for (reply, status) in [(Reply::Html, 502), (Reply::Hang, 504)] {
        talk.will(reply.clone()).will(reply);
        error(send(conversation("hello")).await, status);
        error(send(streamed("hello", false)).await, status);
    }
    let gate = Gate::closed();
    talk.will(Reply::Stream(vec![Step::Content("half".into()), Step::Wait(gate.clone()), Step::Cut]));
    let mut stream = send(streamed("hello", false)).await;
    let mut events = Vec::new();
    while events.last().is_none_or(|event: &Event| event.data["choices"][0]["delta"]["content"] != "half") {
        events.push(stream.next_event().await.expect("the stream goes on"));
    }
    gate.open();
    let events = stream.events().await;
    let last = &events.last().expect("events").data;
    assert!(last["error"]["message"].is_string(), "{last}");
    error(send(json!({"model": "nobody", "messages": [{"role": "user", "content": "hello"}]})).await, 404);
}

#[tokio::test]
async fn turns_away_who_may_not_chat_in_openais_form() {
    let talk = Talk::with(Engine::sqlite(), json!({})).await;
    let send = |caller: crate::support::Caller| caller.post("/chat/completions").json(&conversation("hello"));
    error(send(talk.app.anonymous()).await, 401);
    error(send(talk.app.viewer()).await, 403);
    error(send(talk.app.scoped(astra_core::auth::Role::Member, "spec:read")).await, 403);
    error(send(talk.app.other_workspace()).await, 404);
    assert!(talk.upstream.received().is_empty());
}
