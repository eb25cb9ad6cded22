//! A trace goes on: from the caller through the gateway to models and tools.

use std::sync::{Arc, Mutex};

use astra_core::tools::BoxFuture;
use astra_core::{Tool, ToolContext, ToolDefinition, ToolError, ToolOutput, TraceContext};
use http::HeaderMap;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::{Map, Value, json};

use super::collector::Collector;
use super::{exported, exporting};
use crate::conversation::{Talk, question};
use crate::support::{Reply, TestApp, TestBackend};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/// A tool that keeps the place in the trace of its calls.
#[derive(Clone, Default)]
struct Traced(Arc<Mutex<Vec<Option<TraceContext>>>>);

impl Tool for Traced {
    fn definition(&self) -> ToolDefinition {
        ToolDefinition::new("traced", "Keeps its place.", json!({"type": "object"}))
    }

    fn call<'a>(
        &'a self,
        _: &'a Map<String, Value>,
        context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        self.0.lock().expect("no panic").push(context.trace.clone());
        Box::pin(async { Ok("kept".into()) })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().expect("text"))
}

/// What a call that belongs to `span` is sent.
fn from(span: &Span) -> String {
    format!("00-{}-{}-01", hex(&span.trace_id), hex(&span.span_id))
}

#[tokio::test]
async fn the_callers_trace_goes_on_to_models() {
    let (collector, talk) = exported(json!({})).await;
    talk.will(Reply::Status(503, Some(0)));
    let ask = talk.app.member().post("/chat").header("traceparent", PARENT).header("tracestate", "vendor=1");
    ask.json(&question("hello")).await.expect(200);
    let spans = collector.spans_after(0).await;
    assert_eq!((hex(&spans[0].trace_id), hex(&spans[0].parent_span_id)), (TRACE.to_owned(), "00f067aa0ba902b7".into()));
    assert_eq!((spans[0].trace_state.as_str(), spans[0].flags), ("vendor=1", 0x301));
    let tries: Vec<_> = spans.iter().filter(|span| span.name == "chat test-model").collect();
    let received = talk.upstream.received();
    let sent: Vec<_> =
        received.iter().map(|received| header(&received.headers, "traceparent").expect("a trace")).collect();
    assert_eq!(sent, tries.iter().map(|span| from(span)).collect::<Vec<_>>(), "each try has its own");
    assert!(received.iter().all(|received| header(&received.headers, "tracestate") == Some("vendor=1")));
}

#[tokio::test]
async fn a_trace_begins_here_and_goes_on_to_models_and_tools_after_a_wait_too() {
    let (collector, tool) = (Collector::start().await, Traced::default());
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.otlp.endpoint = Some(collector.url());
        config.otlp.batch_spans = 1;
    });
    let handed_in = tool.clone();
    let builder = builder.host(move |builder| builder.tool(handed_in));
    let definition = json!({"tools": {"allow": ["traced"], "require_approval": ["traced"]}});
    let talk = Talk::built(builder, definition).await;
    talk.will(Reply::Call(String::new(), vec![("call_1", "traced", "{}")]));
    let asking = talk.start(&question("hello"));
    let approval = crate::approvals::pending(&talk.app, 1).await.remove(0);
    crate::approvals::decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
    asking.await.expect("it ends").expect(200);
    let spans = collector.spans_after(0).await;
    assert!(spans[0].parent_span_id.is_empty() && spans.iter().all(|span| span.trace_id == spans[0].trace_id));
    let received = talk.upstream.received();
    let sent: Vec<_> = received.iter().filter_map(|one| header(&one.headers, "traceparent")).collect();
    let calls: Vec<_> = spans.iter().filter(|span| span.name == "chat test-model").map(from).collect();
    assert_eq!(sent, calls, "before the wait and after it");
    let known = tool.0.lock().expect("no panic")[0].clone().expect("a place");
    let span = spans.iter().find(|span| span.name == "execute_tool traced").expect("it was called");
    assert_eq!((known.traceparent(), known.tracestate()), (from(span), None));
}

#[tokio::test]
async fn a_trace_that_is_not_sampled_is_passed_on_and_not_exported() {
    let (collector, talk) = exported(json!({})).await;
    let ask = talk.app.member().post("/chat").header("traceparent", UNSAMPLED).header("tracestate", "vendor=1");
    ask.json(&question("hello")).await.expect(200);
    let sent = talk.upstream.received().remove(0).headers;
    assert_eq!((header(&sent, "traceparent"), header(&sent, "tracestate")), (Some(UNSAMPLED), Some("vendor=1")));
    talk.say("exported").await;
    let exported = collector.wait_for(1).await;
    assert_eq!(exported.len(), 1);
    assert_ne!(hex(&exported[0].spans()[0].trace_id), TRACE);
    let none = exporting(&collector, json!({}), |otlp| otlp.sample_ratio = 0.0).await;
    none.say("hello").await;
    assert_eq!(header(&none.upstream.received()[0].headers, "traceparent"), None);
    assert_eq!(super::traces(&none.app, "sent").await, 0);
}

#[tokio::test]
async fn without_an_export_a_trace_is_passed_on_as_it_came() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let ask = talk.app.member().post("/chat").header("traceparent", PARENT).header("tracestate", "vendor=1");
    ask.json(&question("hello")).await.expect(200);
    talk.say("no trace").await;
    let bad = talk.app.member().post("/chat").header("traceparent", "00-0-0-0").header("tracestate", "vendor=1");
    bad.json(&question("hello")).await.expect(200);
    let received = talk.upstream.received();
    let sent = received
        .iter()
        .map(|one| (header(&one.headers, "traceparent"), header(&one.headers, "tracestate")))
        .collect::<Vec<_>>();
    assert_eq!(sent, [(Some(PARENT), Some("vendor=1")), (None, None), (None, None)]);
}

#[tokio::test]
async fn a_turn_that_another_one_begins_is_below_its_call() {
    let collector = Collector::start().await;
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.otlp.endpoint = Some(collector.url());
        config.otlp.batch_spans = 1;
    });
    let helper = json!({"tools": {"allow": ["current_time"], "require_approval": ["*"]}});
    let talk = crate::spawn::built(builder, json!({"tools": {"allow": ["current_time"]}}), helper).await;
    talk.will(crate::spawn::asks_helper("call_1"));
    talk.will(Reply::Call(String::new(), vec![("call_2", "current_time", "{}")]));
    let asking = talk.start(&question("What time is it?"));
    // Both turns wait, and go on.
    let approval = crate::approvals::pending(&talk.app, 1).await.remove(0);
    crate::approvals::decide(&talk.app.admin(), &approval, "approve", json!({})).await.expect(200);
    asking.await.expect("it ends").expect(200);
    let exported = collector.wait_for(2).await;
    let [child, parent] = [exported[0].spans(), exported[1].spans()];
    assert_eq!((child[0].name.as_str(), parent[0].name.as_str()), ("invoke_agent helper", "invoke_agent support"));
    assert_eq!(child[0].trace_id, parent[0].trace_id);
    let call = parent.iter().find(|span| span.name == "execute_tool spawn_agent").expect("it was called");
    assert_eq!((&child[0].parent_span_id, &call.parent_span_id), (&call.span_id, &parent[0].span_id));
}
