//! Traces of turns that have ended, sent to a collector by OTLP over HTTP with the names of OpenTelemetry's semantic conventions.
//! A turn gives its end to a queue, and nothing waits for what comes after that: a collector that is down, slow or wrong costs
//! traces, which are counted, and nothing else.

mod collector;
mod names;
mod providers;
mod queue;
mod said;
mod spans;
mod wire;
mod worker;

use std::convert::Infallible;
use std::sync::Arc;

use crate::engine::TraceExport;
use crate::provider::Registry;
use crate::tasks::TaskKind;
use crate::work::Base;
use collector::Collector;
use providers::Providers;
use queue::queue;
use worker::Worker;

const EXPORT: TaskKind = TaskKind::new("otlp.export");

/// Sends traces to the collector of the configuration; `None` if it names none. `providers` are those that turns ask.
pub(crate) fn open(base: &Base, providers: &Registry) -> Option<Arc<dyn TraceExport>> {
    let config = &base.config.otlp;
    let collector = Collector::new(base)?;
    let (exporter, waiting) = queue(config.sample_ratio, &base.metrics);
    let providers = Providers::new(&base.config.providers, providers);
    let worker = Arc::new(Worker::new(base, collector, providers, waiting));
    base.supervisor.spawn(EXPORT, move |stop| {
        let worker = Arc::clone(&worker);
        async move {
            worker.run(&stop).await;
            Ok::<_, Infallible>(())
        }
    });
    Some(Arc::new(exporter))
}
