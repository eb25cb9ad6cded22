//! A collector that is down, slow or wrong costs traces, which are counted, and nothing else.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;

use super::collector::{Collector, Exported, Take};
use super::{exported, exporting, metric, traces};
use crate::conversation::Talk;
use crate::support::{TestApp, TestBackend};

/// Waits until so many traces have come to that end.
async fn until(app: &TestApp, outcome: &str, count: u64) {
    while traces(app, outcome).await < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn what_the_collector_cannot_take_now_is_sent_again() {
    let (collector, talk) = exported(json!({})).await;
    collector.will(Take::Status(503, None)).will(Take::Status(429, Some(1))).will(Take::All);
    talk.say("hello").await;
    let exported = collector.wait_for(3).await;
    assert!(exported.iter().all(|one| one.request == exported[0].request), "the same spans");
    assert!(exported[2].at - exported[1].at >= Duration::from_secs(1), "it waited as it was asked to");
    until(&talk.app, "sent", 1).await;
    assert_eq!((traces(&talk.app, "failed").await, traces(&talk.app, "dropped").await), (0, 0));
}

#[tokio::test]
async fn what_the_collector_refuses_is_given_up() {
    let (collector, talk) = exported(json!({})).await;
    for status in [400, 401, 404, 413, 500, 302] {
        collector.will(Take::Status(status, None));
    }
    for count in 1..=6 {
        talk.say("hello").await;
        until(&talk.app, "failed", count).await;
    }
    assert_eq!(collector.exported().len(), 6, "each was sent once");
    talk.say("hello").await;
    until(&talk.app, "sent", 1).await;
}

#[tokio::test]
async fn an_odd_answer_means_that_it_was_taken() {
    let (collector, talk) = exported(json!({})).await;
    collector.will(Take::Html).will(Take::AllBut(2)).will(Take::AllBut(-7));
    for count in 1..=3 {
        talk.say("hello").await;
        until(&talk.app, "sent", count).await;
    }
    assert_eq!(metric(&talk.app, "astra_otlp_rejected_spans_total").await, 2);
    assert_eq!((collector.exported().len(), traces(&talk.app, "failed").await), (3, 0));
}

#[tokio::test]
async fn turns_go_on_while_the_collector_hangs() {
    let collector = Collector::start().await;
    let talk = exporting(&collector, json!({}), |otlp| (otlp.timeout_ms, otlp.batch_spans) = (200, 512)).await;
    collector.will(Take::Hang);
    for _ in 0..20 {
        talk.say("hello").await;
    }
    // The first batch comes again, and the turns that waited meanwhile.
    until(&talk.app, "sent", 20).await;
    assert_eq!(traces(&talk.app, "failed").await, 0);
}

#[tokio::test]
async fn a_gateway_whose_collector_is_down_works_and_stops() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    drop(listener);
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.otlp.endpoint = Some(format!("http://{address}"));
        config.otlp.batch_spans = 1;
    });
    let talk = Talk::built(builder, json!({})).await;
    for _ in 0..5 {
        talk.say("hello").await;
    }
    talk.app.gateway().shutdown(Duration::from_secs(10)).await;
    assert_eq!((traces(&talk.app, "sent").await, traces(&talk.app, "failed").await), (0, 5));
    assert_eq!(talk.app.supervisor().faults(), []);
}

#[tokio::test]
async fn what_waits_is_sent_when_the_gateway_stops() {
    let collector = Collector::start().await;
    let talk = exporting(&collector, json!({}), |otlp| otlp.batch_spans = 4).await;
    collector.will(Take::Status(503, None));
    for _ in 0..10 {
        talk.say("hello").await;
    }
    talk.app.gateway().shutdown(Duration::from_secs(10)).await;
    assert_eq!((traces(&talk.app, "sent").await, traces(&talk.app, "failed").await), (10, 0));
    let spans = collector.exported()[1..].iter().flat_map(Exported::spans).collect::<Vec<_>>();
    assert_eq!(spans.iter().filter(|span| span.parent_span_id.is_empty()).count(), 10);
}

#[tokio::test]
async fn a_collector_that_hangs_does_not_hold_up_the_end() {
    let collector = Collector::start().await;
    let talk = exporting(&collector, json!({}), |otlp| (otlp.timeout_ms, otlp.batch_spans) = (60_000, 1)).await;
    for _ in 0..3 {
        collector.will(Take::Hang);
    }
    talk.say("hello").await;
    collector.wait_for(1).await;
    talk.say("hello").await;
    talk.app.gateway().shutdown(Duration::from_secs(10)).await;
    assert_eq!((traces(&talk.app, "failed").await, traces(&talk.app, "dropped").await), (1, 1));
}
