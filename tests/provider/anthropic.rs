//! Anthropic's protocol: what is sent, and how answers and events are read.

use std::time::Duration;

use astra_core::provider::{Content, ErrorKind, FinishReason, Part, Role, Usage};
use serde_json::{Value, json};

use crate::asking::{KEY, anthropic, complete, listen, message, request, target, usage};
use crate::upstream::{Reply, Upstream};

fn answer() -> Value {
    json!({
        "type": "message",
        "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": " you"}],
        "stop_reason": "max_tokens",
        "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 2},
    })
}

/// Events with their names, as the protocol writes them.
fn events(events: &[Value]) -> Reply {
    events.iter().fold(Reply::events(), |reply, data| {
        let name = data["type"].as_str().unwrap();
        reply.send(format!("event: {name}\ndata: {data}\n\n"))
    })
}

fn start() -> Value {
    json!({"type": "message_start", "message": {"usage": {"input_tokens": 10, "cache_creation_input_tokens": 3, "output_tokens": 1}}})
}

fn delta(text: &str) -> Value {
    json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}})
}

#[tokio::test]
async fn a_whole_answer_is_asked_for_and_read() {
    let upstream = Upstream::script([Reply::json(200, &answer())]).await;
    let answer = complete(&anthropic(&upstream.url)).await.unwrap();
    assert_eq!(answer.content, "Hello you");
    assert_eq!(answer.finish_reason, FinishReason::Length);
    assert_eq!(answer.usage, Some(Usage { cached_input_tokens: 5, ..usage(15, 2) }));
    let request = &upstream.requests()[0];
    assert_eq!(request.line, "POST /v1/messages");
    assert_eq!(request.header("x-api-key"), KEY);
    assert_eq!(request.header("anthropic-version"), "2023-06-01");
    assert_eq!(request.body["system"], json!([{"type": "text", "text": "Be brief."}]));
    let messages = json!([{"role": "user", "content": [{"type": "text", "text": "Hello, you."}]}]);
    assert_eq!(request.body["messages"], messages);
    assert!(request.body["max_tokens"].as_u64().unwrap() > 0, "mandatory there");
}

#[tokio::test]
async fn images_are_sent_in_its_own_form() {
    let upstream = Upstream::script([Reply::json(200, &answer())]).await;
    let mut look = message(Role::User, "");
    look.content = Content::Parts(vec![
        Part::Text { text: "Look:".into() },
        Part::ImageUrl { url: "data:image/png;base64,AAAA".into() },
    ]);
    anthropic(&upstream.url).complete(&[target("up")], request(&[look]), &mut Vec::new()).await.unwrap();
    let source = json!({"type": "base64", "media_type": "image/png", "data": "AAAA"});
    let content = json!([{"type": "text", "text": "Look:"}, {"type": "image", "source": source}]);
    assert_eq!(upstream.requests()[0].body["messages"][0]["content"], content);
}

#[tokio::test]
async fn a_stream_comes_piece_by_piece_with_its_usage() {
    let reply = events(&[
        start(),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
        delta("Hello"),
        delta(" you"),
        json!({"type": "something_new", "text": "ignored"}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
        json!({"type": "message_stop"}),
    ]);
    let heard = listen(&anthropic(&Upstream::script([reply]).await.url)).await;
    assert_eq!(heard.pieces, ["Hello", " you"]);
    assert_eq!(heard.finish_reason, Some(FinishReason::Stop));
    assert_eq!(heard.usage, Some(Usage { cache_write_tokens: 3, ..usage(13, 2) }));
    assert_eq!(heard.error, None);
}

#[tokio::test]
async fn an_error_event_ends_the_stream_with_what_it_means() {
    let error = |kind: &str| json!({"type": "error", "error": {"type": kind, "message": "Overloaded"}});
    for (kind, expected) in [
        ("overloaded_error", ErrorKind::Server(529, None)),
        ("rate_limit_error", ErrorKind::RateLimited(None)),
        ("authentication_error", ErrorKind::Key),
        ("invalid_request_error", ErrorKind::Refused(400)),
    ] {
        let reply = events(&[start(), delta("half"), error(kind)]);
        let heard = listen(&anthropic(&Upstream::script([reply]).await.url)).await;
        assert_eq!((heard.text().as_str(), heard.error_kind()), ("half", Some(expected)));
    }
}

#[tokio::test]
async fn a_stream_without_its_end_is_cut() {
    let reply = events(&[start()]).pause(Duration::from_millis(20)).event(&delta("half"));
    let heard = listen(&anthropic(&Upstream::script([reply]).await.url)).await;
    assert_eq!((heard.text().as_str(), heard.finish_reason, heard.error_kind()), ("half", None, Some(ErrorKind::Cut)));
    assert_eq!(heard.usage, Some(Usage { cache_write_tokens: 3, ..usage(13, 1) }), "what was counted until then");
}

#[tokio::test]
async fn what_is_wrong_with_the_request_or_the_key_is_told() {
    let error = json!({"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: too many"}});
    for (status, expected) in
        [(400, ErrorKind::Refused(400)), (401, ErrorKind::Key), (529, ErrorKind::Server(529, None))]
    {
        let upstream = Upstream::script([Reply::json(status, &error)]).await;
        let failure = complete(&anthropic(&upstream.url)).await.unwrap_err();
        assert_eq!(failure.kind, expected);
        assert!(failure.message.contains("max_tokens: too many"), "{failure}");
    }
}
