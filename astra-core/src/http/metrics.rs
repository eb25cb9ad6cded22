//! `GET /metrics`: what the gateway counts, in Prometheus' text format. It says nothing of workspaces, users and agents, and has
//! no more samples than there are operations, providers and tasks.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use tokio::time::timeout;

use super::caller::Caller;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::metrics::{Exposition, MetricKind, resident_bytes};
use crate::store::Depths;

use MetricKind::{Counter, Gauge};

/// How long the store is waited for; what it does not say in time is left out.
const STORE_PATIENCE: Duration = Duration::from_secs(2);
/// Answers with everything that is counted. It is of the whole gateway: the owners of its first workspace may see it.
///
/// # Errors
/// 403 for the owners of other workspaces.
pub async fn answer(State(app): State<App>, caller: Caller) -> Result<Response> {
    if caller.workspace != *app.authority.first_workspace() {
        return Err(Error::new(Code::Forbidden, "The metrics are for the owners of the gateway's first workspace."));
    }
    let mut text = Exposition::default();
    of_process(&app, &mut text);
    of_requests(&app, &mut text);
    of_turns(&app, &mut text);
    of_providers(&app, &mut text);
    of_export(&app, &mut text);
    of_memory(&app, &mut text);
    match timeout(STORE_PATIENCE, app.store.depths()).await {
        Ok(Ok(depths)) => of_store(&depths, &mut text),
        Ok(Err(fault)) => tracing::warn!(error = %fault, "the store's depths cannot be counted"),
        Err(_) => tracing::warn!("the store's depths are not counted within two seconds"),
    }
    Ok(([(header::CONTENT_TYPE, Exposition::MEDIA_TYPE)], text.finish()).into_response())
}

fn of_process(app: &App, text: &mut Exposition) {
    text.family("astra_build_info", Gauge, "The version of the gateway.");
    text.sample("astra_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    let uptime = app.uptime.elapsed().as_secs_f64();
    text.single("astra_uptime_seconds", Gauge, "Time since the gateway was opened.", uptime);
    if let Some(bytes) = resident_bytes() {
        let help = "Memory that the process holds in RAM.";
        text.single("process_resident_memory_bytes", Gauge, help, bytes);
    }
    text.single("astra_streams_open", Gauge, "Streams of events that are open.", app.streams.sum());
    text.family("astra_task_failures_total", Counter, "Failures of work that runs beside requests.");
    for task in app.supervisor.tasks() {
        text.sample("astra_task_failures_total", &[("task", task.name)], task.failures);
    }
}

fn of_requests(app: &App, text: &mut Exposition) {
    text.family("astra_http_requests_total", Counter, "Requests that were answered, by operation and class of status.");
    for (operation, counts) in app.metrics.operations() {
        for (class, count) in counts.classes().filter(|(_, count)| *count > 0) {
            text.sample("astra_http_requests_total", &[("operation", &operation), ("status", class)], count);
        }
    }
}

fn of_turns(app: &App, text: &mut Exposition) {
    let turns = &app.metrics.turns;
    text.family("astra_turns_total", Counter, "Turns that ended, by how.");
    for (status, count) in turns.ended() {
        text.sample("astra_turns_total", &[("status", status)], count);
    }
    text.histograms("astra_turn_duration_seconds", "Time from a question to the answer on disk.");
    text.histogram("astra_turn_duration_seconds", &[], &turns.durations.counts());
    text.histograms(
        "astra_turn_overhead_seconds",
        "The gateway's own part of that: without models, tools, and waiting for other turns and people.",
    );
    text.histogram("astra_turn_overhead_seconds", &[], &turns.overheads.counts());
    text.family("astra_tool_calls_total", Counter, "Calls of tools in turns that ended, by outcome.");
    text.sample("astra_tool_calls_total", &[("outcome", "answered")], turns.tools_answered.get());
    text.sample("astra_tool_calls_total", &[("outcome", "failed")], turns.tools_failed.get());
    text.histograms("astra_tool_duration_seconds", "Time of a call of a tool.");
    text.histogram("astra_tool_duration_seconds", &[], &turns.tool_durations.counts());
}

fn of_providers(app: &App, text: &mut Exposition) {
    let providers: Vec<_> = app.providers.statuses().into_iter().filter(|status| status.is_configured).collect();
    text.family(
        "astra_provider_calls_total",
        Counter,
        "Calls of providers that came to an end, each with its retries.",
    );
    for provider in &providers {
        text.sample("astra_provider_calls_total", &[("provider", &provider.name)], provider.health.requests);
    }
    text.family("astra_provider_errors_total", Counter, "Those of them that failed.");
    for provider in &providers {
        text.sample("astra_provider_errors_total", &[("provider", &provider.name)], provider.health.errors);
    }
    text.histograms(
        "astra_provider_latency_seconds",
        "Time to the answer, or to the first token of a stream, of calls that did not fail.",
    );
    for provider in &providers {
        text.histogram("astra_provider_latency_seconds", &[("provider", &provider.name)], &provider.health.latencies);
    }
}

/// Nothing where traces are not exported.
fn of_export(app: &App, text: &mut Exposition) {
    if app.config.otlp.endpoint.is_none() {
        return;
    }
    let export = &app.metrics.export;
    text.family(
        "astra_otlp_traces_total",
        Counter,
        "Traces of turns that were to be exported, by what became of them.",
    );
    for (outcome, count) in [("sent", &export.sent), ("failed", &export.failed), ("dropped", &export.dropped)] {
        text.sample("astra_otlp_traces_total", &[("outcome", outcome)], count.get());
    }
    let help = "Spans that the collector rejected among others that it took.";
    text.single("astra_otlp_rejected_spans_total", Counter, help, export.rejected_spans.get());
}

fn of_memory(app: &App, text: &mut Exposition) {
    let memory = &app.metrics.memory;
    text.family(
        "astra_memory_turns_total",
        Counter,
        "Turns whose question was looked at for memory, by what became of it.",
    );
    for (outcome, count) in memory.turns() {
        text.sample("astra_memory_turns_total", &[("outcome", outcome)], count);
    }
    text.family("astra_memory_items_total", Counter, "Memories that were made of questions, by what found them.");
    for (source, count) in [("rule", &memory.by_rules), ("model", &memory.by_models)] {
        text.sample("astra_memory_items_total", &[("source", source)], count.get());
    }
    text.family(
        "astra_memory_answers_total",
        Counter,
        "Answers of models that were asked what to remember, by how they were read.",
    );
    for (outcome, count) in memory.answers() {
        text.sample("astra_memory_answers_total", &[("outcome", outcome)], count);
    }
    text.family("astra_memory_dropped_total", Counter, "Items of models that were not believed, by reason.");
    for (reason, count) in memory.dropped() {
        text.sample("astra_memory_dropped_total", &[("reason", reason)], count);
    }
    text.family(
        "astra_memory_embedding_calls_total",
        Counter,
        "Calls for vectors over the network, by what became of them.",
    );
    for (outcome, count) in memory.embeddings() {
        text.sample("astra_memory_embedding_calls_total", &[("outcome", outcome)], count);
    }
    let help = "Uses of edges of the graph that do not count, since too many waited for the next flush.";
    text.single("astra_memory_dropped_uses_total", Counter, help, memory.dropped_uses.get());
}

fn of_store(depths: &Depths, text: &mut Exposition) {
    text.family("astra_turns_open", Gauge, "Turns in the store that have not ended, by state.");
    for (status, count) in &depths.turns {
        text.sample("astra_turns_open", &[("status", status)], count);
    }
    text.family("astra_jobs", Gauge, "Jobs in the store that have not ended, by state; at most 100,000 are counted.");
    for (state, count) in
        [("due", depths.jobs_due), ("scheduled", depths.jobs_scheduled), ("running", depths.jobs_running)]
    {
        text.sample("astra_jobs", &[("state", state)], count);
    }
    let help = "Turns in the store whose question is still to be remembered; at most 100,000 are counted.";
    text.single("astra_memory_pending", Gauge, help, depths.memory_pending);
}
