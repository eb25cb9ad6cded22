//! Calls of tools that are wrong: arguments that are no JSON, and servers that mean no good.

use astra_core::provider::{Arguments, ErrorKind, FinishReason};
use serde_json::{Value, json};

use crate::asking::{Heard, anthropic, complete, failure, listen, openai};
use crate::upstream::{Reply, Upstream};

fn delta(calls: &Value) -> String {
    format!("data: {}\n\n", json!({"choices": [{"delta": {"tool_calls": calls}}]}))
}

fn finished(reason: &str) -> String {
    format!("data: {}\n\ndata: [DONE]\n\n", json!({"choices": [{"delta": {}, "finish_reason": reason}]}))
}

fn called(index: usize, id: &str, name: &str, arguments: &str) -> Value {
    json!({"index": index, "id": id, "function": {"name": name, "arguments": arguments}})
}

async fn heard(stream: impl Into<Vec<u8>>) -> Heard {
    listen(&openai(&Upstream::script([Reply::events().send(stream)]).await.url)).await
}

async fn failed(message: &Value) -> ErrorKind {
    let reply = Reply::json(200, &json!({"choices": [{"message": message, "finish_reason": "tool_calls"}]}));
    failure(&openai(&Upstream::script([reply]).await.url)).await.kind
}

#[tokio::test]
async fn broken_json_is_kept_with_what_is_wrong_with_it() {
    for (written, fault) in [
        ("{\"city\": \"Rome\"", "EOF while parsing an object at line 1 column 15"),
        ("{'city': 'Rome'}", "key must be a string at line 1 column 2"),
        ("Rome", "expected value at line 1 column 1"),
        ("[\"Rome\"]", "they are an array"),
        ("\"Rome\"", "they are a single value"),
        ("{}{}", "trailing characters at line 1 column 3"),
    ] {
        let heard = heard(delta(&json!([called(0, "a", "look", written)])) + &finished("tool_calls")).await;
        assert_eq!((heard.error, heard.finish_reason), (None, Some(FinishReason::ToolCalls)), "{written}");
        assert_eq!(heard.calls[0].arguments, Arguments::Text(written.to_owned()));
        assert_eq!(heard.begun[0].2, written);
        let told = heard.calls[0].arguments.object().unwrap_err();
        assert!(told.ends_with(fault), "{written}: {told}");
        let [start, input] = [
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "a", "name": "look"}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"partial_json": written}}),
        ];
        let end = json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}});
        let stream = format!("data: {start}\n\ndata: {input}\n\ndata: {end}\n\n");
        let heard = listen(&anthropic(&Upstream::script([Reply::events().send(stream)]).await.url)).await;
        assert_eq!(heard.calls[0].arguments, Arguments::Text(written.to_owned()));
    }
}

#[tokio::test]
async fn what_models_get_wrong_in_json_is_read_all_the_same() {
    for (written, expected) in [
        ("{\"text\": \"one\n\ttwo\"}", json!({"text": "one\n\ttwo"})),
        ("\"{\\\"a\\\": 1}\"", json!({"a": 1})),
        ("{\"a\": NaN}", json!({"a": null})),
        ("{\"a\": \"\\ud83d\"}", json!({"a": "\u{fffd}"})),
        (" \n", json!({})),
        ("null", json!({})),
    ] {
        let heard = heard(delta(&json!([called(0, "a", "look", written)])) + &finished("tool_calls")).await;
        assert_eq!(serde_json::to_value(&heard.calls[0].arguments).unwrap(), expected, "{written}");
    }
    // Halves and bytes of a character, in the arguments and over the border of two pieces.
    for (pieces, expected) in [
        ([&b"{\\\"a\\\": \\\"\\ud83d"[..], b"\\ude00\\\"}"], "\u{1f600}"),
        ([b"{\\\"a\\\": \\\"\xe2\x82", b"\xac\\\"}"], "\u{20ac}"),
        ([b"{\\\"a\\\": \\\"\xff", b"\\\"}"], "\u{fffd}"),
    ] {
        let event = |piece: &[u8]| {
            let start = b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"look\",\"arguments\":\"";
            [start, piece, b"\"}}]}}]}\n\n"].concat()
        };
        let stream = [event(pieces[0]), event(pieces[1]), finished("tool_calls").into()].concat();
        let heard = heard(stream).await;
        assert_eq!(heard.calls[0].arguments.object().unwrap()["a"], expected, "{pieces:?}");
    }
}

#[tokio::test]
async fn an_answer_that_ran_into_its_limit_has_the_calls_that_it_had_begun() {
    let stream = delta(&json!([called(0, "a", "look", "{}"), called(1, "b", "look", "{\"city\": \"Ro")]));
    let heard = heard(stream + &finished("length")).await;
    assert_eq!((heard.finish_reason, heard.calls.len()), (Some(FinishReason::Length), 2));
    assert!(heard.calls[0].arguments.object().is_ok() && heard.calls[1].arguments.object().is_err());
}

#[tokio::test]
async fn a_stream_of_calls_without_its_end_is_cut() {
    let half = delta(&json!([called(0, "a", "look", "{\"city\":")]));
    let heard = heard(half).await;
    assert_eq!((heard.error_kind(), heard.finish_reason, heard.calls.len()), (Some(ErrorKind::Cut), None, 0));
    assert_eq!(heard.begun.len(), 1);
}

#[tokio::test]
async fn a_call_of_nothing_is_no_answer() {
    let nameless = json!([{"index": 0, "id": "a", "function": {"arguments": "{\"city\": \"Rome\"}"}}]);
    assert_eq!(heard(delta(&nameless) + &finished("tool_calls")).await.error_kind(), Some(ErrorKind::Malformed));
    assert_eq!(failed(&json!({"content": "Hi", "tool_calls": nameless})).await, ErrorKind::Malformed);
    let nothing = delta(&json!([{"index": 0, "id": "a", "function": {"name": "", "arguments": ""}}]));
    assert_eq!(heard(nothing + "data: [DONE]\n\n").await.error_kind(), Some(ErrorKind::Malformed));
    // Nor is one that comes when the answer has been said to have none.
    let text = format!("data: {}\n\n", json!({"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}));
    let late = heard(text.clone() + &delta(&json!([called(0, "a", "look", "{}")])) + "data: [DONE]\n\n").await;
    assert_eq!((late.text().as_str(), late.error_kind()), ("Hi", Some(ErrorKind::Malformed)));
    let empty = heard(text + &delta(&json!([{"index": 0}])) + "data: [DONE]\n\n").await;
    assert_eq!((empty.text().as_str(), empty.error), ("Hi", None));
}

#[tokio::test]
async fn no_answer_calls_ten_thousand_tools() {
    let calls: Vec<Value> = (0..10_000).map(|number| called(number, &format!("c{number}"), "look", "{}")).collect();
    assert_eq!(failed(&json!({"tool_calls": calls})).await, ErrorKind::TooLarge);
    let stream: String = calls.iter().map(|call| delta(&json!([call]))).collect();
    let streamed = heard(stream).await;
    assert_eq!(
        (streamed.error_kind(), streamed.begun.len(), streamed.calls.len()),
        (Some(ErrorKind::TooLarge), 128, 0)
    );
    let blocks: Vec<Value> = (0..10_000).map(|_| json!({"type": "tool_use", "name": "look"})).collect();
    let reply = Reply::json(200, &json!({"type": "message", "content": blocks, "stop_reason": "tool_use"}));
    assert_eq!(failure(&anthropic(&Upstream::script([reply]).await.url)).await.kind, ErrorKind::TooLarge);
    // As many as there may be.
    let body = json!({"choices": [{"message": {"tool_calls": calls[..128]}}]});
    let answer = complete(&openai(&Upstream::script([Reply::json(200, &body)]).await.url)).await.unwrap();
    assert_eq!(answer.calls.len(), 128);
    // One number for all is one call, however often it comes.
    let same = delta(&json!([called(0, "a", "look", "{}")])).repeat(10_000);
    assert_eq!(heard(same + &finished("tool_calls")).await.calls.len(), 1);
}

#[tokio::test]
async fn arguments_do_not_grow_without_bound() {
    let piece = "x".repeat(100 << 10);
    let stream: String = (0..20).map(|_| delta(&json!([called(0, "a", "look", &piece)]))).collect();
    let streamed = heard(stream).await;
    assert_eq!(streamed.error_kind(), Some(ErrorKind::TooLarge));
    assert!(streamed.begun[0].2.len() <= 1 << 20, "{}", streamed.begun[0].2.len());
    // Of all calls together, and of what is added to them.
    let many: Vec<Value> = (0..20).map(|number| called(number, &format!("c{number}"), "look", &piece)).collect();
    assert_eq!(failed(&json!({"tool_calls": many})).await, ErrorKind::TooLarge);
    let extra = json!([{"id": "a", "function": {"name": "look"}, "extra_content": {"x": "x".repeat(2 << 20)}}]);
    assert_eq!(failed(&json!({"tool_calls": extra})).await, ErrorKind::TooLarge);
}

#[tokio::test]
async fn ids_and_names_are_bounded_and_printable() {
    let message = json!({"tool_calls": [
        called(0, &"i".repeat(100_000), &"n".repeat(100_000), "{}"),
        called(1, "a\u{0}b", " lo\u{0}ok\n", "{}"),
        called(2, "same", "look", "{}"),
        called(3, "same", "look", "{}"),
    ]});
    let body = json!({"choices": [{"message": message}]});
    let answer = complete(&openai(&Upstream::script([Reply::json(200, &body)]).await.url)).await.unwrap();
    let ids: Vec<&str> = answer.calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["call_1", "call_2", "same", "call_4"]);
    assert_eq!((answer.calls[0].name.len(), answer.calls[1].name.as_str()), (256, "look"));
}

#[tokio::test]
async fn calls_nested_too_deep_are_no_json() {
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    let heard = heard(delta(&json!([called(0, "a", "look", &deep)])) + &finished("tool_calls")).await;
    assert!(heard.calls[0].arguments.object().unwrap_err().contains("recursion limit"));
}
