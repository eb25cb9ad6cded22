//! The upkeep of the store: usage is summed up, deleted sessions are swept, and what is kept for a time goes after it. Each is
//! built-in work of the scheduler, under its own name.

use std::sync::Arc;

use super::base::Base;
use super::scheduler::Scheduler;
use crate::store::{self, Db, Removal, SKILL_USE_DAYS, SWEEP_ROWS};
use crate::tasks::TaskKind;

const USAGE: TaskKind = TaskKind::new("usage_rollup");
const SESSIONS: TaskKind = TaskKind::new("session_cleanup");
const WORKSPACES: TaskKind = TaskKind::new("workspace_cleanup");

const DAY_MS: i64 = 24 * 3_600_000;

/// What is kept for a time.
#[derive(Debug, Clone, Copy)]
enum Kept {
    IdempotencyKeys,
    Audit,
    Events,
    SkillUses,
    Jobs,
    Runs,
}

/// Does the upkeep of the base's store for as long as the gateway runs.
pub fn open(base: &Base, scheduler: &Arc<Scheduler>) {
    let store = base.store.clone();
    scheduler.built_in(&base.supervisor, USAGE, move || {
        let store = store.clone();
        async move { roll_up(&store).await }
    });
    let store = base.store.clone();
    scheduler.built_in(&base.supervisor, SESSIONS, move || {
        let store = store.clone();
        async move { sweep_sessions(&store).await }
    });
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    scheduler.built_in(&base.supervisor, WORKSPACES, move || {
        let (store, now_ms) = (store.clone(), clock.now_ms());
        async move { remove_workspaces(&store, now_ms).await }
    });
    let config = &base.config;
    for (name, kept, days) in [
        ("idempotency_cleanup", Kept::IdempotencyKeys, 0),
        ("audit_retention", Kept::Audit, config.store.audit_days.into()),
        ("event_retention", Kept::Events, config.store.outbox_days.into()),
        ("skill_use_retention", Kept::SkillUses, SKILL_USE_DAYS),
        ("job_retention", Kept::Jobs, config.jobs.keep_days.into()),
        ("run_retention", Kept::Runs, config.cron.keep_days.into()),
    ] {
        let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
        scheduler.built_in(&base.supervisor, TaskKind::new(name), move || {
            let (store, before_ms) = (store.clone(), clock.now_ms() - days * DAY_MS);
            async move { sweep(&store, kept, before_ms).await }
        });
    }
}

/// Removes what is older than `before_ms`, in pieces, so that no other write waits long.
async fn sweep(store: &Db, kept: Kept, before_ms: i64) -> store::Result<()> {
    loop {
        let removed = match kept {
            // Their life is a constant of the store.
            Kept::IdempotencyKeys => store.delete_old_idempotency_keys(before_ms).await?,
            Kept::Audit => store.delete_old_audit(before_ms).await?,
            Kept::Events => store.delete_old_events(before_ms).await?,
            Kept::SkillUses => store.delete_old_skill_uses(before_ms).await?,
            Kept::Jobs => store.delete_old_jobs(before_ms).await?,
            Kept::Runs => store.delete_old_runs(before_ms).await?,
        };
        if removed < u64::from(SWEEP_ROWS) {
            return Ok(());
        }
    }
}

async fn roll_up(store: &Db) -> store::Result<()> {
    while store.roll_usage_up().await? {}
    Ok(())
}

async fn remove_workspaces(store: &Db, now_ms: i64) -> store::Result<()> {
    for deleted in store.deleted_workspaces().await? {
        loop {
            match store.remove_deleted_workspace(deleted.number, now_ms).await? {
                Removal::More => {}
                Removal::NoneFound | Removal::Unknown => break,
                Removal::Gone(tables) => {
                    let (rows, tables) = (tables.values().sum::<u64>(), format!("{tables:?}"));
                    tracing::info!(workspace.id = deleted.id, rows, tables, "a deleted workspace is gone");
                    break;
                }
            }
        }
    }
    Ok(())
}

async fn sweep_sessions(store: &Db) -> store::Result<()> {
    while store.sweep_deleted_sessions().await? {}
    Ok(())
}
