//! What was said is exported where the configuration says so, and nowhere else; secrets never are.

use astra_core::config::{Compression, Secret, TraceContent};
use serde_json::{Value, json};

use super::collector::{Collector, attribute};
use super::exporting;
use crate::conversation::question;
use crate::support::Reply;

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn neither_content_nor_secrets_are_exported_by_default() {
    let collector = Collector::start().await;
    let definition = json!({
        "system_prompt": "the-instructions",
        "metadata": {"key": "the-metadata"},
        "tools": {"allow": ["calculate"]},
    });
    let talk = exporting(&collector, definition, |otlp| {
        otlp.headers = [("authorization".to_owned(), Secret::new("Bearer collector-secret"))].into();
    });
    let talk = talk.await;
    let token = talk.app.member().token().await;
    talk.will(Reply::Call("the-words".into(), vec![("call_1", "calculate", r#"{"expression":"314159+1"}"#)]));
    talk.will(Reply::Answer("the-answer".into()));
    talk.say("the-question").await;
    talk.will(Reply::Refuse(400, json!({"message": "the-question is refused", "code": "the-code"})));
    collector.wait_for(1).await;
    talk.app.member().post("/chat").json(&question("the-question")).await;
    let exported = collector.wait_for(2).await;
    for exported in &exported {
        assert_eq!(exported.path, "/v1/traces");
        assert_eq!(exported.headers["content-type"], "application/x-protobuf");
        assert_eq!(exported.headers["authorization"], "Bearer collector-secret");
        for secret in ["the-", "314159", "314160", "sk-test", "collector-secret", token.as_str()] {
            assert!(!contains(&exported.bytes, secret), "{secret}");
        }
    }
    let failed = &exported[1].spans()[0];
    let status = failed.status.as_ref().expect("it failed");
    assert_eq!((status.code, status.message.as_str()), (2, ""));
    assert_eq!(attribute(&failed.attributes, "error.type").as_deref(), Some("upstream_refused"));
}

#[tokio::test]
async fn content_is_exported_as_the_conventions_have_it_and_compressed() {
    let collector = Collector::start().await;
    let talk = exporting(&collector, json!({"tools": {"allow": ["calculate"]}}), |otlp| {
        (otlp.content, otlp.compression) = (TraceContent::On, Compression::Gzip);
    });
    let talk = talk.await;
    talk.will(Reply::Call("Let me see.".into(), vec![("call_1", "calculate", r#"{"expression":"1+1"}"#)]));
    talk.will(Reply::Answer("It is two.".into()));
    talk.say("What is 1+1?").await;
    let exported = collector.wait_for(1).await.remove(0);
    assert_eq!(exported.headers["content-encoding"], "gzip");
    let spans = exported.spans();
    let value = |place: usize, key| attribute(&spans[place].attributes, key).expect("it is said");
    let parsed = |text: String| serde_json::from_str::<Value>(&text).expect("it is JSON");
    let text = |text| json!([{"type": "text", "content": text}]);
    assert_eq!(parsed(value(0, "gen_ai.input.messages")), json!([{"role": "user", "parts": text("What is 1+1?")}]));
    let answer = json!([{"role": "assistant", "parts": text("It is two."), "finish_reason": "stop"}]);
    assert_eq!(parsed(value(0, "gen_ai.output.messages")), answer);
    let tool = spans.iter().position(|span| span.name == "execute_tool calculate").expect("it was called");
    assert_eq!(parsed(value(tool, "gen_ai.tool.call.arguments")), json!({"expression": "1+1"}));
    assert!(value(tool, "gen_ai.tool.call.result").contains('2'));
    talk.will(Reply::Refuse(400, json!({"message": "no such thing"})));
    talk.app.member().post("/chat").json(&question("hello")).await;
    let failed = collector.spans_after(1).await.remove(0);
    assert!(failed.status.expect("it failed").message.contains("no such thing"));
}
