//! Removes what no credential needs any more: sign-ins that are over, which of people who never sign in again would stay for
//! ever, invitations and login codes that have expired, what is kept of finished sign-ins with the OpenID provider, and
//! retired signing keys whose last token has expired.

use std::sync::Arc;

use crate::store::{self, Db, SWEEP_ROWS};
use crate::tasks::TaskKind;
use crate::work::{Base, Scheduler};

const KIND: TaskKind = TaskKind::new("token_cleanup");

/// Sweeps for as long as the gateway runs.
pub fn open(base: &Base, scheduler: &Arc<Scheduler>) {
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    // An access token may be good for longer than the refresh token that came with it, and needs the row until then.
    let ttl_ms = i64::try_from(base.config.auth.access_token_ttl_s).unwrap_or(i64::MAX).saturating_mul(1000);
    scheduler.built_in(&base.supervisor, KIND, move || {
        let (store, now_ms) = (store.clone(), clock.now_ms());
        async move { sweep(&store, ttl_ms, now_ms).await }
    });
}

async fn sweep(store: &Db, ttl_ms: i64, now_ms: i64) -> store::Result<()> {
    while store.delete_ended_families(now_ms.saturating_sub(ttl_ms)).await? == u64::from(SWEEP_ROWS) {}
    while store.delete_expired_invitations(now_ms).await? == u64::from(SWEEP_ROWS) {}
    while store.delete_expired_login_codes(now_ms).await? == u64::from(SWEEP_ROWS) {}
    while store.delete_ended_oidc_attempts(now_ms).await? == u64::from(SWEEP_ROWS) {}
    let deleted = store.delete_expired_signing_keys(ttl_ms, now_ms).await?;
    if deleted > 0 {
        tracing::info!(keys.count = deleted, "retired signing keys were removed: their last tokens have expired");
    }
    Ok(())
}
