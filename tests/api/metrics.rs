//! `/metrics`: what the gateway counts, read as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};

use astra_core::auth::Role;
use serde_json::json;

use crate::conversation::{Talk, question};
use crate::support::{Reply, TestApp, TestBackend, both_backends};

/// Samples by their name and labels, as they are written.
type Samples = BTreeMap<String, f64>;

async fn scraped(app: &TestApp) -> Samples {
    let answer = app.owner().get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    parsed(&answer.text())
}

/// Reads the text format: families have help and type before their samples, which come once and follow each other; the
/// buckets of a histogram grow up to its count.
fn parsed(text: &str) -> Samples {
    assert!(text.ends_with('\n'), "the last line ends");
    let (mut samples, mut family, mut kinds) = (Samples::new(), String::new(), BTreeMap::new());
    let mut helped = BTreeSet::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("help has words");
            assert!(helped.insert(name.to_owned()) && !words.is_empty(), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type");
            assert!(["counter", "gauge", "histogram"].contains(&kind) && helped.contains(name), "{line}");
            assert_eq!(kinds.insert(name.to_owned(), kind.to_owned()), None, "{line}");
            assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
            name.clone_into(&mut family);
        } else {
            let (key, value) = line.rsplit_once(' ').expect("a sample has a value");
            let (name, labels) = key.split_once('{').unwrap_or((key, "}"));
            assert!(
                labels.ends_with('}') && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{line}"
            );
            let is_histogram = kinds[&family] == "histogram";
            let suffix = name.strip_prefix(family.as_str()).unwrap_or_else(|| panic!("{line} is in {family}"));
            assert_eq!(["_bucket", "_sum", "_count"].contains(&suffix), is_histogram, "{line}");
            assert_eq!(samples.insert(key.to_owned(), value.parse().expect("a number")), None, "{line} comes twice");
        }
    }
    for (key, count) in samples.iter().filter(|(key, _)| key.contains("_count")) {
        let (name, labels) = key.split_once("_count").expect("a count");
        let labels = labels.trim_start_matches('{').trim_end_matches('}');
        let own = |bucket: &&String| bucket.starts_with(&format!("{name}_bucket{{{labels}"));
        let mut buckets: Vec<_> = samples.keys().filter(own).map(|bucket| (bound(bucket), samples[bucket])).collect();
        buckets.sort_by(|one, other| one.0.total_cmp(&other.0));
        assert!(buckets.is_sorted_by(|one, other| one.1 <= other.1) && buckets.len() == 20, "{key}: {buckets:?}");
        assert_eq!(buckets.last().map(|(bound, sum)| (*bound, *sum)), Some((f64::INFINITY, *count)), "{key}");
    }
    samples
}

fn bound(bucket: &str) -> f64 {
    let bound = bucket.split("le=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a bound");
    bound.trim_start_matches('+').parse().expect("a number")
}

both_backends! {
    async fn counts_turns_calls_and_requests(talk: Talk) {
        let before = scraped(&talk.app).await;
        assert_eq!(before["astra_turns_total{status=\"completed\"}"], 0.0);
        talk.say("hello").await;
        talk.will(Reply::Html);
        talk.app.member().post("/chat").json(&question("fail")).await.expect_problem(502, "upstream_error");
        talk.app.member().get("/traces/trc_0000000000001").await.expect_problem(404, "not_found");
        let after = loop {
            // A turn is counted behind its answer.
            let after = scraped(&talk.app).await;
            if after["astra_turns_total{status=\"failed\"}"] == 1.0 {
                break after;
            }
        };
        for (sample, value) in [
            ("astra_turns_total{status=\"completed\"}", 1.0),
            ("astra_turn_overhead_seconds_count", 2.0),
            ("astra_turn_duration_seconds_count", 2.0),
            ("astra_provider_calls_total{provider=\"scripted\"}", 2.0),
            ("astra_provider_errors_total{provider=\"scripted\"}", 1.0),
            ("astra_provider_latency_seconds_count{provider=\"scripted\"}", 1.0),
            ("astra_http_requests_total{operation=\"chat.send\",status=\"2xx\"}", 1.0),
            ("astra_http_requests_total{operation=\"chat.send\",status=\"5xx\"}", 1.0),
            ("astra_http_requests_total{operation=\"traces.get\",status=\"4xx\"}", 1.0),
            ("astra_tool_calls_total{outcome=\"answered\"}", 0.0),
            ("astra_streams_open", 0.0),
            ("astra_jobs{state=\"due\"}", 0.0),
        ] {
            assert_eq!(after.get(sample), Some(&value), "{sample}: {after:?}");
        }
        let (overhead, whole) = (after["astra_turn_overhead_seconds_sum"], after["astra_turn_duration_seconds_sum"]);
        assert!(0.0 < overhead && overhead < whole, "{overhead} of {whole}");
        if cfg!(target_os = "linux") {
            assert!(after["process_resident_memory_bytes"] > 1e6);
        }
        let tasks = after.keys().filter(|key| key.starts_with("astra_task_failures_total")).count();
        assert!(tasks > 3, "{after:?}");
    }
}

#[tokio::test]
async fn open_streams_and_queued_turns_are_in_it() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    let gate = crate::support::Gate::closed();
    talk.will(Reply::After(gate.clone(), "one".into()));
    let mut stream = talk.stream("hello").await;
    stream.next_event().await.expect("it begins");
    let during = scraped(&talk.app).await;
    assert_eq!((during["astra_streams_open"], during["astra_turns_open{status=\"running\"}"]), (1.0, 1.0));
    gate.open();
    stream.events().await;
    drop(stream);
    let after = scraped(&talk.app).await;
    assert!(!after.contains_key("astra_turns_open{status=\"running\"}"), "{after:?}");
}

#[tokio::test]
async fn is_for_owners_of_the_first_workspace() {
    let app = TestApp::new().await;
    app.anonymous().get("/metrics").await.expect_problem(401, "unauthorized");
    app.admin().get("/metrics").await.expect_problem(403, "forbidden");
    app.scoped(Role::Owner, "traces:read").get("/metrics").await.expect_problem(403, "forbidden");
    app.other_workspace().get("/metrics").await.expect_problem(403, "forbidden");
    assert_eq!(app.scoped(Role::Owner, "admin:read").get("/metrics").await.status, 200);
    app.owner().post("/metrics").await.expect_problem(405, "method_not_allowed");
}
