//! Removes what explains old turns, after `traces.keep_days` of the configuration: their spans, and the ids by which their
//! callers know their requests. The conversation stays, and so do times, tokens and cost.

use std::sync::Arc;
use std::time::Duration;

use crate::store::{self, Db};
use crate::tasks::TaskKind;
use crate::work::{Base, Period};

const KIND: TaskKind = TaskKind::new("traces.retention");
const PERIOD: Period = Period { first: Duration::from_secs(5), then: Duration::from_secs(600) };
const DAY_MS: i64 = 24 * 3_600_000;

/// Sweeps for as long as the gateway runs.
pub fn open(base: &Base) {
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    let keep_ms = i64::from(base.config.traces.keep_days) * DAY_MS;
    base.supervisor.periodic(KIND, PERIOD, move || {
        let (store, before_ms) = (store.clone(), clock.now_ms() - keep_ms);
        async move { sweep(&store, before_ms).await }
    });
}

async fn sweep(store: &Db, before_ms: i64) -> store::Result<()> {
    while store.sweep_old_traces(before_ms).await? {}
    Ok(())
}
