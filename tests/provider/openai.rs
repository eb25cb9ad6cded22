//! OpenAI's protocol: what is sent, and how leniently answers and streams are read.

use std::time::Duration;

use astra_core::config::{Protocol, ProviderConfig};
use astra_core::provider::{ErrorKind, FinishReason};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::asking::{KEY, complete, config, listen, openai, registry, request, target, usage};
use crate::upstream::{Reply, Upstream};

fn delta(text: &str) -> Value {
    json!({"choices": [{"delta": {"content": text}, "finish_reason": null}]})
}

#[tokio::test]
async fn a_whole_answer_is_asked_for_and_read() {
    let upstream = Upstream::saying("Hello to you").await;
    let answer = complete(&openai(&upstream.url)).await.unwrap();
    assert_eq!(answer.content, "Hello to you");
    assert_eq!(answer.finish_reason, FinishReason::Stop);
    assert_eq!(answer.usage, Some(usage(7, 3)));
    let request = &upstream.requests()[0];
    assert_eq!(request.line, "POST /v1/chat/completions");
    assert_eq!(request.header("authorization"), format!("Bearer {KEY}"));
    assert_eq!(request.header("content-type"), "application/json");
    let messages = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello, you."}]);
    assert_eq!(request.body, json!({"model": "model-1", "messages": messages}));
}

#[tokio::test]
async fn a_stream_comes_piece_by_piece() {
    let upstream = Upstream::saying("Hello to you").await;
    let heard = listen(&openai(&upstream.url)).await;
    assert_eq!(heard.pieces, ["Hello ", "to ", "you"]);
    assert_eq!(heard.finish_reason, Some(FinishReason::Stop));
    assert_eq!(heard.usage, Some(usage(7, 3)));
    assert_eq!(heard.error, None);
    assert_eq!(upstream.requests()[0].body["stream_options"], json!({"include_usage": true}));
}

#[tokio::test]
async fn the_connection_of_a_stream_serves_again() {
    let pause = Duration::from_millis(5);
    // The body's end comes a little after the answer's.
    let upstream = Upstream::script([Reply::says("Hello to you", true).pause(pause)]).await;
    let registry = openai(&upstream.url);
    for _ in 0..20 {
        assert_eq!(listen(&registry).await.error, None);
        tokio::time::sleep(pause * 2).await;
    }
    assert!(upstream.connections() < 20, "no connection served twice");
}

#[tokio::test]
async fn carriage_returns_comments_and_split_characters_are_read() {
    let text = "data:{\"choices\":[{\"delta\":{\"content\":\"grün €\"}}]}\r\n\r\n: still here\r\n\r\n".as_bytes();
    let split = text.iter().position(|byte| *byte == 0xc3).unwrap() + 1;
    let end = "event: message\rdata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\r\rdata:[DONE]\r\r";
    let reply = Reply::events().send(&text[..split]).pause(Duration::from_millis(5)).send(&text[split..]).send(end);
    let heard = listen(&openai(&Upstream::script([reply]).await.url)).await;
    assert_eq!(heard.text(), "grün €");
    assert_eq!(heard.finish_reason, Some(FinishReason::Length));
    assert_eq!((heard.usage, heard.error), (None, None));
}

#[tokio::test]
async fn what_servers_leave_out_is_no_fault() {
    let no_reason = Reply::events().event(&delta("a")).done();
    let no_done = Reply::events()
        .event(&delta("a"))
        .event(&json!({"choices": [{"delta": null, "finish_reason": "stop"}], "usage": null}));
    let no_last_empty_line = Reply::events().event(&delta("a")).send("data: [DONE]");
    let no_type = Reply::new(200, "text/plain; charset=utf-8").event(&delta("a")).done();
    let null_fields = Reply::events().event(&json!({"choices": null, "usage": {}})).event(&delta("a")).done();
    for reply in [no_reason, no_done, no_last_empty_line, no_type, null_fields] {
        let heard = listen(&openai(&Upstream::script([reply.clone()]).await.url)).await;
        assert_eq!((heard.text().as_str(), heard.error), ("a", None), "{reply:?}");
        assert_eq!((heard.finish_reason, heard.usage), (Some(FinishReason::Stop), None), "{reply:?}");
    }
    for choice in
        [json!({"message": {"content": "a"}}), json!({"message": {"content": [{"type": "text", "text": "a"}]}})]
    {
        let bare = Reply::json(200, &json!({"choices": [choice]}));
        let answer = complete(&openai(&Upstream::script([bare]).await.url)).await.unwrap();
        assert_eq!((answer.content.as_str(), answer.finish_reason, answer.usage), ("a", FinishReason::Stop, None));
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_heard_all_the_same() {
    let upstream = Upstream::script([Reply::says("Hello to you", false)]).await;
    let heard = listen(&openai(&upstream.url)).await;
    assert_eq!(heard.pieces, ["Hello to you"]);
    assert_eq!(heard.usage, Some(usage(7, 3)));
}

#[tokio::test]
async fn content_that_was_read_before_an_error_is_kept() {
    let error = json!({"error": {"message": "the model is overloaded", "code": 503}});
    // All in one write: the error must not swallow what came with it.
    let both = format!("data: {}\n\ndata: {}\n\n", delta("half"), error);
    let heard = listen(&openai(&Upstream::script([Reply::events().send(both)]).await.url)).await;
    assert_eq!((heard.text().as_str(), heard.finish_reason), ("half", None));
    assert_eq!(heard.error_kind(), Some(ErrorKind::Server(503, None)));
    assert!(heard.error.unwrap().message.ends_with("the model is overloaded"));
}

#[tokio::test]
async fn an_error_in_a_good_answer_is_an_error() {
    let reply = Reply::json(200, &json!({"error": {"message": "slow down", "code": 429}}));
    let failure = complete(&openai(&Upstream::script([reply]).await.url)).await.unwrap_err();
    assert_eq!(failure.kind, ErrorKind::RateLimited(None));
}

#[tokio::test]
async fn the_models_are_listed_and_the_first_is_the_default() {
    let upstream = Upstream::start(|request, _| {
        if request.line == "GET /v1/models" {
            return Reply::json(200, &json!({"data": [{"id": "models/first"}, {"id": "second"}]}));
        }
        Reply::says("ok", false)
    })
    .await;
    let registry = registry(ProviderConfig { default_model: None, ..config(&upstream.url, Protocol::OpenAi) });
    complete(&registry).await.unwrap();
    complete(&registry).await.unwrap();
    let models: Vec<Value> = upstream.requests().iter().map(|request| request.body["model"].clone()).collect();
    assert_eq!(models, [Value::Null, json!("first"), json!("first")], "asked for once");
}

#[tokio::test]
async fn a_query_in_the_base_url_stays_where_it_belongs() {
    let upstream = Upstream::saying("ok").await;
    complete(&openai(&format!("{}/?api-version=2", upstream.url))).await.unwrap();
    assert_eq!(upstream.requests()[0].line, "POST /v1/chat/completions?api-version=2");
}

#[tokio::test]
async fn what_is_there_already_goes_on_together() {
    let burst = (0..50).fold(Reply::events(), |reply, _| reply.event(&delta("word ")));
    let upstream = Upstream::script([Reply::events().burst(&burst).done()]).await;
    let registry = openai(&upstream.url);
    // On a task of its own, as turns are.
    let reads = tokio::spawn(async move {
        let stream = registry.stream(&[target("up")], request(&[]), &mut Vec::new()).await.unwrap();
        stream.map(|read| read.unwrap().len()).collect::<Vec<_>>().await
    });
    let reads = reads.await.unwrap();
    assert_eq!(reads.iter().sum::<usize>(), 51);
    assert!(reads.len() < 10, "one write of 50 events came in {} reads", reads.len());
}
