//! What is exported of turns of every kind, by names and values: a golden file, whose names are those of the conventions.

use std::fmt::Write as _;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_semantic_conventions::attribute as semconv;
use serde_json::json;

use super::collector::{Collector, Exported, attribute, shown};
use super::{exported, exporting};
use crate::approvals::{decide, pending};
use crate::conversation::{Talk, cut_off, question};
use crate::support::{Gate, Reply, Step, golden};

/// The version of the conventions.
const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.41.0";

/// What is exported of turns, in the order in which they ended.
fn shown_of(exported: &[(&str, Exported)]) -> String {
    let mut text = String::new();
    for (what, exported) in exported {
        writeln!(text, "# {what}").expect("a text");
        let spans = exported.spans();
        for span in &spans {
            let depth = depth(&spans, span);
            let status = span.status.as_ref().map_or("", |status| if status.code == 2 { " ERROR" } else { " ?" });
            let kind = SpanKind::try_from(span.kind).expect("a kind").as_str_name();
            let kind = kind.trim_start_matches("SPAN_KIND_");
            writeln!(text, "{}{} {kind}{status}", "  ".repeat(depth), span.name).expect("a text");
            for line in attributes(&span.attributes) {
                writeln!(text, "{}    {line}", "  ".repeat(depth)).expect("a text");
            }
        }
        text.push('\n');
    }
    text
}

/// How many spans of the same export are above one.
fn depth(spans: &[Span], span: &Span) -> usize {
    let parent = spans.iter().find(|other| other.span_id == span.parent_span_id);
    parent.map_or(0, |parent| 1 + depth(spans, parent))
}

/// Attributes as they are sent, without what differs from run to run.
fn attributes(attributes: &[KeyValue]) -> Vec<String> {
    let line = |attribute: &KeyValue| {
        let value = attribute.value.as_ref().and_then(|value| value.value.as_ref()).map(shown).expect("a value");
        let key = attribute.key.as_str();
        let value = match key {
            "server.port" => "<port>".to_owned(),
            "service.version" => "<version>".to_owned(),
            "service.instance.id" => "<instance>".to_owned(),
            "gen_ai.response.time_to_first_chunk" => "<seconds>".to_owned(),
            key if key.starts_with("astra.time.") => "<seconds>".to_owned(),
            _ => match value.split_once('_') {
                Some((prefix @ ("ses" | "trn" | "trc" | "req" | "svc" | "usr" | "wsp"), _)) => format!("<{prefix}>"),
                _ => value,
            },
        };
        format!("{key} = {value}")
    };
    attributes.iter().map(line).collect()
}

/// A turn that says `what` it is, and its export.
async fn next(collector: &Collector, what: &'static str, before: usize) -> (&'static str, Exported) {
    (what, collector.wait_for(before + 1).await.remove(before))
}

/// Turns of every kind, and what is exported of each.
async fn turns(collector: &Collector, talk: &Talk) -> Vec<(&'static str, Exported)> {
    let mut all = Vec::new();
    talk.say("hello").await;
    all.push(next(collector, "a plain turn", 0).await);

    talk.will(Reply::Stream(vec![Step::Content("Hel".into()), Step::Content("lo.".into()), Step::Finish]));
    talk.stream("hello").await.events().await;
    all.push(next(collector, "a streamed turn", 1).await);

    let sum = ("call_1", "calculate", r#"{"expression":"1+1"}"#);
    let nonsense = ("call_2", "no such tool: secret", "{}");
    talk.will(Reply::Call("Let me see.".into(), vec![sum])).will(Reply::Call(String::new(), vec![nonsense]));
    talk.say("What is 1+1?").await;
    all.push(next(collector, "a turn with a tool, and a tool that is none", 2).await);

    talk.will(Reply::Call(String::new(), vec![("call_3", "current_time", "{}")]));
    let asking = talk.start(&question("What time is it?"));
    let approval = pending(&talk.app, 1).await.remove(0);
    decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
    asking.await.expect("it ends").expect(200);
    all.push(next(collector, "a turn that waited for an approval", 3).await);

    talk.will(Reply::Html);
    talk.say("hello").await;
    all.push(next(collector, "a turn that fell back on another provider", 4).await);

    let gate = Gate::closed();
    talk.will(Reply::Stream(vec![Step::Content("Hel".into()), Step::Wait(gate.clone()), Step::Cut]));
    cut_off(&mut talk.stream("hello").await, "Hel", &gate).await;
    all.push(next(collector, "a turn whose stream broke", 5).await);

    talk.will(Reply::Refuse(400, json!({"message": "no"})));
    talk.app.member().post("/chat").json(&json!({"agent_id": "plain", "message": "hello"})).await;
    all.push(next(collector, "a turn that failed, of an agent without a name", 6).await);
    all
}

#[tokio::test]
async fn turns_of_every_kind_have_the_names_of_the_conventions() {
    let definition = json!({
        "display_name": "Support desk",
        "model": {"model": "first-model", "fallbacks": [{"provider": "echo"}]},
        "tools": {"allow": ["current_time", "calculate"], "require_approval": ["current_time"]},
    });
    let (collector, talk) = exported(definition).await;
    let plain = json!({"id": "plain", "model": {"provider": "scripted"}});
    talk.app.admin().post("/agents").json(&plain).await.expect(201);
    let all = turns(&collector, &talk).await;
    golden("otlp.txt", &shown_of(&all));
    let [resource] = &all[0].1.request.resource_spans[..] else { panic!("one resource") };
    assert_eq!(
        attributes(&resource.resource.as_ref().expect("it is described").attributes),
        ["service.instance.id = <instance>", "service.name = astra", "service.version = <version>",]
    );
    let [scope] = &resource.scope_spans[..] else { panic!("one library") };
    assert_eq!((resource.schema_url.as_str(), scope.schema_url.as_str()), (SCHEMA_URL, SCHEMA_URL));
    assert_eq!(scope.scope.as_ref().map(|scope| scope.name.as_str()), Some("astra"));
    for (what, exported) in &all {
        let keys = exported.spans().into_iter().flat_map(|span| span.attributes).map(|attribute| attribute.key);
        for key in keys.filter(|key| !key.starts_with("astra.")) {
            assert!(official().contains(&key.as_str()), "{what}: {key}");
        }
    }
}

/// The names of the conventions that a gateway may use, from the official crate. Its version is one later than ours, in which
/// those of generative AI moved elsewhere.
#[expect(deprecated, reason = "the names of our version moved in the next one")]
const fn official() -> [&'static str; 24] {
    [
        semconv::ERROR_TYPE,
        semconv::SERVER_ADDRESS,
        semconv::SERVER_PORT,
        semconv::USER_ID,
        semconv::GEN_AI_AGENT_ID,
        semconv::GEN_AI_AGENT_NAME,
        semconv::GEN_AI_AGENT_VERSION,
        semconv::GEN_AI_CONVERSATION_ID,
        semconv::GEN_AI_INPUT_MESSAGES,
        semconv::GEN_AI_OPERATION_NAME,
        semconv::GEN_AI_OUTPUT_MESSAGES,
        semconv::GEN_AI_PROVIDER_NAME,
        semconv::GEN_AI_REQUEST_MODEL,
        semconv::GEN_AI_REQUEST_STREAM,
        semconv::GEN_AI_RESPONSE_FINISH_REASONS,
        semconv::GEN_AI_RESPONSE_MODEL,
        semconv::GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
        semconv::GEN_AI_TOOL_CALL_ARGUMENTS,
        semconv::GEN_AI_TOOL_CALL_ID,
        semconv::GEN_AI_TOOL_CALL_RESULT,
        semconv::GEN_AI_TOOL_NAME,
        semconv::GEN_AI_USAGE_INPUT_TOKENS,
        semconv::GEN_AI_USAGE_OUTPUT_TOKENS,
        semconv::SERVICE_NAME,
    ]
}

#[tokio::test]
async fn what_is_said_of_the_gateway_is_configured() {
    let collector = Collector::start().await;
    let talk = exporting(&collector, json!({}), |otlp| {
        otlp.service_name = Some("desk".into());
        otlp.resource = [("deployment.environment.name", "test"), ("service.version", "mine"), ("service.name", "x")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    })
    .await;
    talk.say("hello").await;
    let exported = collector.wait_for(1).await.remove(0);
    let resource = exported.request.resource_spans[0].resource.as_ref().expect("it is described");
    let said = |key| attribute(&resource.attributes, key).expect("it is said");
    assert_eq!((said("service.name"), said("service.version")), ("desk".to_owned(), "mine".to_owned()));
    assert_eq!(said("deployment.environment.name"), "test");
    assert_eq!(resource.attributes.len(), 4);
}
