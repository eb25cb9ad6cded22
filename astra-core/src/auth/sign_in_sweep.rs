//! Removes sign-ins that are over: those of people who never sign in again would stay for ever.

use std::sync::Arc;
use std::time::Duration;

use crate::store::{self, Db, SWEEP_ROWS};
use crate::tasks::TaskKind;
use crate::work::{Base, Period};

const KIND: TaskKind = TaskKind::new("sign_ins.sweep");
const PERIOD: Period = Period { first: Duration::from_secs(5), then: Duration::from_secs(600) };

/// Sweeps for as long as the gateway runs.
pub fn open(base: &Base) {
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    base.supervisor.periodic(KIND, PERIOD, move || {
        let (store, now_ms) = (store.clone(), clock.now_ms());
        async move { sweep(&store, now_ms).await }
    });
}

async fn sweep(store: &Db, now_ms: i64) -> store::Result<()> {
    while store.delete_ended_families(now_ms).await? == u64::from(SWEEP_ROWS) {}
    Ok(())
}
