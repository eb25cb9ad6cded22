//! What is sent upstream of tools: those that are offered, those that were called, and what they answered.

use std::sync::Arc;

use astra_core::config::{Protocol, ProviderConfig};
use astra_core::provider::{
    Arguments, Chunk, Completion, Content, ErrorKind, FinishReason, Message, Parameter, Part, Provider as _, Registry,
    Request, Role, Tool, ToolCall, ToolChoice, ToolResult,
};
use serde_json::{Value, json};

use crate::asking::{anthropic, ask, complete, config, message, messages, openai, registry, request, target, tool};
use crate::own::{Act, Own};
use crate::upstream::{Reply, Upstream};

fn call(id: &str, name: &str, arguments: &str) -> Part {
    let arguments = Arguments::parse(arguments.to_owned());
    Part::ToolCall(ToolCall { id: id.to_owned(), name: name.to_owned(), arguments, extra: None })
}

fn result(call_id: &str, content: &str, is_error: bool) -> Part {
    Part::ToolResult(ToolResult { call_id: call_id.to_owned(), content: content.to_owned(), is_error })
}

fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

fn parts(role: Role, parts: Vec<Part>) -> Message {
    Message { role, content: Content::Parts(parts) }
}

/// A round of two calls, of which one was not written well and one failed.
fn conversation() -> Vec<Message> {
    vec![
        message(Role::User, "How is it outside?"),
        parts(
            Role::Assistant,
            vec![text("I will look."), call("c1", "look", r#"{"city": "Rome"}"#), call("c2", "listen", "{\"city")],
        ),
        parts(Role::Tool, vec![result("c1", "Rain.", false)]),
        parts(Role::Tool, vec![result("c2", "No such city.", true)]),
        message(Role::User, "And now?"),
    ]
}

/// What `registry` sends of `request`.
async fn sent(upstream: &Upstream, registry: &Registry, request: Request<'_>) -> Value {
    registry.complete(&[target("up")], request, &mut Vec::new()).await.unwrap();
    upstream.requests().pop().unwrap().body
}

async fn sent_to_openai(request: Request<'_>) -> Value {
    let upstream = Upstream::saying("ok").await;
    sent(&upstream, &openai(&upstream.url), request).await
}

async fn sent_to_preset(preset: &str, request: Request<'_>) -> Value {
    let upstream = Upstream::saying("ok").await;
    let config = ProviderConfig { preset: Some(preset.to_owned()), ..config(&upstream.url, Protocol::OpenAi) };
    sent(&upstream, &registry(config), request).await
}

async fn sent_to_anthropic(request: Request<'_>) -> Value {
    let answer = json!({"type": "message", "content": [{"type": "text", "text": "ok"}], "stop_reason": "end_turn"});
    let upstream = Upstream::script([Reply::json(200, &answer)]).await;
    sent(&upstream, &anthropic(&upstream.url), request).await
}

#[tokio::test]
async fn without_tools_no_byte_is_sent_of_them() {
    let upstream = Upstream::saying("ok").await;
    complete(&openai(&upstream.url)).await.unwrap();
    let messages = r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello, you."}]"#;
    assert_eq!(upstream.requests()[0].text, format!(r#"{{"model":"model-1","messages":{messages}}}"#));
    let answer = json!({"type": "message", "content": [{"type": "text", "text": "ok"}], "stop_reason": "end_turn"});
    let upstream = Upstream::script([Reply::json(200, &answer)]).await;
    complete(&anthropic(&upstream.url)).await.unwrap();
    let system = r#"[{"type":"text","text":"Be brief."}]"#;
    let messages = r#"[{"role":"user","content":[{"type":"text","text":"Hello, you."}]}]"#;
    let expected = format!(r#"{{"model":"model-1","max_tokens":4096,"system":{system},"messages":{messages}}}"#);
    assert_eq!(upstream.requests()[0].text, expected);
    // Nor of a choice among none.
    let none = Request { tool_choice: ToolChoice::Required, parallel_tool_calls: Some(true), ..Request::default() };
    assert_eq!(sent_to_openai(none).await, json!({"model": "model-1", "messages": []}));
    assert_eq!(sent_to_anthropic(none).await, json!({"model": "model-1", "max_tokens": 4096, "messages": []}));
}

#[tokio::test]
async fn what_is_offered_is_sent_in_each_protocols_form() {
    let bare = Tool { name: "now".into(), description: "".into(), parameters: Arc::default(), is_strict: true };
    let tools = [tool("look"), bare];
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let empty = json!({"type": "object", "properties": {}});
    let request = Request { tools: &tools, ..Request::default() };
    let description = "Looks out of the window.";
    let body = sent_to_openai(request).await;
    let function = json!({"name": "look", "description": description, "parameters": schema});
    let now = json!({"name": "now", "parameters": empty, "strict": true});
    let expected = json!([{"type": "function", "function": function}, {"type": "function", "function": now}]);
    assert_eq!(body, json!({"model": "model-1", "messages": [], "tools": expected}));
    let body = sent_to_anthropic(request).await;
    let look = json!({"name": "look", "description": description, "input_schema": schema});
    let expected = json!([look, {"name": "now", "input_schema": empty}]);
    assert_eq!(body, json!({"model": "model-1", "max_tokens": 4096, "messages": [], "tools": expected}));
}

#[tokio::test]
async fn a_choice_is_sent_in_each_protocols_form() {
    let tools = [tool("look")];
    let named = json!({"type": "function", "function": {"name": "look"}});
    for (choice, parallel, of_openai, of_anthropic) in [
        (ToolChoice::Auto, None, Value::Null, Value::Null),
        (ToolChoice::Auto, Some(true), Value::Null, Value::Null),
        (ToolChoice::Auto, Some(false), Value::Null, json!({"type": "auto", "disable_parallel_tool_use": true})),
        (ToolChoice::None, Some(false), json!("none"), json!({"type": "none"})),
        (ToolChoice::Required, None, json!("required"), json!({"type": "any"})),
        (ToolChoice::Named("look"), None, named, json!({"type": "tool", "name": "look"})),
    ] {
        let request =
            Request { tools: &tools, tool_choice: choice, parallel_tool_calls: parallel, ..Request::default() };
        let body = sent_to_openai(request).await;
        assert_eq!(body.get("tool_choice").unwrap_or(&Value::Null), &of_openai, "{choice:?} {parallel:?}");
        assert_eq!(body.get("parallel_tool_calls"), parallel.map(Value::from).as_ref(), "{choice:?} {parallel:?}");
        let body = sent_to_anthropic(request).await;
        assert_eq!(body.get("tool_choice").unwrap_or(&Value::Null), &of_anthropic, "{choice:?} {parallel:?}");
    }
}

#[tokio::test]
async fn calls_and_results_go_to_openai_as_messages_of_their_own() {
    let messages = conversation();
    let body = sent_to_openai(request(&messages)).await;
    let called = |id: &str, name: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
    let calls = [called("c1", "look", r#"{"city":"Rome"}"#), called("c2", "listen", r#"{"INVALID_JSON":"{\"city"}"#)];
    let expected = json!([
        {"role": "user", "content": "How is it outside?"},
        {"role": "assistant", "content": "I will look.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "Rain."},
        {"role": "tool", "tool_call_id": "c2", "content": "No such city."},
        {"role": "user", "content": "And now?"},
    ]);
    assert_eq!(body["messages"], expected);
    // Results stand before what is said with them; a call without a word has null.
    let image = Part::ImageUrl { url: "https://e.org/a.png".into() };
    let messages = [
        parts(Role::Assistant, vec![text(""), call("c1", "look", "{}")]),
        parts(Role::User, vec![text("Well?"), image, result("c1", "", false)]),
    ];
    let body = sent_to_openai(request(&messages)).await;
    let said =
        json!([{"type": "text", "text": "Well?"}, {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}]);
    let expected = json!([
        {"role": "assistant", "content": null, "tool_calls": [called("c1", "look", "{}")]},
        {"role": "tool", "tool_call_id": "c1", "content": ""},
        {"role": "user", "content": said},
    ]);
    assert_eq!(body["messages"], expected);
}

#[tokio::test]
async fn calls_and_results_go_to_anthropic_as_blocks_with_the_results_first() {
    let messages = conversation();
    let tools = [tool("look")];
    let body = sent_to_anthropic(Request { tools: &tools, ..request(&messages) }).await;
    let expected = json!([
        {"role": "user", "content": [{"type": "text", "text": "How is it outside?"}]},
        {"role": "assistant", "content": [
            {"type": "text", "text": "I will look."},
            {"type": "tool_use", "id": "c1", "name": "look", "input": {"city": "Rome"}},
            {"type": "tool_use", "id": "c2", "name": "listen", "input": {"INVALID_JSON": "{\"city"}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "c1", "content": "Rain."},
            {"type": "tool_result", "tool_use_id": "c2", "content": "No such city.", "is_error": true},
            {"type": "text", "text": "And now?"},
        ]},
    ]);
    assert_eq!(body["messages"], expected);
    let messages = [
        parts(Role::Assistant, vec![text(" "), call("c1", "look", "{}"), call("c2", "look", "{}")]),
        parts(Role::User, vec![text("Well?")]),
        parts(Role::Tool, vec![result("c2", "", false)]),
        parts(Role::Tool, vec![result("c1", " ", true)]),
    ];
    let body = sent_to_anthropic(Request { tools: &tools, ..request(&messages) }).await;
    let results = json!([
        {"type": "tool_result", "tool_use_id": "c2"},
        {"type": "tool_result", "tool_use_id": "c1", "is_error": true},
        {"type": "text", "text": "Well?"},
    ]);
    assert_eq!(body["messages"][1]["content"], results);
    assert_eq!(body["messages"][0]["content"][0]["type"], "tool_use");
}

#[tokio::test]
async fn a_conversation_with_calls_names_their_tools_to_anthropic_though_none_are_offered() {
    let messages = conversation();
    let body = sent_to_anthropic(request(&messages)).await;
    let schema = json!({"type": "object", "properties": {}});
    let expected = json!([{"name": "look", "input_schema": schema}, {"name": "listen", "input_schema": schema}]);
    assert_eq!((&body["tools"], &body["tool_choice"]), (&expected, &json!({"type": "none"})));
    let body = sent_to_openai(request(&messages)).await;
    assert!(body.get("tools").is_none() && body.get("tool_choice").is_none(), "{body}");
}

#[tokio::test]
async fn ids_that_a_server_refuses_are_replaced_and_pairs_stay_pairs() {
    let long = "x".repeat(100);
    let messages = [
        parts(Role::Assistant, vec![call("functions.look:0", "look", "{}"), call(&long, "look", "{}")]),
        parts(Role::Tool, vec![result("functions.look:0", "1", false), result(&long, "2", false)]),
        // The same id in the next round, as of servers that number the calls of each answer.
        parts(Role::Assistant, vec![call("functions.look:0", "multi_tool_use.parallel", "{}")]),
        parts(Role::Tool, vec![result("functions.look:0", "3", false)]),
    ];
    let body = sent_to_openai(request(&messages)).await;
    let ids = |body: &Value, place: usize| body["messages"][place]["tool_calls"][0]["id"].clone();
    assert_eq!((ids(&body, 0), &body["messages"][0]["tool_calls"][1]["id"]), (json!("functions.look:0"), &json!(long)));
    assert_eq!(ids(&body, 3), json!("functions.look:0_2"));
    assert_eq!(body["messages"][4]["tool_call_id"], ids(&body, 3));
    assert_eq!(body["messages"][3]["tool_calls"][0]["function"]["name"], "multi_tool_use_parallel");
    for (preset, is_good) in [
        ("openai", (|id| id.len() <= 40) as fn(&str) -> bool),
        ("mistral", |id| id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())),
    ] {
        let body = sent_to_preset(preset, request(&messages)).await;
        let calls = body["messages"][0]["tool_calls"].as_array().unwrap().iter().map(|call| &call["id"]);
        for (call, place) in calls.chain([&ids(&body, 3)]).zip([1, 2, 4]) {
            assert_eq!(body["messages"][place]["tool_call_id"], *call, "{preset}");
            assert!(is_good(call.as_str().unwrap()), "{preset}: {call}");
        }
    }
    let body = sent_to_anthropic(request(&messages)).await;
    let uses: Vec<&str> = ["/0/content/0", "/0/content/1", "/2/content/0"]
        .into_iter()
        .map(|place| body["messages"].pointer(place).unwrap()["id"].as_str().unwrap())
        .collect();
    let results: Vec<&str> = ["/1/content/0", "/1/content/1", "/3/content/0"]
        .into_iter()
        .map(|place| body["messages"].pointer(place).unwrap()["tool_use_id"].as_str().unwrap())
        .collect();
    assert_eq!(uses, results);
    assert!(uses[0] != uses[2] && uses.iter().all(|id| id.len() == 9), "{uses:?}");
}

#[tokio::test]
async fn what_one_server_called_goes_back_to_it_and_on_to_another() {
    let function = |arguments: &str| json!({"name": "look", "arguments": arguments});
    let calls = json!([
        {"id": "chatcmpl-tool-1", "type": "function", "function": function("{\"z\":1,\"a\":\"\u{1f600}\"}")},
        {"id": "", "type": "function", "function": function("{\"a\":")},
    ]);
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
    let first = json!({"choices": [{"message": message, "finish_reason": "tool_calls"}]});
    let upstream = Upstream::script([Reply::json(200, &first)]).await;
    let answer = complete(&openai(&upstream.url)).await.unwrap();
    let results = answer.calls.iter().map(|call| result(&call.id, "Rain.", call.arguments.object().is_err()));
    let results = parts(Role::Tool, results.collect());
    let messages = [parts(Role::Assistant, answer.calls.into_iter().map(Part::ToolCall).collect()), results];
    // As a store keeps them.
    let kept = messages.map(|message| {
        let kept = serde_json::to_string(&message.content).unwrap();
        Message { content: serde_json::from_str(&kept).unwrap(), ..message }
    });
    let body = sent_to_openai(request(&kept)).await;
    let called = &body["messages"][0]["tool_calls"];
    assert_eq!(called[0], calls[0]);
    assert_eq!((&called[1]["id"], &body["messages"][2]["tool_call_id"]), (&json!("call_2"), &json!("call_2")));
    let body = sent_to_anthropic(request(&kept)).await;
    let input = json!({"z": 1, "a": "\u{1f600}"});
    let used = json!({"type": "tool_use", "id": "chatcmpl-tool-1", "name": "look", "input": input});
    let told = json!({"type": "tool_result", "tool_use_id": "call_2", "content": "Rain.", "is_error": true});
    assert_eq!((&body["messages"][0]["content"][0], &body["messages"][1]["content"][1]), (&used, &told));
}

#[tokio::test]
async fn what_gemini_adds_to_a_call_goes_back_to_it_alone() {
    let extra = json!({"google": {"thought_signature": "x"}});
    let with = ToolCall {
        id: "c1".into(),
        name: "look".into(),
        arguments: Arguments::parse("{}".into()),
        extra: Some(extra.clone()),
    };
    let messages =
        [parts(Role::Assistant, vec![Part::ToolCall(with)]), parts(Role::Tool, vec![result("c1", "", false)])];
    for (preset, expected) in [("gemini", Some(&extra)), ("openai", None), ("ollama", None)] {
        let body = sent_to_preset(preset, request(&messages)).await;
        assert_eq!(body["messages"][0]["tool_calls"][0].get("extra_content"), expected, "{preset}");
    }
    assert!(sent_to_anthropic(request(&messages)).await["messages"][0]["content"][0].get("extra").is_none());
}

#[tokio::test]
async fn what_a_provider_cannot_do_is_refused_by_name() {
    let tools = [tool("look")];
    let messages = messages();
    let request = Request { tools: &tools, ..request(&messages) };
    let own = Own::new([Act::Say("no")]);
    let registry = openai("http://127.0.0.1:1/v1").with("own", Arc::new(own.clone())).unwrap();
    let refused = registry.complete(&[target("own")], request, &mut Vec::new()).await.unwrap_err();
    assert_eq!((refused.kind, refused.param.as_deref(), own.calls()), (ErrorKind::Unsupported, Some("tools"), 0));
    assert!(refused.message.ends_with("the provider own does not support tools: leave tools out"), "{refused}");
    assert_eq!(own.unsupported_tools(request), Some(Parameter::Tools));
    // As a fallback it is passed over.
    let refused = registry.complete(&[target("up"), target("own")], request, &mut Vec::new()).await.unwrap_err();
    assert_eq!((refused.kind, own.calls()), (ErrorKind::Connect, 0));

    let upstream = Upstream::saying("ok").await;
    let config = ProviderConfig { preset: Some("ollama".into()), ..config(&upstream.url, Protocol::OpenAi) };
    let registry = crate::asking::registry(config);
    for choice in [ToolChoice::Required, ToolChoice::Named("look")] {
        let request = Request { tool_choice: choice, ..request };
        let refused = registry.complete(&[target("up")], request, &mut Vec::new()).await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.param.as_deref()),
            (ErrorKind::Unsupported, Some("tool_choice")),
            "{choice:?}"
        );
    }
    assert!(sent(&upstream, &registry, request).await.get("tools").is_some());
    // It does not know `none`, but what it is not offered it cannot call.
    let body = sent(&upstream, &registry, Request { tool_choice: ToolChoice::None, ..request }).await;
    assert!(body.get("tools").is_none() && body.get("tool_choice").is_none(), "{body}");
}

/// Asks the built-in model, whole and streamed, which must agree.
async fn echo(request: Request<'_>) -> Completion {
    let registry = openai("http://127.0.0.1:1/v1");
    let whole = registry.complete(&[target("echo")], request, &mut Vec::new()).await.unwrap();
    let heard = ask(&registry, &[target("echo")], request).await;
    assert_eq!((heard.text(), &heard.calls, heard.usage), (whole.content.clone(), &whole.calls, whole.usage));
    assert_eq!((heard.finish_reason, heard.error), (Some(whole.finish_reason), None));
    let streamed: Vec<_> = heard.begun.iter().map(|(id, _, text)| (id.clone(), text.clone())).collect();
    let called: Vec<_> = whole.calls.iter().map(|call| (call.id.clone(), call.arguments.text().into_owned())).collect();
    assert_eq!(streamed, called);
    whole
}

#[tokio::test]
async fn echo_calls_a_tool_when_it_is_asked_to_and_says_what_it_answered() {
    let tools = [tool("look"), tool("listen")];
    let mut messages = vec![message(Role::User, "Please:\n/tool look {\"city\": \"Rome\"}\n/tool listen\n/tool paint")];
    let request = Request { tools: &tools, ..request(&messages) };
    let answer = echo(request).await;
    let called: Vec<_> = answer.calls.iter().map(|call| (&*call.id, &*call.name, call.arguments.text())).collect();
    assert_eq!(called, [("call_1", "look", r#"{"city":"Rome"}"#.into()), ("call_2", "listen", "{}".into())]);
    assert_eq!((answer.content.as_str(), answer.finish_reason), ("", FinishReason::ToolCalls));
    assert_eq!(echo(Request { parallel_tool_calls: Some(false), ..request }).await.calls.len(), 1);
    let listens = echo(Request { tool_choice: ToolChoice::Named("listen"), ..request }).await;
    assert_eq!(listens.calls.iter().map(|call| &*call.name).collect::<Vec<_>>(), ["listen"]);
    for quiet in [Request { tool_choice: ToolChoice::None, ..request }, Request { tools: &[], ..request }] {
        let answer = echo(quiet).await;
        assert!(answer.calls.is_empty() && answer.content.contains("/tool look"), "{answer:?}");
    }
    messages.push(parts(Role::Assistant, answer.calls.into_iter().map(Part::ToolCall).collect()));
    messages.push(parts(Role::Tool, vec![result("call_1", "Rain, heavy.", false)]));
    messages.push(parts(Role::Tool, vec![result("call_2", "Drops.", false)]));
    let request = Request { tools: &tools, ..crate::asking::request(&messages) };
    let answer = echo(request).await;
    assert_eq!((answer.content.as_str(), answer.finish_reason), ("Rain, heavy.\nDrops.", FinishReason::Stop));
    // In the next round ids go on.
    messages.push(message(Role::User, "/tool look {\"city"));
    let answer = echo(Request { tools: &tools, ..crate::asking::request(&messages) }).await;
    assert_eq!((answer.calls[0].id.as_str(), answer.calls[0].arguments.text()), ("call_3", "{\"city".into()));
    assert!(answer.calls[0].arguments.object().is_err());
    let hello = [message(Role::User, "Hello.")];
    let request = Request { tools: &tools, tool_choice: ToolChoice::Required, ..crate::asking::request(&hello) };
    assert_eq!(echo(request).await.calls[0].name, "look");
}

#[test]
fn chunks_stay_small() {
    assert!(size_of::<Chunk>() <= 64, "{}", size_of::<Chunk>());
}
