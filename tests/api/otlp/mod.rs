//! Traces that are exported: what a collector gets, decoded with the official types, and what a bad collector does to turns.

mod collector;
mod content;
mod failures;
mod names;
mod propagation;
mod spans;

use astra_core::config::OtlpConfig;
use serde_json::{Value, json};

use crate::conversation::Talk;
use crate::support::{TestApp, TestBackend};
use collector::Collector;

/// A gateway that exports to `collector`, a turn at a time.
pub(crate) async fn exporting(collector: &Collector, definition: Value, change: impl FnOnce(&mut OtlpConfig)) -> Talk {
    let builder = TestApp::builder(TestBackend::sqlite()).config(|config| {
        config.otlp.endpoint = Some(collector.url());
        config.otlp.batch_spans = 1;
        change(&mut config.otlp);
    });
    Talk::built(builder, definition).await
}

/// A gateway that exports, and its collector.
pub(crate) async fn exported(definition: Value) -> (Collector, Talk) {
    let collector = Collector::start().await;
    let talk = exporting(&collector, definition, |_| {}).await;
    (collector, talk)
}

/// The value of a metric.
pub(crate) async fn metric(app: &TestApp, sample: &str) -> u64 {
    let text = app.owner().get("/metrics").await.text();
    let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {sample}: {text}")).parse().expect("a number")
}

/// How many traces were so far `sent`, `failed` or `dropped`.
pub(crate) async fn traces(app: &TestApp, outcome: &str) -> u64 {
    metric(app, &format!("astra_otlp_traces_total{{outcome=\"{outcome}\"}}")).await
}

#[tokio::test]
async fn nothing_is_exported_unless_the_configuration_says_where_to() {
    let talk = Talk::with(TestBackend::sqlite(), json!({})).await;
    talk.say("hello").await;
    assert!(!talk.app.owner().get("/metrics").await.text().contains("astra_otlp"));
    assert!(talk.app.supervisor().tasks().iter().all(|task| task.name != "otlp.export"));
}
