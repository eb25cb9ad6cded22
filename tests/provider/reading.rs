//! What servers really answer, in both protocols, streamed and whole: what is odd is read, what is no answer fails.

use std::time::Duration;

use astra_core::provider::{ErrorKind, FinishReason, Registry, Usage};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};
use std::io::Write as _;

use crate::asking::{Heard, anthropic, complete, failure, listen, openai, usage};
use crate::upstream::{Reply, Upstream};

/// A piece of text in OpenAI's protocol, with `content` as JSON.
fn said(content: &str) -> String {
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{content}}}}}]}}\n\n")
}

/// The same in Anthropic's.
fn said_by_anthropic(text: &str) -> String {
    let delta = format!("{{\"type\":\"text_delta\",\"text\":{text}}}");
    format!("event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{delta}}}\n\n")
}

fn finished(reason: &str) -> String {
    format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

fn finished_by_anthropic(reason: &str) -> String {
    let end = json!({"type": "message_delta", "delta": {"stop_reason": reason}});
    format!("event: message_delta\ndata: {end}\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n")
}

const DONE: &str = "data: [DONE]\n\n";

/// What is heard of a stream of these bytes by OpenAI's protocol.
async fn heard(stream: impl Into<Vec<u8>>) -> Heard {
    listen(&openai(&Upstream::script([Reply::events().send(stream)]).await.url)).await
}

/// The same by Anthropic's.
async fn heard_by_anthropic(stream: impl Into<Vec<u8>>) -> Heard {
    listen(&anthropic(&Upstream::script([Reply::events().send(stream)]).await.url)).await
}

async fn server(content_type: &str, body: impl Into<Vec<u8>>) -> (Upstream, Registry) {
    let upstream = Upstream::script([Reply::new(200, content_type).send(body)]).await;
    let registry = openai(&upstream.url);
    (upstream, registry)
}

fn whole(content: &Value, reason: &Value) -> Value {
    json!({"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": reason}]})
}

#[tokio::test]
async fn what_is_counted_does_not_decide_over_what_is_said() {
    for (account, expected) in [
        (json!({"prompt_tokens": 11.0, "completion_tokens": 37.25}), Some(usage(11, 37))),
        (json!({"prompt_tokens": "11", "completion_tokens": "7"}), Some(usage(11, 7))),
        (json!({"prompt_tokens": -1, "completion_tokens": 7}), Some(usage(0, 7))),
        (json!({"prompt_tokens": 11, "total_tokens": 18}), Some(usage(11, 7))),
        (
            json!({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 4}),
            Some(Usage { cached_input_tokens: 4, ..usage(9, 1) }),
        ),
        (json!({"prompt_tokens": 1e300, "completion_tokens": {}}), None),
        (json!([]), None),
        (json!("none"), None),
        (json!(null), None),
    ] {
        let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": account});
        let stream = heard(said("\"Hi\"") + &format!("data: {end}\n\n") + DONE).await;
        assert_eq!((stream.text().as_str(), stream.usage, stream.error), ("Hi", expected, None), "{account}");
        let mut answer = whole(&json!("Hi"), &json!("stop"));
        answer["usage"] = account.clone();
        let (_upstream, registry) = server("application/json", answer.to_string()).await;
        let answer = complete(&registry).await.unwrap();
        assert_eq!((answer.content.as_str(), answer.usage), ("Hi", expected), "{account}");
    }
    let counted = json!({"type": "message_start", "message": {"usage": {"input_tokens": "11", "output_tokens": 0.5}}});
    let odd = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": [1]});
    let stream = format!("data: {counted}\n\n{}data: {odd}\n\n", said_by_anthropic("\"Hi\""));
    let stream = heard_by_anthropic(stream).await;
    assert_eq!((stream.text().as_str(), stream.usage, stream.error), ("Hi", Some(usage(11, 1)), None));
}

#[tokio::test]
async fn a_zero_at_the_end_takes_back_nothing() {
    let counts =
        [json!({"prompt_tokens": 3, "completion_tokens": 4}), json!({"prompt_tokens": 0, "completion_tokens": 0})];
    let counts = counts.map(|usage| format!("data: {}\n\n", json!({"choices": [], "usage": usage})));
    assert_eq!(heard(said("\"Hi\"") + &finished("stop") + &counts.concat() + DONE).await.usage, Some(usage(3, 4)));
}

#[tokio::test]
async fn events_without_content_are_passed_over() {
    let stream =
        ["data: \n\n", &said("\"Hi\""), "data:\n\n", "data\n\n", "data: null\n\n", "event: ping\n\n", "data: {}\n\n"];
    let stream = heard(stream.concat() + &finished("stop") + DONE).await;
    assert_eq!((stream.text().as_str(), stream.error), ("Hi", None));
    let stream = "data:\n\n".to_owned() + &said_by_anthropic("\"Hi\"") + "event: ping\ndata: \n\n";
    let stream = heard_by_anthropic(stream + &finished_by_anthropic("end_turn")).await;
    assert_eq!((stream.text().as_str(), stream.error), ("Hi", None));
}

#[tokio::test]
async fn halves_of_characters_are_joined_and_alone_they_are_replaced() {
    for (texts, expected) in [
        (&[r#""Hi \ud83d""#, r#""\ude00!""#][..], "Hi \u{1f600}!"),
        (&[r#""Hi \ud83d""#, r#""""#, r#""\ude00!""#], "Hi \u{1f600}!"),
        (&[r#""Hi \ud83d""#, r#""!""#], "Hi \u{fffd}!"),
        (&[r#""Hi""#, r#""\ud83d""#], "Hi\u{fffd}"),
        (&[r#""\ude00 Hi""#], "\u{fffd} Hi"),
    ] {
        let deltas: String = texts.iter().map(|text| said(text)).collect();
        let stream = heard(deltas + &finished("stop") + DONE).await;
        assert_eq!((stream.text().as_str(), stream.error), (expected, None), "{texts:?}");
        let deltas: String = texts.iter().map(|text| said_by_anthropic(text)).collect();
        let stream = heard_by_anthropic(deltas + &finished_by_anthropic("end_turn")).await;
        assert_eq!((stream.text().as_str(), stream.error), (expected, None), "{texts:?}");
    }
    let body = r#"{"choices": [{"message": {"content": "a\ud83d b \ud83d\ude00"}, "finish_reason": "stop"}]}"#;
    let (_upstream, registry) = server("application/json", body).await;
    assert_eq!(complete(&registry).await.unwrap().content, "a\u{fffd} b \u{1f600}");
}

#[tokio::test]
async fn bytes_of_one_character_are_joined_and_others_are_replaced() {
    let piece = |bytes: &[u8]| [b"data: {\"choices\":[{\"delta\":{\"content\":\"", bytes, b"\"}}]}\n\n"].concat();
    for (pieces, expected) in [
        ([&b"x\xe2\x82"[..], b"\xac!"], "x\u{20ac}!"),
        ([b"x\xf0\x9f", b"y"], "x\u{fffd}y"),
        ([b"\xff", b"\xfe"], "\u{fffd}\u{fffd}"),
    ] {
        let stream = [piece(pieces[0]), piece(pieces[1]), DONE.into()].concat();
        let stream = heard(stream).await;
        assert_eq!((stream.text().as_str(), stream.error), (expected, None), "{pieces:?}");
    }
}

#[tokio::test]
async fn raw_control_characters_are_read() {
    let stream = heard(said("\"a\u{1b}[1mb\tc\"") + &finished("stop") + DONE).await;
    assert_eq!((stream.text().as_str(), stream.error), ("a\u{1b}[1mb\tc", None));
    // Also where nobody reads them, and beside what only Python takes for JSON.
    let event =
        "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"a\tb\",\"content\":\"Hi\"},\"logprobs\":NaN}]}\n\n";
    let stream = heard(event.to_owned() + &finished("stop")).await;
    assert_eq!((stream.text().as_str(), stream.error), ("Hi", None));
    let body = "{\"choices\": [{\"message\": {\"content\": \"a\u{1}b\nc\"}, \"finish_reason\": \"stop\"}]}";
    let (_upstream, registry) = server("application/json", body).await;
    assert_eq!(complete(&registry).await.unwrap().content, "a\u{1}b\nc");
    let stream = heard_by_anthropic(said_by_anthropic("\"a\tb\"") + &finished_by_anthropic("end_turn")).await;
    assert_eq!((stream.text().as_str(), stream.error), ("a\tb", None));
}

#[tokio::test]
async fn an_answer_needs_a_text_or_a_finish_reason() {
    let thought = "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n";
    for stream in [
        DONE.to_owned(),
        thought.to_owned() + DONE,
        said("\"\"") + DONE,
        "data: {\"choices\":[]}\n\n".to_owned() + DONE,
    ] {
        let stream_heard = heard(stream.clone()).await;
        assert_eq!(
            (stream_heard.finish_reason, stream_heard.error_kind()),
            (None, Some(ErrorKind::Malformed)),
            "{stream}"
        );
    }
    assert_eq!(heard("").await.error_kind(), Some(ErrorKind::Cut));
    assert_eq!(heard_by_anthropic(DONE).await.error_kind(), Some(ErrorKind::Cut));
    assert_eq!(
        heard_by_anthropic("data: {\"type\":\"message_stop\"}\n\n").await.error_kind(),
        Some(ErrorKind::Malformed)
    );
    for body in
        [whole(&json!(null), &json!(null)), whole(&json!(""), &json!("")), json!({"choices": [{}]}), json!({"id": "x"})]
    {
        let (_upstream, registry) = server("application/json", body.to_string()).await;
        assert_eq!(failure(&registry).await.kind, ErrorKind::Malformed, "{body}");
    }
    // A model may have nothing to say.
    let stream = heard(thought.to_owned() + &finished("stop") + DONE).await;
    assert_eq!((stream.text().as_str(), stream.finish_reason, stream.error), ("", Some(FinishReason::Stop), None));
    let (_upstream, registry) = server("application/json", whole(&json!(null), &json!("length")).to_string()).await;
    assert_eq!(complete(&registry).await.unwrap().finish_reason, FinishReason::Length);
}

#[tokio::test]
async fn finish_reasons_are_read_without_case_and_some_are_failures() {
    for (reason, expected) in [
        ("STOP", FinishReason::Stop),
        ("MAX_TOKENS", FinishReason::Length),
        ("Content_Filter", FinishReason::ContentFilter),
        ("eos", FinishReason::Stop),
    ] {
        let stream = heard(said("\"Hi\"") + &finished(reason) + DONE).await;
        assert_eq!((stream.finish_reason, stream.error), (Some(expected), None), "{reason}");
        let (_upstream, registry) = server("application/json", whole(&json!("Hi"), &json!(reason)).to_string()).await;
        assert_eq!(complete(&registry).await.unwrap().finish_reason, expected, "{reason}");
        let stream = heard_by_anthropic(said_by_anthropic("\"Hi\"") + &finished_by_anthropic(reason)).await;
        assert_eq!((stream.finish_reason, stream.error), (Some(expected), None), "{reason}");
    }
    for reason in ["error", "ERROR", "abort", "Aborted", "cancelled", "insufficient_system_resource", "network_error"] {
        let stream = heard(said("\"Half\"") + &finished(reason) + DONE).await;
        assert_eq!((stream.text().as_str(), stream.finish_reason), ("Half", None), "{reason}");
        let error = stream.error.unwrap();
        assert!(error.kind == ErrorKind::Cut && error.message.contains(reason), "{error}");
        let (_upstream, registry) = server("application/json", whole(&json!("Half"), &json!(reason)).to_string()).await;
        assert_eq!(failure(&registry).await.kind, ErrorKind::Cut, "{reason}");
        let stream = heard_by_anthropic(said_by_anthropic("\"Half\"") + &finished_by_anthropic(reason)).await;
        assert_eq!((stream.finish_reason, stream.error_kind()), (None, Some(ErrorKind::Cut)), "{reason}");
    }
    // An object, as of SGLang; null as a word, as of DashScope.
    let event = json!({"choices": [{"delta": {"content": "Hi"}, "finish_reason": {"type": "length", "length": 5}}]});
    assert_eq!(heard(format!("data: {event}\n\n")).await.finish_reason, Some(FinishReason::Length));
    let stream = heard(finished("null") + &said("\"Hi\"") + &finished("stop")).await;
    assert_eq!((stream.text().as_str(), stream.error), ("Hi", None));
}

#[tokio::test]
async fn content_is_read_in_every_shape() {
    for (content, expected) in [
        (r#"[{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]"#, "ab"),
        (r#"[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]"#, "a"),
        (r#"{"type": "text", "text": {"value": "a"}}"#, "a"),
        (r#""a", "reasoning": "hm", "tool_calls": null"#, "a"),
        (r#"null, "refusal": "I will not.""#, "I will not."),
    ] {
        let stream = heard(said(content) + &finished("stop") + DONE).await;
        assert_eq!((stream.text().as_str(), stream.error), (expected, None), "{content}");
        let body = format!("{{\"choices\":[{{\"message\":{{\"content\":{content}}}}}]}}");
        let (_upstream, registry) = server("application/json", body).await;
        assert_eq!(complete(&registry).await.unwrap().content, expected, "{content}");
    }
    // The text of a block may come with its beginning.
    let start = |text: &str| json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": text}});
    let thought =
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "hm"}});
    let stream = format!("data: {thought}\n\ndata: {}\n\n{}", start("Hi "), said_by_anthropic("\"you\""));
    assert_eq!(heard_by_anthropic(stream + &finished_by_anthropic("end_turn")).await.text(), "Hi you");
}

#[tokio::test]
async fn anthropics_events_are_told_apart_by_their_name_too_and_openais_end_is_none() {
    let delta = "event: content_block_delta\ndata: {\"index\":0,\"delta\":{\"text\":\"Hi\"}}\n\n";
    let end = "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n";
    let stream = heard_by_anthropic(format!("{delta}{end}{DONE}")).await;
    assert_eq!((stream.text().as_str(), stream.finish_reason, stream.error), ("Hi", Some(FinishReason::Stop), None));
    let stream = heard_by_anthropic(format!("{delta}{DONE}")).await;
    assert_eq!((stream.text().as_str(), stream.error_kind()), ("Hi", Some(ErrorKind::Cut)), "its own end is missing");
    let body = json!({"content": [{"type": "text", "text": "Hi"}], "stop_reason": null}).to_string();
    let upstream = Upstream::script([Reply::new(200, "application/json").send(body)]).await;
    assert_eq!(complete(&anthropic(&upstream.url)).await.unwrap().content, "Hi");
}

#[tokio::test]
async fn streams_are_read_however_their_lines_end_and_wherever_they_are_split() {
    let lines = [
        ": hello",
        "event: message",
        "id: 5",
        "retry: 9",
        "data:{\"choices\":[{\"delta\":{\"content\":\"gr\u{fc}n \u{20ac}\"}}]}",
        "",
        "data: {\"choices\":[{\"delta\":{},",
        "data: \"finish_reason\":\"stop\"}]}",
        "",
        "data:  [DONE] ",
        "",
        "",
    ];
    for end in ["\n", "\r\n", "\r"] {
        let text = "\u{feff}".to_owned() + &lines.join(end);
        for step in [1, 7, 1_000] {
            let pause = Duration::from_micros(200);
            let pieces = text.as_bytes().chunks(step).fold(Reply::events(), |reply, piece| {
                let reply = reply.send(piece);
                if step == 7 { reply.pause(pause) } else { reply }
            });
            let stream = listen(&openai(&Upstream::script([pieces]).await.url)).await;
            assert_eq!((stream.text().as_str(), stream.error), ("gr\u{fc}n \u{20ac}", None), "{end:?} {step}");
            assert_eq!(stream.finish_reason, Some(FinishReason::Stop));
        }
    }
}

#[tokio::test]
async fn lines_of_json_are_a_stream_whatever_they_are_called() {
    let lines = [
        json!({"choices": [{"delta": {"content": "Hi "}}]}),
        json!({"choices": [{"delta": {"content": "you"}}]}),
        json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}),
    ];
    let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
    for content_type in
        ["application/x-ndjson", "application/jsonl", "application/json", "text/event-stream", "text/plain"]
    {
        let (_upstream, registry) = server(content_type, lines.clone()).await;
        let stream = listen(&registry).await;
        assert_eq!(
            (stream.text().as_str(), stream.usage, stream.error),
            ("Hi you", Some(usage(1, 2)), None),
            "{content_type}"
        );
        assert_eq!(complete(&registry).await.unwrap().content, "Hi you", "{content_type}");
    }
    // Ollama's own protocol is none of ours.
    let (_upstream, registry) =
        server("application/x-ndjson", "{\"message\":{\"content\":\"Hi\"},\"done\":false}\n{\"done\":true}\n").await;
    assert_eq!(listen(&registry).await.error_kind(), Some(ErrorKind::Cut));
}

#[tokio::test]
async fn an_answer_of_the_other_kind_is_read() {
    let events = said("\"Hi\"") + &finished("stop") + DONE;
    let answer = serde_json::to_string_pretty(&whole(&json!("Hi"), &json!("stop"))).unwrap();
    for content_type in ["text/event-stream", "application/json", "text/plain; charset=utf-8"] {
        for body in [&events, &answer] {
            let (_upstream, registry) = server(content_type, body.as_str()).await;
            assert_eq!(complete(&registry).await.unwrap().content, "Hi", "{content_type} {body}");
            let stream = listen(&registry).await;
            assert_eq!((stream.text().as_str(), stream.error), ("Hi", None), "{content_type} {body}");
        }
    }
}

#[tokio::test]
async fn nothing_compressed_is_asked_for_and_read_all_the_same() {
    let gzip = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let deflate = |text: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let answer = whole(&json!("Hi"), &json!("stop")).to_string();
    let events = said("\"Hi\"") + &finished("stop") + DONE;
    for (coding, compress) in [("gzip", &gzip as &dyn Fn(&[u8]) -> Vec<u8>), ("deflate", &deflate)] {
        let split = |reply: Reply, bytes: Vec<u8>| bytes.chunks(9).fold(reply, |reply, piece| reply.send(piece));
        let reply = Reply::new(200, "application/json").header("content-encoding", coding);
        let upstream = Upstream::script([split(reply, compress(answer.as_bytes()))]).await;
        assert_eq!(complete(&openai(&upstream.url)).await.unwrap().content, "Hi", "{coding}");
        assert_eq!(upstream.requests()[0].header("accept-encoding"), "identity");
        let reply = Reply::events().header("content-encoding", coding);
        let stream = listen(&openai(&Upstream::script([split(reply, compress(events.as_bytes()))]).await.url)).await;
        assert_eq!((stream.text().as_str(), stream.error), ("Hi", None), "{coding}");
        let reply = Reply::new(400, "application/json").header("content-encoding", coding);
        let reply = split(reply, compress(br#"{"error": {"message": "too long"}}"#));
        assert!(failure(&openai(&Upstream::script([reply]).await.url)).await.message.ends_with("too long"), "{coding}");
    }
    for (bytes, kind) in
        [(gzip(&vec![b' '; 65 << 20]), ErrorKind::TooLarge), (b"this is no gzip at all".to_vec(), ErrorKind::Malformed)]
    {
        let reply = |content_type| Reply::new(200, content_type).header("content-encoding", "gzip").send(bytes.clone());
        assert_eq!(failure(&openai(&Upstream::script([reply("application/json")]).await.url)).await.kind, kind);
        let stream = listen(&openai(&Upstream::script([reply("text/event-stream")]).await.url)).await;
        assert_eq!(stream.error_kind(), Some(kind));
    }
    let reply = Reply::new(200, "application/json").header("content-encoding", "br").send("x");
    assert!(failure(&openai(&Upstream::script([reply]).await.url)).await.message.contains("compressed by br"));
}
