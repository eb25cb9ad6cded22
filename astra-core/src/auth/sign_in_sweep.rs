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
    // An access token may be good for longer than the refresh token that came with it, and needs the row until then.
    let ttl_ms = i64::try_from(base.config.auth.access_token_ttl_s).unwrap_or(i64::MAX).saturating_mul(1000);
    base.supervisor.periodic(KIND, PERIOD, move || {
        let (store, before_ms) = (store.clone(), clock.now_ms().saturating_sub(ttl_ms));
        async move { sweep(&store, before_ms).await }
    });
}

async fn sweep(store: &Db, before_ms: i64) -> store::Result<()> {
    while store.delete_ended_families(before_ms).await? == u64::from(SWEEP_ROWS) {}
    Ok(())
}
