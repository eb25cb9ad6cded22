//! The caller's tools in OpenAI's API: calls go out, results come in, and the gateway keeps nothing in between.

use astra_core::config::Protocol;
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, calls};
use crate::support::{Answer, OnBackend, Reply, Step, TestBackend, both_backends};

const PATH: &str = "/v1/chat/completions";

/// An agent that has a tool of its own.
struct Clock(Talk);

impl OnBackend for Clock {
    async fn on(backend: TestBackend) -> Self {
        Self(Talk::with(backend, json!({"tools": {"allow": ["current_time"]}})).await)
    }
}

fn tool(name: &str) -> Value {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let function = json!({"name": name, "description": "The weather.", "parameters": parameters, "strict": true});
    json!({"type": "function", "function": function})
}

fn user(text: &str) -> Value {
    json!({"role": "user", "content": text})
}

fn result(id: &str, text: &str) -> Value {
    json!({"role": "tool", "tool_call_id": id, "content": text})
}

/// A conversation that offers `get_weather`.
fn asking(messages: &[Value]) -> Value {
    json!({"model": AGENT, "messages": messages, "tools": [tool("get_weather")]})
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

fn weather(text: &str, ids: &[&'static str]) -> Reply {
    Reply::Call(text.to_owned(), ids.iter().map(|id| (*id, "get_weather", r#"{"city":"Paris"}"#)).collect())
}

async fn ask(talk: &Talk, body: &Value) -> Answer {
    talk.app.member().post(PATH).json(body).await
}

/// The only choice of an answer.
async fn choice(talk: &Talk, body: &Value) -> Value {
    ask(talk, body).await.expect(200)["choices"][0].clone()
}

/// The deltas of a streamed answer, and its reasons to finish.
async fn streamed(talk: &Talk, body: &Value) -> (Vec<Value>, Vec<String>) {
    let events = ask(talk, &with(body.clone(), "stream", true.into())).await.events().await;
    assert_eq!(events.last().expect("events").data, "[DONE]");
    let choices = || events.iter().map(|event| &event.data["choices"][0]).filter(|choice| choice.is_object());
    let reasons = choices().filter_map(|choice| choice["finish_reason"].as_str().map(str::to_owned)).collect();
    (choices().map(|choice| choice["delta"].clone()).collect(), reasons)
}

/// The pieces of calls in deltas.
fn pieces(deltas: &[Value]) -> Vec<Value> {
    deltas.iter().filter_map(|delta| delta["tool_calls"].as_array()).flatten().cloned().collect()
}

/// The messages and the tools of the last request that the model got.
fn sent(talk: &Talk) -> Value {
    talk.upstream.received().pop().expect("the model was asked").body
}

#[track_caller]
fn refused(answer: Answer, param: &str, words: &str) {
    let error = answer.expect(400)["error"].clone();
    assert_eq!(error["param"], param, "{error}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains(words)), "{error}");
}

both_backends! {
    async fn calls_go_out_and_their_results_come_in(talk: Talk) {
        talk.will(weather("", &["call_a", "call_b"]));
        let first = choice(&talk, &asking(&[user("How is it in Paris?")])).await;
        assert_eq!((&first["finish_reason"], &first["message"]["content"]), (&json!("tool_calls"), &Value::Null));
        let called = |id: &str| json!({"id": id, "type": "function", "function": {"name": "get_weather", "arguments": r#"{"city":"Paris"}"#}});
        assert_eq!(first["message"]["tool_calls"], json!([called("call_a"), called("call_b")]));
        assert_eq!(sent(&talk)["tools"], json!([tool("get_weather")]));

        // The client sends all of it again, in whichever order the results came.
        let messages = [user("How is it in Paris?"), first["message"].clone(), result("call_b", "B"), result("call_a", "A")];
        talk.will(Reply::Answer("It rains.".into()));
        let second = choice(&talk, &asking(&messages)).await;
        assert_eq!((&second["finish_reason"], &second["message"]["content"]), (&json!("stop"), &json!("It rains.")));
        assert!(second["message"].get("tool_calls").is_none());
        let read = json!([messages[0], messages[1], messages[3], messages[2]]);
        assert_eq!(sent(&talk)["messages"], read, "in the order of the calls");
        assert_eq!(calls(&talk.app).await, 2);
    }

    async fn calls_are_streamed_by_number_with_arguments_in_pieces(talk: Talk) {
        talk.will(weather("Let me see. ", &["call_a", "call_b"]));
        let (deltas, reasons) = streamed(&talk, &asking(&[user("How is it in Paris?")])).await;
        assert_eq!(reasons, ["tool_calls"]);
        assert_eq!(deltas.iter().filter_map(|delta| delta["content"].as_str()).collect::<String>(), "Let me see. ");
        let pieces = pieces(&deltas);
        for (index, id) in [(0, "call_a"), (1, "call_b")] {
            let own: Vec<&Value> = pieces.iter().filter(|piece| piece["index"] == index).collect();
            assert_eq!((&own[0]["id"], &own[0]["type"]), (&json!(id), &json!("function")));
            assert_eq!(own[0]["function"]["name"], "get_weather");
            assert!(own.len() > 2 && own[1..].iter().all(|piece| piece.get("id").is_none() && piece["function"].get("name").is_none()), "{own:?}");
            let arguments: String = own.iter().filter_map(|piece| piece["function"]["arguments"].as_str()).collect();
            assert_eq!(arguments, r#"{"city":"Paris"}"#);
        }
        talk.will(Reply::Answer("It rains.".into()));
        let said = json!({"role": "assistant", "content": "Let me see. ", "tool_calls": [
            {"id": "call_a", "type": "function", "function": {"name": "get_weather", "arguments": ""}}]});
        let messages = [user("How is it in Paris?"), said, result("call_a", "")];
        let (deltas, reasons) = streamed(&talk, &asking(&messages)).await;
        assert_eq!((reasons.as_slice(), self::pieces(&deltas).len()), (&["stop".to_owned()][..], 0));
        let read = sent(&talk)["messages"].clone();
        assert_eq!((&read[1]["content"], &read[1]["tool_calls"][0]["function"]["arguments"]), (&json!("Let me see. "), &json!("{}")));
    }

    async fn the_agents_own_tools_run_within_the_turn_and_are_not_seen(clock: Clock) {
        let Clock(talk) = clock;
        let body = asking(&[user("How is it in Paris now?")]);
        for stream in [false, true] {
            let both = vec![("call_1", "current_time", "{}"), ("call_2", "get_weather", "{}")];
            talk.will(Reply::Call(String::new(), vec![("call_1", "current_time", "{}")])).will(Reply::Call(String::new(), both));
            let (called, reason) = if stream {
                let (deltas, reasons) = streamed(&talk, &body).await;
                (pieces(&deltas).iter().filter(|piece| piece["id"].is_string()).cloned().collect(), reasons[0].clone())
            } else {
                let choice = choice(&talk, &body).await;
                let reason = choice["finish_reason"].as_str().expect("a reason").to_owned();
                (choice["message"]["tool_calls"].as_array().cloned().expect("calls"), reason)
            };
            assert_eq!((called.len(), reason.as_str()), (1, "tool_calls"), "{called:?}");
            assert_eq!(called[0]["function"]["name"], "get_weather");
            let offered: Vec<Value> = sent(&talk)["tools"].as_array().expect("tools").iter().map(|tool| tool["function"]["name"].clone()).collect();
            assert_eq!(offered, ["current_time", "get_weather"]);
            assert_eq!(sent(&talk)["messages"][2]["role"], "tool", "the first call was answered here");
        }
        // Nothing of the caller's is offered, and the agent's own tools are what they always are.
        talk.will(Reply::Call(String::new(), vec![("call_1", "current_time", "{}")])).will(Reply::Answer("Nine.".into()));
        let choice = choice(&talk, &with(body, "tool_choice", "none".into())).await;
        assert_eq!((&choice["message"]["content"], &choice["finish_reason"]), (&json!("Nine."), &json!("stop")));
        assert_eq!(sent(&talk)["tools"].as_array().map(Vec::len), Some(1));
    }

    async fn the_same_key_has_the_same_calls(talk: Talk) {
        talk.will(weather("", &["call_a"]));
        let send = |stream: bool| {
            let body = with(asking(&[user("How is it in Paris?")]), "stream", stream.into());
            talk.app.member().post(PATH).header("idempotency-key", if stream { "streamed" } else { "whole" }).json(&body)
        };
        let first = send(false).await.expect(200);
        assert_eq!(first["choices"][0]["message"]["tool_calls"][0]["id"], "call_a");
        assert_eq!(send(false).await.expect(200), first);
        talk.will(weather("", &["call_b"]));
        let first: Vec<Value> = send(true).await.events().await.into_iter().map(|event| event.data).collect();
        let again: Vec<Value> = send(true).await.events().await.into_iter().map(|event| event.data).collect();
        assert_eq!(again, first);
        assert_eq!(talk.upstream.received().len(), 2);
    }
}

#[tokio::test]
async fn what_is_said_of_the_choice_is_passed_on() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let body = asking(&[user("How is it in Paris?")]);
    let named = json!({"type": "function", "function": {"name": "get_weather"}});
    for (value, expected) in [
        (Value::Null, None),
        (json!("auto"), None),
        (json!("required"), Some(json!("required"))),
        (named.clone(), Some(named)),
    ] {
        talk.will(weather("", &["call_a"]));
        let body = with(with(body.clone(), "tool_choice", value), "parallel_tool_calls", false.into());
        assert_eq!(choice(&talk, &body).await["finish_reason"], "tool_calls");
        let sent = sent(&talk);
        assert_eq!((sent.get("tool_choice"), &sent["parallel_tool_calls"]), (expected.as_ref(), &json!(false)));
    }
    let none = with(body, "tool_choice", "none".into());
    assert_eq!(choice(&talk, &none).await["finish_reason"], "stop");
    assert!(sent(&talk).get("tools").is_none());
}

#[tokio::test]
async fn what_the_model_wrote_is_the_callers_to_judge() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let body = asking(&[user("How is it in Paris?")]);
    for arguments in [r#"{"city": "#, "[1]", r#"{"town":5}"#] {
        talk.will(Reply::Call(String::new(), vec![("call_a", "get_weather", arguments)]));
        let called = choice(&talk, &body).await["message"]["tool_calls"][0].clone();
        assert_eq!(called["function"]["arguments"], arguments);
        talk.will(Reply::Call(String::new(), vec![("call_a", "get_weather", arguments)]));
        let (deltas, _) = streamed(&talk, &body).await;
        let pieces = pieces(&deltas);
        assert_eq!(
            pieces.iter().filter_map(|piece| piece["function"]["arguments"].as_str()).collect::<String>(),
            arguments
        );
        // It comes back as it went out, and the model sees that it was no object.
        let messages =
            [user("How is it?"), json!({"role": "assistant", "tool_calls": [called]}), result("call_a", "no")];
        assert_eq!(choice(&talk, &asking(&messages)).await["finish_reason"], "stop");
    }
    // A call of no tool that is offered is answered here.
    talk.will(Reply::Call(String::new(), vec![("call_a", "set_weather", "{}")]))
        .will(Reply::Answer("Never mind.".into()));
    assert_eq!(choice(&talk, &body).await["message"]["content"], "Never mind.");
}

#[tokio::test]
async fn tools_and_conversations_that_do_not_fit_are_refused_by_their_place() {
    let talk = Talk::with(TestBackend::sqlite(), json!({"tools": {"allow": ["current_time"]}})).await;
    let question = user("How is it in Paris?");
    let called = json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": "call_a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}]});
    for (messages, param, words) in [
        (vec![question.clone(), result("call_a", "A")], "messages[1].tool_call_id", "belongs to no call"),
        (vec![question.clone(), called.clone(), result("b", "B")], "messages[2].tool_call_id", "is the id of no call"),
        (vec![question.clone(), called.clone()], "messages[1].tool_calls[0]", "has no result"),
        (vec![question.clone(), called.clone(), user("Well?")], "messages[1].tool_calls[0]", "has no result"),
        (
            vec![question.clone(), called.clone(), result("call_a", "A"), result("call_a", "A")],
            "messages[3].tool_call_id",
            "has a result already",
        ),
        (
            vec![question.clone(), called, json!({"role": "tool", "content": "A"})],
            "messages[2].tool_call_id",
            "is missing",
        ),
    ] {
        refused(ask(&talk, &asking(&messages)).await, param, words);
    }
    let body = asking(std::slice::from_ref(&question));
    let named = json!({"type": "function", "function": {"name": "get_time"}});
    for (name, value, param, words) in [
        ("tools", json!([tool("a"), tool("a")]), "tools[1].function.name", "earlier tool"),
        ("tools", json!([tool("a.b")]), "tools[0].function.name", ""),
        ("tools", json!([tool(&"a".repeat(65))]), "tools[0].function.name", ""),
        (
            "tools",
            json!([{"type": "custom", "custom": {"name": "a"}}]),
            "tools[0].function",
            "tools[0].type: is not one of",
        ),
        ("tools", json!(vec![tool("a"); 129]), "tools", ""),
        ("tools", json!([tool("current_time")]), "tools", "current_time"),
        ("tool_choice", named, "tool_choice.function.name", "none of the tools"),
        ("tool_choice", json!("always"), "tool_choice", ""),
        ("parallel_tool_calls", json!("no"), "parallel_tool_calls", ""),
    ] {
        refused(ask(&talk, &with(body.clone(), name, value)).await, param, words);
    }
    let mut alone = json!({"model": AGENT, "messages": [question], "tool_choice": "required"});
    refused(ask(&talk, &alone).await, "tool_choice", "not possible without tools");
    alone["tool_choice"] = "auto".into();
    ask(&talk, &alone).await.expect(200);
    assert_eq!(talk.upstream.received().len(), 1);
}

/// A streamed call as Anthropic's servers write it.
fn anthropic_call() -> Vec<Step> {
    let event = |name: &str, data: Value| Step::Raw(format!("event: {name}\ndata: {data}\n\n"));
    let block = |index: u32, block: Value| {
        event("content_block_start", json!({"type": "content_block_start", "index": index, "content_block": block}))
    };
    let delta = |text: &str| {
        event(
            "content_block_delta",
            json!({"type": "content_block_delta", "index": 0,
        "delta": {"type": "input_json_delta", "partial_json": text}}),
        )
    };
    vec![
        event(
            "message_start",
            json!({"type": "message_start", "message": {"usage": {"input_tokens": 7, "output_tokens": 1}}}),
        ),
        block(0, json!({"type": "tool_use", "id": "toolu_2", "name": "get_weather", "input": {}})),
        delta(""),
        delta("{\"city\": \"Pa"),
        delta("ris\"}"),
        event("content_block_stop", json!({"type": "content_block_stop", "index": 0})),
        event(
            "message_delta",
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 5}}),
        ),
        event("message_stop", json!({"type": "message_stop"})),
    ]
}

#[tokio::test]
async fn a_provider_of_anthropics_protocol_calls_them_too() {
    let talk = Talk::speaking(Protocol::Anthropic).await;
    let used = json!({"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}});
    let message = json!({"type": "message", "role": "assistant", "content": [used], "stop_reason": "tool_use",
        "usage": {"input_tokens": 7, "output_tokens": 5}});
    talk.will(Reply::Json(message));
    let body = with(asking(&[user("How is it in Paris?")]), "tool_choice", "required".into());
    let first = choice(&talk, &with(body.clone(), "parallel_tool_calls", false.into())).await;
    assert_eq!(first["message"]["tool_calls"][0]["function"]["arguments"], r#"{"city":"Paris"}"#);
    assert_eq!(sent(&talk)["tool_choice"], json!({"type": "any", "disable_parallel_tool_use": true}));

    talk.will(Reply::Stream(anthropic_call()));
    let (deltas, reasons) = streamed(&talk, &body).await;
    let pieces = pieces(&deltas);
    assert_eq!((pieces[0]["id"].as_str(), reasons.as_slice()), (Some("toolu_2"), &["tool_calls".to_owned()][..]));
    assert_eq!(
        pieces.iter().filter_map(|piece| piece["function"]["arguments"].as_str()).collect::<String>(),
        "{\"city\": \"Paris\"}"
    );

    talk.will(Reply::Json(
        json!({"type": "message", "content": [{"type": "text", "text": "It rains."}], "stop_reason": "end_turn"}),
    ));
    let messages = [user("How is it in Paris?"), first["message"].clone(), result("toolu_1", "Rain.")];
    assert_eq!(choice(&talk, &asking(&messages)).await["message"]["content"], "It rains.");
    let read = sent(&talk)["messages"].clone();
    assert_eq!(
        read[1],
        json!({"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}}]})
    );
    assert_eq!(
        read[2],
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "Rain."}]})
    );
}

#[tokio::test]
async fn a_call_that_must_be_is_asked_for_until_it_is_the_callers() {
    let own = json!({"tools": {"allow": ["current_time"], "max_rounds": 2}});
    let talk = Talk::with(TestBackend::sqlite(), own).await;
    let now = || Reply::Call(String::new(), vec![("call_1", "current_time", "{}")]);
    talk.will(now()).will(now()).will(weather("", &["call_a"]));
    let body = with(asking(&[user("How is it in Paris?")]), "tool_choice", "required".into());
    assert_eq!(choice(&talk, &body).await["message"]["tool_calls"][0]["id"], "call_a");
    let received = talk.upstream.received();
    let choices: Vec<&Value> = received.iter().map(|request| &request.body["tool_choice"]).collect();
    assert_eq!(choices, ["required"; 3]);
    let offered: Vec<usize> =
        received.iter().filter_map(|request| request.body["tools"].as_array().map(Vec::len)).collect();
    assert_eq!(offered, [2, 2, 1], "in the last round the caller's alone");
    // Without it the last round is asked for a text.
    talk.will(now()).will(now()).will(Reply::Answer("I cannot say.".into()));
    assert_eq!(choice(&talk, &asking(&[user("How is it?")])).await["message"]["content"], "I cannot say.");
    assert_eq!(sent(&talk)["tool_choice"], "none");
}
