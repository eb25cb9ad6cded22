//! The upkeep of the store: usage is summed up, deleted sessions are swept, and what is kept for a time goes after it.

use std::sync::Arc;
use std::time::Duration;

use super::base::Base;
use super::periodic::Period;
use crate::clock::Clock;
use crate::store::{self, Db, SKILL_USE_DAYS, SWEEP_ROWS};
use crate::tasks::TaskKind;

const USAGE: TaskKind = TaskKind::new("usage.rollup");
const SESSIONS: TaskKind = TaskKind::new("sessions.sweep");
const RETENTION: TaskKind = TaskKind::new("store.retention");

const OFTEN: Period = Period::every(Duration::from_secs(5));
const SELDOM: Period = Period { first: Duration::from_secs(5), then: Duration::from_secs(600) };

const DAY_MS: i64 = 24 * 3_600_000;

/// The upkeep of one store.
#[derive(Clone)]
pub struct Upkeep {
    store: Db,
    clock: Arc<dyn Clock>,
    audit_days: u32,
    outbox_days: u32,
    jobs_days: u32,
}

impl Upkeep {
    /// Does the upkeep of the base's store for as long as the gateway runs.
    pub fn open(base: &Base) {
        let (supervisor, config) = (&base.supervisor, &base.config.store);
        let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
        let (audit_days, outbox_days) = (config.audit_days, config.outbox_days);
        let upkeep = Self { store, clock, audit_days, outbox_days, jobs_days: base.config.jobs.keep_days };
        let store = base.store.clone();
        supervisor.periodic(USAGE, OFTEN, move || {
            let store = store.clone();
            async move { roll_up(&store).await }
        });
        let store = base.store.clone();
        supervisor.periodic(SESSIONS, OFTEN, move || {
            let store = store.clone();
            async move { sweep_sessions(&store).await }
        });
        supervisor.periodic(RETENTION, SELDOM, move || {
            let upkeep = upkeep.clone();
            async move { upkeep.sweep_old().await }
        });
    }

    async fn sweep_old(&self) -> store::Result<()> {
        let now_ms = self.clock.now_ms();
        while self.store.delete_old_idempotency_keys(now_ms).await? == u64::from(SWEEP_ROWS) {}
        let audit_from_ms = now_ms - i64::from(self.audit_days) * DAY_MS;
        while self.store.delete_old_audit(audit_from_ms).await? == u64::from(SWEEP_ROWS) {}
        let outbox_from_ms = now_ms - i64::from(self.outbox_days) * DAY_MS;
        while self.store.delete_old_events(outbox_from_ms).await? == u64::from(SWEEP_ROWS) {}
        let skills_from_ms = now_ms - SKILL_USE_DAYS * DAY_MS;
        while self.store.delete_old_skill_uses(skills_from_ms).await? == u64::from(SWEEP_ROWS) {}
        let jobs_from_ms = now_ms - i64::from(self.jobs_days) * DAY_MS;
        while self.store.delete_old_jobs(jobs_from_ms).await? == u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}

async fn roll_up(store: &Db) -> store::Result<()> {
    while store.roll_usage_up().await? {}
    Ok(())
}

async fn sweep_sessions(store: &Db) -> store::Result<()> {
    while store.sweep_deleted_sessions().await? {}
    Ok(())
}
