//! Ids, times and parents of spans, and whose they are.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::json;

use super::collector::attribute;
use super::exported;
use crate::conversation::{ECHO, question, text};
use crate::support::{Reply, START_MS};

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

#[tokio::test]
async fn spans_are_below_their_turn_and_have_ids_and_times() {
    let (collector, talk) = exported(json!({"tools": {"allow": ["current_time"]}})).await;
    let calls = vec![("call_1", "current_time", "{}"), ("call_2", "current_time", "{}")];
    talk.will(Reply::Call("Let me see.".into(), calls));
    let turn = talk.say("What time is it?").await;
    let spans = collector.spans_after(0).await;
    let trace = talk.app.member().get(&format!("/traces/{}", text(&turn, "trace_id"))).await.expect(200);
    let rows = trace["spans"].as_array().expect("spans");
    assert_eq!(spans.len(), 1 + rows.len(), "{spans:?}");
    let whole = &spans[0];
    assert!(whole.parent_span_id.is_empty() && whole.trace_state.is_empty());
    let ids: BTreeSet<_> = spans.iter().map(|span| span.span_id.clone()).collect();
    assert_eq!(ids.len(), spans.len());
    for span in &spans {
        assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
        assert!(span.trace_id != [0; 16] && span.span_id != [0; 8] && span.trace_id == whole.trace_id);
        assert!(span.start_time_unix_nano >= whole.start_time_unix_nano);
        assert!(span.end_time_unix_nano <= whole.end_time_unix_nano);
        assert_eq!(span.flags & 0xff, 1, "it is sampled");
    }
    assert_eq!(whole.start_time_unix_nano, u64::try_from(START_MS).expect("a time") * 1_000_000);
    let took =
        |span: &Span| u32::try_from((span.end_time_unix_nano - span.start_time_unix_nano) / 1_000).expect("short");
    assert_eq!(f64::from(took(whole)) / 1_000.0, trace["time"]["total_ms"].as_f64().expect("a time"));
    for (span, row) in spans[1..].iter().zip(rows) {
        assert_eq!(span.parent_span_id, whole.span_id);
        assert_eq!(f64::from(took(span)) / 1_000.0, row["duration_ms"].as_f64().expect("a time"), "{row}");
    }
    let calls = named(&spans, "execute_tool current_time");
    let called: Vec<_> = calls.iter().map(|span| attribute(&span.attributes, "gen_ai.tool.call.id")).collect();
    assert_eq!(called, [Some("call_1".to_owned()), Some("call_2".to_owned())]);
    assert_eq!(attribute(&whole.attributes, "gen_ai.conversation.id").as_deref(), turn["session_id"].as_str());
    assert_eq!(attribute(&whole.attributes, "astra.trace.id").as_deref(), turn["trace_id"].as_str());
    // Both rounds, and each by itself.
    let tokens = |span: &Span| attribute(&span.attributes, "gen_ai.usage.input_tokens").expect("tokens");
    let rounds = named(&spans, "chat test-model");
    assert_eq!((tokens(whole), rounds.len()), ("14".to_owned(), 2));
    assert!(rounds.iter().all(|span| tokens(span) == "7"));
}

#[tokio::test]
async fn calls_for_a_summary_are_below_their_compaction() {
    let definition = json!({"model": {"max_context_tokens": 4_000}});
    let (collector, talk) = exported(definition).await;
    let session = talk.session().await;
    let long = "word ".repeat(1_300);
    for count in 0..4 {
        talk.say_in(&session, &long).await;
        let spans = collector.spans_after(count).await;
        let Some(compaction) = named(&spans, "astra.compaction").first().copied() else { continue };
        let below: Vec<_> = spans.iter().filter(|span| span.parent_span_id == compaction.span_id).collect();
        assert_eq!(below.iter().map(|span| span.name.as_str()).collect::<Vec<_>>(), ["chat test-model"]);
        let answers = named(&spans, "chat test-model");
        assert!(answers.iter().any(|span| span.parent_span_id == spans[0].span_id), "{spans:?}");
        return;
    }
    panic!("nothing was compacted");
}

#[tokio::test]
async fn each_turn_says_whose_it_is() {
    let (collector, talk) = exported(json!({})).await;
    talk.say("ours").await;
    let foreigner = talk.app.other_workspace();
    foreigner.post("/agents").json(&json!({"id": "theirs"})).await.expect(201);
    let foreign = json!({"agent_id": "theirs", "message": "theirs"});
    collector.wait_for(1).await;
    foreigner.post("/chat").json(&foreign).await.expect(200);
    collector.wait_for(2).await;
    talk.app.other_member().post("/chat").json(&json!({"agent_id": ECHO, "message": "ours too"})).await.expect(200);
    let exported = collector.wait_for(3).await;
    let wholes: Vec<_> = exported.iter().map(|exported| exported.spans().remove(0)).collect();
    let said =
        |key: &str| wholes.iter().map(|span| attribute(&span.attributes, key).expect("it is said")).collect::<Vec<_>>();
    let workspaces = said("astra.workspace.id");
    assert!(workspaces[0] != workspaces[1] && workspaces[0] == workspaces[2], "{workspaces:?}");
    assert_eq!(said("user.id").into_iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(said("gen_ai.agent.id"), ["support", "theirs", ECHO]);
    assert_eq!(wholes.iter().map(|span| span.trace_id.clone()).collect::<BTreeSet<_>>().len(), 3);
}

#[tokio::test]
async fn a_turn_that_was_cancelled_is_no_error() {
    let (collector, talk) = exported(json!({})).await;
    talk.will(Reply::Hang);
    let asking = talk.start(&question("hello"));
    talk.upstream.wait_for(1).await;
    let turn = crate::conversation::unfinished(&talk.app).await.remove(0);
    talk.app.member().post(&format!("/chat/turns/{turn}/cancel")).await.expect(200);
    asking.await.expect("it ends");
    let spans = collector.spans_after(0).await;
    assert_eq!(attribute(&spans[0].attributes, "astra.turn.status").as_deref(), Some("cancelled"));
    assert_eq!((spans[0].status.as_ref(), attribute(&spans[0].attributes, "error.type")), (None, None));
    assert_eq!(named(&spans, "chat test-model").len(), 1);
}
