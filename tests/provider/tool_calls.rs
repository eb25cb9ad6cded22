//! Calls of tools as servers really write them, in both protocols, streamed and whole.

use astra_core::provider::{Arguments, Completion, FinishReason, ToolCall};
use serde_json::{Value, json};

use crate::asking::{Heard, anthropic, complete, listen, openai};
use crate::upstream::{Reply, Upstream};

const DONE: &str = "data: [DONE]\n\n";

/// Events of OpenAI's protocol with these deltas.
fn deltas(deltas: &[Value]) -> String {
    deltas.iter().map(|delta| format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": delta}]}))).collect()
}

/// A delta with these pieces of calls.
fn pieces(pieces: &[Value]) -> Value {
    json!({"tool_calls": pieces})
}

fn finished(reason: &str) -> String {
    format!("data: {}\n\n{DONE}", json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

/// Events of Anthropic's protocol.
fn events(events: &[Value]) -> String {
    events.iter().map(|data| format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap())).collect()
}

fn block(index: usize, id: &str, name: &str, input: &Value) -> Value {
    let block = json!({"type": "tool_use", "id": id, "name": name, "input": input});
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn input(index: usize, json: &str) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": {"type": "input_json_delta", "partial_json": json}})
}

fn ended(reason: &str) -> [Value; 2] {
    [json!({"type": "message_delta", "delta": {"stop_reason": reason}}), json!({"type": "message_stop"})]
}

async fn heard(stream: String) -> Heard {
    listen(&openai(&Upstream::script([Reply::events().send(stream)]).await.url)).await
}

async fn heard_by_anthropic(stream: String) -> Heard {
    listen(&anthropic(&Upstream::script([Reply::events().send(stream)]).await.url)).await
}

async fn answered(message: &Value, reason: &Value) -> Completion {
    let body = json!({"choices": [{"message": message, "finish_reason": reason}]});
    complete(&openai(&Upstream::script([Reply::json(200, &body)]).await.url)).await.unwrap()
}

fn call(id: &str, name: &str, arguments: &Value) -> ToolCall {
    let arguments = match arguments {
        Value::Object(object) => Arguments::Object(object.clone()),
        other => Arguments::Text(other.as_str().unwrap().to_owned()),
    };
    ToolCall { id: id.to_owned(), name: name.to_owned(), arguments, extra: None }
}

/// Asserts that a stream has these calls, that they were streamed as they are, and that they are what it ended for.
fn assert_called(heard: &Heard, calls: &[ToolCall], why: &str) {
    assert_eq!((&heard.calls[..], heard.error.as_ref()), (calls, None), "{why}");
    assert_eq!(heard.finish_reason, Some(FinishReason::ToolCalls), "{why}");
    assert_eq!(heard.begun.len(), calls.len(), "{why}");
    for ((id, name, text), call) in heard.begun.iter().zip(calls) {
        assert_eq!((id, name), (&call.id, &call.name), "{why}");
        let is_none = call.arguments == Arguments::Object(serde_json::Map::new()) && text.is_empty();
        assert!(is_none || Arguments::parse(text.clone()) == call.arguments, "{why}: {text}");
    }
}

#[tokio::test]
async fn calls_are_streamed_and_complete_at_the_end() {
    let stream = deltas(&[
        json!({"role": "assistant", "content": "I will look."}),
        pieces(&[json!({"index": 0, "id": "a", "type": "function", "function": {"name": "look", "arguments": ""}})]),
        pieces(&[json!({"index": 0, "function": {"arguments": "{\"city\": "}})]),
        pieces(&[json!({"index": 1, "id": "b", "type": "function", "function": {"name": "listen", "arguments": "{"}})]),
        pieces(&[
            json!({"index": 0, "function": {"arguments": "\"Rome\"}"}}),
            json!({"index": 1, "function": {"arguments": "}"}}),
        ]),
    ]);
    let heard = heard(stream + &finished("tool_calls")).await;
    assert_eq!(heard.text(), "I will look.");
    let expected = [call("a", "look", &json!({"city": "Rome"})), call("b", "listen", &json!({}))];
    assert_called(&heard, &expected, "interleaved");
    assert_eq!(heard.begun[0].2, "{\"city\": \"Rome\"}");
}

const ROME: &str = r#"{"city":"Rome"}"#;
const OSLO: &str = r#"{"city":"Oslo"}"#;

/// A piece of a call of `look`.
fn look(index: impl Into<Value>, id: impl Into<Value>, arguments: &str) -> Value {
    json!({"index": index.into(), "id": id.into(), "function": {"name": "look", "arguments": arguments}})
}

/// Asserts that each of these streams calls `look` twice, with calls of these ids, whatever is said at the end.
async fn assert_two<const COUNT: usize>(ids: [&str; 2], streams: [(&str, Vec<Value>); COUNT]) {
    let arguments = |text: &str| serde_json::from_str(text).unwrap();
    let expected = [call(ids[0], "look", &arguments(ROME)), call(ids[1], "look", &arguments(OSLO))];
    for (why, stream) in streams {
        let stream = deltas(&stream);
        for end in [finished("tool_calls"), finished("stop"), DONE.to_owned()] {
            assert_called(&heard(stream.clone() + &end).await, &expected, why);
        }
    }
}

#[tokio::test]
async fn calls_are_told_apart_by_numbers_or_by_ids() {
    let null = || Value::Null;
    let numbers = pieces(&[look(0, "a", ROME), look(1, "b", OSLO)]);
    let same = vec![pieces(&[look(0, "a", ROME)]), pieces(&[look(0, "b", OSLO)])];
    let none = vec![pieces(&[look(null(), "a", ROME)]), pieces(&[look(null(), "b", OSLO)])];
    let none_at_once = vec![pieces(&[look(null(), "a", ROME), look(null(), "b", OSLO)])];
    let none_in_pieces = vec![
        pieces(&[look(null(), "a", "{\"city\":")]),
        pieces(&[json!({"function": {"arguments": "\"Rome\"}"}})]),
        pieces(&[json!({"id": "b", "function": {"name": "look"}})]),
        pieces(&[json!({"id": "b", "function": {"name": "", "arguments": OSLO}})]),
    ];
    let texts = vec![pieces(&[look("0", "a", ROME)]), pieces(&[look(1.0, "b", OSLO)])];
    let streams = [
        ("numbers", vec![numbers]),
        ("the same number for all", same),
        ("no numbers", none),
        ("no numbers, in one event", none_at_once),
        ("no numbers, in pieces", none_in_pieces),
        ("numbers of other types", texts),
    ];
    assert_two(["a", "b"], streams).await;
}

#[tokio::test]
async fn calls_without_ids_get_some() {
    let null = || Value::Null;
    let streams = [
        ("numbers", vec![pieces(&[look(0, null(), ROME)]), pieces(&[look(1, "", OSLO)])]),
        ("the same number for all", vec![pieces(&[look(0, "", ROME)]), pieces(&[look(0, "", OSLO)])]),
        ("no numbers", vec![pieces(&[look(null(), null(), ROME)]), pieces(&[look(null(), null(), OSLO)])]),
    ];
    assert_two(["call_1", "call_2"], streams).await;
}

#[tokio::test]
async fn what_is_said_twice_or_late_or_elsewhere_is_read_once() {
    let head = || pieces(&[look(0, "a", "{\"city\":")]);
    let rest = || pieces(&[look(1, "b", OSLO)]);
    let again = vec![head(), pieces(&[look(0, "a", "\"Rome\"}")]), rest(), pieces(&[look(1, "b", "")])];
    let other = json!({"index": 0, "id": "x", "function": {"name": null, "arguments": "\"Rome\"}"}});
    let whole_again = vec![pieces(&[look(0, "a", ROME)]), rest(), pieces(&[look(0, "a", ROME)])];
    let late_name = vec![
        pieces(&[json!({"index": 0, "id": "a", "function": {"arguments": ROME}})]),
        pieces(&[json!({"index": 0, "function": {"name": "look"}})]),
        rest(),
    ];
    let no_function = vec![
        pieces(&[json!({"index": 0, "id": "a", "name": "look", "arguments": ROME})]),
        json!({"tool_calls": {"index": 1, "id": "b", "name": "look", "arguments": {"city": "Oslo"}}}),
    ];
    let nothing = vec![
        json!({"tool_calls": null}),
        pieces(&[look(0, "a", ROME)]),
        json!({"tool_calls": [], "content": null}),
        pieces(&[json!({}), json!(null), json!(5)]),
        rest(),
    ];
    let streams = [
        ("id and name in each piece", again),
        ("another id in each piece", vec![head(), pieces(&[other]), rest()]),
        ("the whole call once more", whole_again),
        ("the name after the arguments", late_name),
        ("no `function`", no_function),
        ("nothing in between", nothing),
    ];
    assert_two(["a", "b"], streams).await;
}

#[tokio::test]
async fn whole_answers_have_their_calls() {
    let rome = json!({"city": "Rome"});
    let function = json!({"name": "look", "arguments": rome.to_string()});
    for (message, expected) in [
        (
            json!({"content": null, "tool_calls": [{"id": "a", "type": "function", "function": function}]}),
            vec![call("a", "look", &rome)],
        ),
        (
            json!({"content": "", "tool_calls": [{"id": "a", "function": {"name": "look", "arguments": rome}}]}),
            vec![call("a", "look", &rome)],
        ),
        (
            json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "look"}}, {"index": 0, "id": "b", "function": {"name": "look"}}]}),
            vec![call("a", "look", &json!({})), call("b", "look", &json!({}))],
        ),
        (
            json!({"tool_calls": [{"id": "a", "function": function}, {"id": "a", "function": function}, {"id": "call_2", "function": function}]}),
            vec![call("a", "look", &rome), call("call_2", "look", &rome), call("call_3", "look", &rome)],
        ),
        (json!({"function_call": {"name": "look", "arguments": "{}"}}), vec![call("call_1", "look", &json!({}))]),
        (
            json!({"function_call": function, "tool_calls": [{"id": "a", "function": function}]}),
            vec![call("a", "look", &rome)],
        ),
    ] {
        for reason in [json!("tool_calls"), json!("stop"), json!("function_call"), Value::Null] {
            let answer = answered(&message, &reason).await;
            assert_eq!((answer.calls, answer.finish_reason), (expected.clone(), FinishReason::ToolCalls), "{message}");
            assert_eq!(answer.content, "");
        }
    }
    for none in [
        json!(null),
        json!([]),
        json!("none"),
        json!([{}]),
        json!([{"id": "a", "function": {"name": "", "arguments": ""}}]),
    ] {
        let answer = answered(&json!({"content": "Hi", "tool_calls": none}), &json!("tool_calls")).await;
        assert_eq!(
            (answer.content.as_str(), answer.calls, answer.finish_reason),
            ("Hi", vec![], FinishReason::Stop),
            "{none}"
        );
    }
}

#[tokio::test]
async fn the_older_form_is_streamed_as_well() {
    let piece = |call: Value| json!({"content": null, "function_call": call});
    let stream = deltas(&[
        piece(json!({"name": "look", "arguments": ""})),
        piece(json!({"arguments": "{\"city\":"})),
        piece(json!({"arguments": "\"Rome\"}"})),
    ]);
    let expected = [call("call_1", "look", &json!({"city": "Rome"}))];
    assert_called(&heard(stream + &finished("function_call")).await, &expected, "function_call");
}

#[tokio::test]
async fn a_finish_reason_with_each_call_ends_nothing() {
    let with_reason = |id: &str| {
        let delta = pieces(&[json!({"index": 0, "id": id, "function": {"name": "look", "arguments": "{}"}})]);
        format!("data: {}\n\n", json!({"choices": [{"delta": delta, "finish_reason": "tool_calls"}]}))
    };
    let usage = format!("data: {}\n\n", json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}));
    let heard = heard(with_reason("a") + &with_reason("b") + &usage + DONE).await;
    assert_called(&heard, &[call("a", "look", &json!({})), call("b", "look", &json!({}))], "a reason each");
    assert!(heard.usage.is_some());
}

#[tokio::test]
async fn what_gemini_adds_to_a_call_is_kept() {
    let extra = json!({"google": {"thought_signature": "x"}});
    let message =
        json!({"tool_calls": [{"id": "a", "extra_content": extra, "function": {"name": "look", "arguments": "{}"}}]});
    assert_eq!(answered(&message, &json!("stop")).await.calls[0].extra, Some(extra));
}

#[tokio::test]
async fn anthropics_calls_are_streamed_and_complete_at_the_end() {
    let [end, stop] = ended("tool_use");
    let text =
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "I will look."}});
    let stream = events(&[
        text,
        block(1, "a", "look", &json!({})),
        input(1, ""),
        input(1, "{\"city\": "),
        block(2, "b", "listen", &json!({})),
        input(1, "\"Rome\"}"),
        input(2, ""),
        json!({"type": "content_block_stop", "index": 1}),
        json!({"type": "content_block_stop", "index": 2}),
        // Given whole with the beginning of its block.
        block(3, "c", "look", &json!({"city": "Oslo"})),
        block(4, "", "look", &json!(null)),
        // What the server runs itself is no call of ours.
        json!({"type": "content_block_start", "index": 5, "content_block": {"type": "server_tool_use", "id": "d", "name": "search"}}),
        input(5, "{}"),
        end,
        stop,
    ]);
    let heard = heard_by_anthropic(stream).await;
    assert_eq!(heard.text(), "I will look.");
    let expected = [
        call("a", "look", &json!({"city": "Rome"})),
        call("b", "listen", &json!({})),
        call("c", "look", &json!({"city": "Oslo"})),
        call("call_4", "look", &json!({})),
    ];
    assert_called(&heard, &expected, "anthropic");
}

#[tokio::test]
async fn anthropics_whole_answers_have_their_calls() {
    let content = json!([
        {"type": "thinking", "thinking": "hm", "text": "hm"},
        {"type": "text", "text": "I will look."},
        {"type": "tool_use", "id": "a", "name": "look", "input": {"city": "Rome"}},
        {"type": "tool_use", "id": "b", "name": "look", "input": {}},
        {"type": "tool_use", "id": "b", "name": "look", "input": "{\"city\": \"Oslo\"}"},
        {"type": "server_tool_use", "id": "d", "name": "search", "input": {}},
    ]);
    let expected = vec![
        call("a", "look", &json!({"city": "Rome"})),
        call("b", "look", &json!({})),
        call("call_3", "look", &json!({"city": "Oslo"})),
    ];
    for reason in ["tool_use", "end_turn"] {
        let body = json!({"type": "message", "content": content, "stop_reason": reason});
        let upstream = Upstream::script([Reply::json(200, &body)]).await;
        let answer = complete(&anthropic(&upstream.url)).await.unwrap();
        assert_eq!((answer.content.as_str(), answer.finish_reason), ("I will look.", FinishReason::ToolCalls));
        assert_eq!(answer.calls, expected);
        // The same where a stream was asked for.
        let heard = listen(&anthropic(&upstream.url)).await;
        assert_eq!((heard.calls, heard.finish_reason), (expected.clone(), Some(FinishReason::ToolCalls)));
    }
}

#[tokio::test]
async fn streams_of_calls_are_read_wherever_they_are_split() {
    let stream = deltas(&[
        pieces(&[json!({"index": 0, "id": "a", "function": {"name": "look", "arguments": "{\"city\": \"Z\u{fc}"}})]),
        pieces(&[json!({"index": 0, "function": {"arguments": "rich\"}"}})]),
    ]) + &finished("tool_calls");
    let [end, stop] = ended("tool_use");
    let other =
        events(&[block(0, "a", "look", &json!({})), input(0, "{\"city\": \"Z\u{fc}"), input(0, "rich\"}"), end, stop]);
    let expected = [call("a", "look", &json!({"city": "Z\u{fc}rich"}))];
    for step in [1, 3, 7, 64] {
        let cut = |text: &str| text.as_bytes().chunks(step).fold(Reply::events(), |reply, piece| reply.send(piece));
        let heard = listen(&openai(&Upstream::script([cut(&stream)]).await.url)).await;
        assert_called(&heard, &expected, "openai");
        let heard = listen(&anthropic(&Upstream::script([cut(&other)]).await.url)).await;
        assert_called(&heard, &expected, "anthropic");
    }
}
