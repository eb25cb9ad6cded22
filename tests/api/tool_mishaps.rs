//! What goes wrong with tools: at the gateway's start, and in a turn, where it is a result for the model.

use std::time::Duration;

use astra_core::{Gateway, StartError};
use serde_json::{Value, json};

use crate::conversation::{AGENT, Talk, text};
use crate::host_tools::Scripted;
use crate::support::{Reply, TestApp, TestBackend};

/// A talk with an agent that may call the tools.
async fn talk(tools: Vec<Scripted>, policy: Value) -> Talk {
    let builder = TestApp::builder(TestBackend::sqlite());
    let builder = builder.host(move |builder| tools.into_iter().fold(builder, |builder, tool| builder.tool(tool)));
    Talk::built(builder, json!({"tools": policy})).await
}

/// What the model reads of a call of the tool `does`, and whether that is an error.
async fn told(talk: &Talk, arguments: &'static str) -> (String, bool) {
    talk.will(Reply::Call(String::new(), vec![("call_1", "does", arguments)])).will(Reply::Answer("I see.".into()));
    let turn = talk.say("Do it.").await;
    assert_eq!((&turn["status"], &turn["content"]), (&json!("completed"), &json!("I see.")), "{turn}");
    let read =
        talk.upstream.received().pop().expect("a request").body["messages"].as_array().expect("messages").clone();
    (text(read.last().expect("a message"), "content").to_owned(), turn["tool_calls"][0]["is_error"] == true)
}

#[tokio::test]
async fn whatever_a_tool_does_the_model_reads_of_it_and_answers() {
    let tool = Scripted::named("does").patience(Duration::from_millis(30));
    let talk = talk(vec![tool], json!({"allow": ["does"]})).await;
    for (arguments, content, is_error) in [
        (r#"{"does": "say", "what": "done"}"#, "done", false),
        (r#"{"does": "say"}"#, "", false),
        (r#"{"does": "fail", "what": "It rains."}"#, "It rains.", true),
        (r#"{"does": "fail", "what": "a\u0000b"}"#, "a\u{fffd}b", true),
        (r#"{"does": "panic"}"#, "The tool failed.", true),
        (r#"{"does": "panic", "what": "early"}"#, "The tool failed.", true),
        (r#"{"does": "hang"}"#, "The tool did not answer within 0.03 s.", true),
        (r#"{"does": "bytes"}"#, "no text in UTF-8", true),
        (r#"{"does": "say", "what": "a\u0000b"}"#, "a NUL", true),
        (r#"{"does": "jump"}"#, "The tool was not called: its arguments do not fit.\n- /does: ", true),
        (r#"{}"#, "\"does\" is a required property", true),
        (r#"{"does": 1, "what": 2}"#, "/what", true),
        (r#"{"does": "#, "not a JSON object", true),
    ] {
        let (told, failed) = told(&talk, arguments).await;
        assert!(told.contains(content) && failed == is_error, "{arguments}: {failed} {told}");
    }
    let (long, failed) = told(&talk, r#"{"does": "repeat", "what": "0123456789", "times": 10000000}"#).await;
    assert!(!failed && long.len() < (64 << 10) + 100, "{}", long.len());
    assert!(long.ends_with("\n[cut: the result has 100000000 bytes, and these are the first 65536]"));
}

#[tokio::test]
async fn arguments_without_measure_are_an_error_for_the_model_or_for_the_turn() {
    let talk = talk(vec![Scripted::named("does")], json!({"allow": ["does"]})).await;
    let deep = format!("{{\"does\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let (said, failed) = told(&talk, deep.leak()).await;
    assert!(failed && said.contains("recursion limit"), "{said}");
    // More than an answer of a model may call with is refused where the answer is read.
    let long = format!("{{\"does\": \"say\", \"what\": \"{}\"}}", "a".repeat(2 << 20));
    talk.will(Reply::Call(String::new(), vec![("call_1", "does", long.leak())]));
    let question = json!({"agent_id": AGENT, "message": "Do it."});
    talk.app.member().post("/chat").json(&question).await.expect_problem(502, "upstream_error");
    assert_eq!(told(&talk, r#"{"does": "say", "what": "done"}"#).await, ("done".to_owned(), false));
}

#[tokio::test]
async fn a_call_knows_its_turn() {
    let talk = talk(vec![Scripted::named("does")], json!({"allow": ["does"]})).await;
    let (content, _) = told(&talk, r#"{"does": "context"}"#).await;
    let context: Value = serde_json::from_str(&content).expect("JSON");
    assert_eq!((&context["agent_id"], &context["call_id"]), (&json!(AGENT), &json!("call_1")));
    assert!(
        text(&context, "session_id").starts_with("ses_") && text(&context, "turn_id").starts_with("trn_"),
        "{context}"
    );
}

#[tokio::test]
async fn with_many_tools_the_model_searches_and_calls_what_it_has_found() {
    let names = (0..30).map(|number| Scripted::named(&format!("crm_{number}")));
    let tools = names.chain([Scripted::named("create_invoice"), Scripted::named("zip_files")]).collect();
    let talk = talk(tools, json!({"allow": ["crm_*", "create_invoice", "zip_files"], "max_in_prompt": 4})).await;
    talk.will(Reply::Call(String::new(), vec![("a", "search_tools", r#"{"query": "Create an invoice"}"#)]));
    talk.will(Reply::Call(
        String::new(),
        vec![("b", "create_invoice", r#"{"does": "say", "what": "made"}"#), ("c", "search_tools", "{}")],
    ));
    talk.will(Reply::Answer("It is made.".into()));
    let turn = talk.say("Bill it.").await;
    assert_eq!(turn["content"], "It is made.");
    let failed: Vec<_> = turn["tool_calls"].as_array().expect("calls").iter().map(|call| &call["is_error"]).collect();
    assert_eq!(failed, [&json!(false), &json!(false), &json!(true)]);
    let received = talk.upstream.received();
    let sent = |round: usize| -> Vec<String> {
        let tools = received[round].body["tools"].as_array().expect("tools");
        tools.iter().map(|tool| text(&tool["function"], "name").to_owned()).collect()
    };
    assert_eq!(sent(0), ["crm_0", "crm_1", "crm_10", "search_tools"]);
    assert_eq!(sent(1), ["crm_0", "crm_1", "crm_10", "search_tools", "create_invoice"]);
    assert_eq!(sent(2), sent(1));
    let context = talk.app.member().get(&format!("/sessions/{}/context", text(&turn, "session_id"))).await.expect(200);
    assert!(context["tools_tokens"].as_u64().is_some_and(|tokens| tokens > 100), "{context}");
    // A search finds nothing that the agent may not call.
    let fewer = json!({"tools": {"allow": ["*"], "deny": ["create_*"], "max_in_prompt": 1}});
    talk.app.admin().patch(&format!("/agents/{AGENT}")).json(&fewer).await.expect(200);
    talk.will(Reply::Call(
        String::new(),
        vec![("a", "search_tools", r#"{"query": "invoice"}"#), ("b", "create_invoice", r#"{"does": "say"}"#)],
    ));
    talk.will(Reply::Answer("I cannot.".into()));
    let turn = talk.say("Bill it.").await;
    assert_eq!(turn["tool_calls"][1]["is_error"], true, "{turn}");
    let last = talk.upstream.received().pop().expect("a request").body;
    assert!(last["tools"].as_array().is_some_and(|tools| tools.len() == 1), "{last}");
    let read = last["messages"].as_array().expect("messages");
    let found = text(&read[read.len() - 2], "content");
    assert!(found.starts_with("{\"tools\":[],") && !found.contains("invoice"), "{found}");
}

/// What is wrong with the tools of a host.
async fn faults(tools: Vec<Scripted>) -> String {
    let backend = TestBackend::sqlite();
    let mut config = backend.config();
    config.data_dir = config.data_dir.join("not-made");
    config.drain_s = 1;
    config.chat.turn_timeout_s = 0;
    let builder = tools.into_iter().fold(Gateway::builder(config.clone()), |builder, tool| builder.tool(tool));
    let found = builder.check().await.faults;
    let Err(fault @ StartError::Config(_)) = builder.open().await else { panic!("it opens all the same") };
    assert!(!config.data_dir.exists(), "nothing is half done");
    let text = fault.to_string();
    assert!(found.iter().all(|fault| text.contains(&fault.detail)), "{text}");
    assert!(text.contains("chat.turn_timeout_s"), "all faults at once: {text}");
    text
}

#[tokio::test]
async fn a_gateway_does_not_open_with_a_tool_that_cannot_be_used() {
    let tool = Scripted::named;
    for (tools, told) in [
        (vec![tool("current_time")], "two tools of the name `current_time`"),
        (vec![tool("http_fetch")], "two tools of the name `http_fetch`"),
        (vec![tool("a"), tool("a")], "two tools of the name `a`"),
        (vec![tool("search_tools")], "is reserved"),
        (vec![tool("approvals")], "is reserved"),
        (vec![tool("")], "is no name"),
        (vec![tool("a.b")], "is no name"),
        (vec![tool(&"a".repeat(65))], "is no name"),
        (vec![tool("a").schema(json!({"$ref": "#"}))], "refers to itself in a circle"),
        (vec![tool("a").schema(json!({"$defs": {"a": {"$ref": "#/$defs/a"}}}))], "refers to itself in a circle"),
        (
            vec![tool("a").schema(json!({"properties": {"a": {"$ref": "http://127.0.0.1/a"}}}))],
            "refers to `http://127.0.0.1/a`",
        ),
        (vec![tool("a").schema(json!("no schema"))], "is no JSON Schema of an object"),
        (vec![tool("a").schema(json!({"type": "array"}))], "must be of an object"),
        (vec![tool("a").patience(Duration::ZERO)], "must be more than 0"),
    ] {
        let text = faults(tools).await;
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[tokio::test]
async fn an_agent_may_name_what_a_source_claims_and_not_what_is_off() {
    let builder = TestApp::builder(TestBackend::sqlite()).host(|builder| builder.tool_source(Scripted::source()));
    let app = builder.open().await;
    let create = |name: &str| app.admin().post("/agents").json(&json!({"id": "a", "tools": {"allow": [name]}}));
    let problem = create("http_fetch").await.expect_problem(422, "invalid_request");
    assert!(
        problem["errors"][0]["detail"].as_str().is_some_and(|why| why.contains("set tools.http_fetch")),
        "{problem}"
    );
    create("seasonal").await.expect(201);
    let asked = json!({"agent_id": "a", "message": "/tool seasonal {\"does\": \"say\", \"what\": \"snow\"}"});
    let turn = app.member().post("/chat").json(&asked).await.expect(200);
    assert_eq!(turn["tool_calls"][0]["is_error"], false, "{turn}");
}
