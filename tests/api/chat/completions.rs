//! `chat.completions`

use serde_json::{Value, json};

use crate::conversation::{AGENT, ECHO, Talk, pairs};
use crate::support::{Answer, Event, Gate, Reply, Step, TestApp, TestBackend, Upstream, both_backends};

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

both_backends! {
    async fn answers_in_openais_form(talk: Talk) {
        talk.will(Reply::Answer("Paris.".into()));
        let answer = talk.app.member().post("/v1/chat/completions").json(&conversation("Where is the Louvre?")).await.expect(200);
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
            let events = talk.app.member().post("/v1/chat/completions").json(&body).await.events().await;
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
            talk.app.member().post("/v1/chat/completions").json(&body).await.expect(200);
            let read = [("system", "Be brief.\n\nBe kind."), ("user", "one"), ("assistant", "two"), ("user", "three")];
            assert_eq!(talk.read_last(), pairs(&read));
        }
    }

    async fn answers_the_same_key_once(talk: Talk) {
        let ask = |body: Value| talk.app.member().post("/v1/chat/completions").header("idempotency-key", "k").json(&body);
        let first = ask(conversation("hello")).await.expect(200);
        assert_eq!(ask(conversation("hello")).await.expect(200), first);
        assert_eq!(talk.upstream.received().len(), 1);
        error(ask(conversation("other")).await, 400);
    }
}

#[tokio::test]
async fn takes_what_openais_clients_send_beside() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let mut body = conversation("hello");
    let beside = json!({
        "user": "ada", "store": false, "stop": null, "logit_bias": null, "parallel_tool_calls": true, "metadata": {"a": "b"},
        "some_new_thing": [1], "response_format": {"type": "text"}, "n": 1, "temperature": 0.5, "max_tokens": 11,
        "tool_choice": "auto", "tools": [], "modalities": ["text"], "service_tier": "auto", "safety_identifier": "a",
        "prompt_cache_key": "b", "logprobs": false, "top_k": null, "repetition_penalty": 1.0,
    });
    body.as_object_mut().expect("an object").extend(beside.as_object().expect("an object").clone());
    talk.app.member().post("/v1/chat/completions").json(&body).await.expect(200);
    let asked = json!({"model": "test-model", "messages": body["messages"], "temperature": 0.5, "max_tokens": 11});
    assert_eq!(talk.upstream.received()[0].body, asked, "nothing is sent that nobody asked for");
    body["response_format"] = Value::Null;
    body["tool_choice"] = "none".into();
    talk.app.member().post("/v1/chat/completions").json(&body).await.expect(200);
}

#[tokio::test]
async fn passes_on_what_is_asked_of_the_model() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let schema = json!({"type": "object", "properties": {"answer": {"type": "string"}}});
    let asked = json!({
        "top_p": 0.5, "presence_penalty": 0.25, "frequency_penalty": -0.25, "seed": 7, "stop": ["END", "STOP"],
        "logit_bias": {"50256": -100}, "reasoning_effort": "low",
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": schema}},
    });
    for stream in [false, true] {
        let mut body = streamed("hello", false);
        body["stream"] = stream.into();
        body.as_object_mut().expect("an object").extend(asked.as_object().expect("an object").clone());
        let mut answer = talk.app.member().post("/v1/chat/completions").json(&body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        if stream {
            answer.events().await;
        }
        let sent = talk.upstream.received().pop().expect("a request").body;
        for (name, value) in asked.as_object().expect("an object") {
            assert_eq!(sent[name], *value, "{name}");
        }
    }
    let mut body = conversation("hello");
    body["stop"] = "END".into();
    body["response_format"] = json!({"type": "json_object"});
    talk.app.member().post("/v1/chat/completions").json(&body).await.expect(200);
    let sent = talk.upstream.received().pop().expect("a request").body;
    assert_eq!((&sent["stop"], &sent["response_format"]), (&json!(["END"]), &json!({"type": "json_object"})));
}

#[tokio::test]
async fn refuses_by_name_what_the_provider_cannot_do() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let send = |body: &Value| talk.app.member().post("/v1/chat/completions").json(body);
    let mut body = json!({"model": ECHO, "messages": [{"role": "user", "content": "Thought: x\nObservation: y"}]});
    body["stop"] = "Observation:".into();
    assert_eq!(send(&body).await.expect(200)["choices"][0]["message"]["content"], "Thought: x\n");
    body["response_format"] = json!({"type": "json_object"});
    let before = crate::conversation::calls(&talk.app).await;
    for stream in [false, true] {
        body["stream"] = stream.into();
        let refused = error(send(&body).await, 400);
        assert_eq!((&refused["param"], &refused["code"]), (&json!("response_format"), &json!("unsupported_parameter")));
    }
    assert_eq!(crate::conversation::calls(&talk.app).await, before, "nobody was asked");
}

#[tokio::test]
async fn passes_over_fallbacks_that_cannot_do_what_is_asked() {
    let second = Upstream::start().await;
    let builder = TestApp::builder(TestBackend::sqlite()).upstream("second", &second.url()).config(|config| {
        config.providers.entry("scripted".into()).or_default().max_retries = Some(0);
    });
    let fallbacks = json!([{"provider": "echo"}, {"provider": "second"}]);
    let talk = Talk::built(builder, json!({"model": {"fallbacks": fallbacks}})).await;
    let send = |body: Value| talk.app.member().post("/v1/chat/completions").json(&body);
    let mut body = conversation("hello");
    body["response_format"] = json!({"type": "json_object"});
    talk.will(Reply::Status(500, None));
    second.will(Reply::Answer("{}".into()));
    assert_eq!(send(body.clone()).await.expect(200)["choices"][0]["message"]["content"], "{}");
    // What the others said is told, rather than what the one in between cannot do.
    talk.will(Reply::Status(500, None));
    second.will(Reply::Refuse(400, json!({"message": "no such format", "param": "response_format"})));
    let refused = error(send(body).await, 400);
    assert!(refused["message"].as_str().is_some_and(|text| text.contains("no such format")), "{refused}");
}

#[tokio::test]
async fn takes_messages_that_say_nothing_images_and_unknown_fields() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let cache = json!({"type": "ephemeral"});
    let image = json!({"type": "image_url", "image_url": {"url": "https://images.example/cat.png", "detail": "low"}, "cache_control": cache});
    let parts = json!([{"type": "text", "text": "What is this?", "cache_control": cache}, image]);
    let refusal = json!([{"type": "refusal", "refusal": "I will not."}]);
    let said = json!([
        {"role": "system", "content": ""}, {"role": "user", "content": "one"}, {"role": "assistant", "content": null},
        {"role": "assistant", "content": "", "refusal": null, "tool_calls": []}, {"role": "user", "content": "two", "name": "ada"},
        {"role": "assistant", "content": null, "refusal": "I cannot."}, {"role": "user", "content": "three"},
        {"role": "assistant", "content": refusal}, {"role": "user", "content": parts},
    ]);
    let body = json!({"model": AGENT, "messages": said});
    talk.app.member().post("/v1/chat/completions").json(&body).await.expect(200);
    let read = talk.read_last();
    let texts: Vec<&str> = read.iter().map(|(_, text)| text.as_str()).collect();
    let said = texts.join("\n");
    assert!(said.contains("one") && said.contains("I cannot.") && said.contains("I will not."), "{read:?}");
    assert!(said.contains("cat.png") && !said.contains("ephemeral"), "{read:?}");
    for content in [json!(""), Value::Null, json!([])] {
        let body = json!({"model": AGENT, "messages": [{"role": "user", "content": content}]});
        let error = error(talk.app.member().post("/v1/chat/completions").json(&body).await, 400);
        assert_eq!(error["param"], "messages[0].content", "{error}");
    }
}

both_backends! {
    async fn takes_a_last_message_of_any_role(talk: Talk) {
        let ask = async |messages: Value| {
            let body = json!({"model": AGENT, "messages": messages});
            talk.app.member().post("/v1/chat/completions").json(&body).await.expect(200);
            talk.read_last()
        };
        let begun = json!([{"role": "user", "content": "one"}, {"role": "assistant", "content": "Roses are"}]);
        assert_eq!(ask(begun).await, pairs(&[("user", "one"), ("assistant", "Roses are")]));
        assert_eq!(ask(json!([{"role": "system", "content": "Greet."}])).await, pairs(&[("system", "Greet.")]));
        let late = json!([{"role": "user", "content": "one"}, {"role": "developer", "content": "Be brief."}]);
        assert_eq!(ask(late).await, pairs(&[("system", "Be brief."), ("user", "one")]));
        let sessions = talk.app.member().get("/sessions").await.expect(200);
        assert_eq!(talk.said(&sessions["data"][2]).await, pairs(&[("assistant", "Roses are"), ("assistant", "Hello from the model.")]));
    }
}

#[tokio::test]
async fn refuses_what_agents_do_not_do() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let beside = [
        ("functions", json!([{"name": "f"}])),
        ("function_call", json!({"name": "f"})),
        ("modalities", json!(["text", "audio"])),
        ("audio", json!({"voice": "alloy"})),
        ("logprobs", json!(true)),
        ("prediction", json!({"type": "content", "content": "x"})),
        ("web_search_options", json!({})),
        ("top_k", json!(40)),
        ("guided_json", json!({})),
        ("n", json!(2)),
    ];
    for (name, value) in beside {
        let mut body = conversation("hello");
        body[name] = value;
        let error = error(talk.app.member().post("/v1/chat/completions").json(&body).await, 400);
        assert_eq!(error["param"], name, "{error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains("not supported")), "{error}");
    }
    let called = json!({"name": "f", "arguments": "{}"});
    for (last, param) in [
        (json!({"role": "function", "name": "f", "content": "42"}), "messages[1].role"),
        (json!({"role": "assistant", "content": null, "function_call": called}), "messages[1].function_call"),
    ] {
        let body = json!({"model": AGENT, "messages": [{"role": "user", "content": "one"}, last]});
        let error = error(talk.app.member().post("/v1/chat/completions").json(&body).await, 400);
        assert_eq!(error["param"], param, "{error}");
    }
    for messages in [json!([]), json!([{"role": "robot", "content": "one"}]), json!("hello")] {
        let body = json!({"model": AGENT, "messages": messages});
        error(talk.app.member().post("/v1/chat/completions").json(&body).await, 400);
    }
    for (name, value) in [("top_p", json!(2)), ("stop", json!(7)), ("response_format", json!({})), ("seed", json!("x"))]
    {
        let mut body = conversation("hello");
        body[name] = value;
        let error = error(talk.app.member().post("/v1/chat/completions").json(&body).await, 400);
        assert!(error["param"].as_str().is_some_and(|param| param.starts_with(name)), "{error}");
    }
    error(talk.app.member().post("/v1/chat/completions").body("application/json", "{").await, 400);
    assert!(talk.upstream.received().is_empty());
}

#[tokio::test]
async fn fails_in_openais_form() {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        let provider = config.providers.entry("scripted".into()).or_default();
        provider.max_retries = Some(0);
        provider.first_token_timeout_ms = Some(300);
        provider.idle_timeout_ms = Some(300);
    });
    let talk = Talk::built(builder, json!({})).await;
    let send = |body: Value| talk.app.member().post("/v1/chat/completions").json(&body);
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
    for model in ["nobody", "gpt-4.1", "vendor/model"] {
        let missing =
            error(send(json!({"model": model, "messages": [{"role": "user", "content": "hello"}]})).await, 404);
        assert_eq!((&missing["code"], &missing["param"]), (&json!("model_not_found"), &json!("model")));
    }
}

#[tokio::test]
async fn turns_away_who_may_not_chat_in_openais_form() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let send = |caller: crate::support::Caller| caller.post("/v1/chat/completions").json(&conversation("hello"));
    error(send(talk.app.anonymous()).await, 401);
    error(send(talk.app.viewer()).await, 403);
    error(send(talk.app.scoped(astra_core::auth::Role::Member, "spec:read")).await, 403);
    error(send(talk.app.other_workspace()).await, 404);
    assert!(talk.upstream.received().is_empty());
}
