//! Removes what explains old turns, after `traces.keep_days` of the configuration: their spans, and the ids by which their
//! callers know their requests. The conversation stays, and so do times, tokens and cost.

use std::sync::Arc;

use crate::store::{self, Db};
use crate::tasks::TaskKind;
use crate::work::{Base, Scheduler};

const KIND: TaskKind = TaskKind::new("trace_retention");
const DAY_MS: i64 = 24 * 3_600_000;

/// Sweeps for as long as the gateway runs.
pub fn open(base: &Base, scheduler: &Arc<Scheduler>) {
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    let keep_ms = i64::from(base.config.traces.keep_days) * DAY_MS;
    scheduler.built_in(&base.supervisor, KIND, move || {
        let (store, before_ms) = (store.clone(), clock.now_ms() - keep_ms);
        async move { sweep(&store, before_ms).await }
    });
}

async fn sweep(store: &Db, before_ms: i64) -> store::Result<()> {
    while store.sweep_old_traces(before_ms).await? {}
    Ok(())
}
