//! `admin.stats`: how much there is, and how the gateway is doing.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{
    GatewayQueueStats, GatewayStats, QueueStats, StoreKind, StoreStats, TaskGroupStats, TaskStats, WorkspaceStats,
};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Json};
use crate::metrics::resident_bytes;
use crate::store::{Backend, WorkspaceCounts};

/// How much there is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Stats {
    /// Of the workspace.
    workspace: WorkspaceStats,
    /// Of the whole gateway; null for the owners of other workspaces than its first.
    gateway: Option<GatewayStats>,
}

/// Show statistics
///
/// Counts of what the workspace has and of what waits in it, each up to 100,000. The owners of the gateway's first workspace see
/// the state of the gateway process too: its store, its memory, its queues and what runs beside requests.
#[utoipa::path(get, path = "/admin/stats", operation_id = "admin.stats",
    responses((status = 200, description = "The statistics.", body = Stats)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<Stats>> {
    let rows = app.store.rows(&caller.workspace);
    let counts = rows.totals().count().await.map_err(Error::store)?;
    let storage_bytes = rows.sessions().storage_bytes().await.map_err(Error::store)?;
    let workspace = of_workspace(&counts, storage_bytes, app.now_ms());
    let is_first = caller.workspace == *app.authority.first_workspace();
    let gateway = if is_first { Some(of_gateway(&app).await?) } else { None };
    Ok(Json(Stats { workspace, gateway }))
}

fn of_workspace(counts: &WorkspaceCounts, storage_bytes: u64, now_ms: i64) -> WorkspaceStats {
    let lateness = |at_ms: Option<i64>| at_ms.map(|at_ms| (now_ms - at_ms).max(0));
    WorkspaceStats {
        agents: counts.agents.into(),
        members: counts.members.into(),
        service_accounts: counts.service_accounts.into(),
        sessions: counts.sessions.into(),
        turns: counts.turns.into(),
        memories: counts.memories.into(),
        memory_profiles: counts.memory_profiles.into(),
        jobs: counts.jobs.into(),
        schedules: counts.schedules.into(),
        webhooks: counts.webhooks.into(),
        channels: counts.channels.into(),
        audit_entries: counts.audit_entries.into(),
        storage_bytes,
        queues: QueueStats {
            open_turns: counts.open_turns.into(),
            due_jobs: counts.due_jobs.into(),
            running_jobs: counts.running_jobs.into(),
            job_lateness_ms: lateness(counts.oldest_job_ms),
            due_deliveries: counts.due_deliveries.into(),
            delivery_lateness_ms: lateness(counts.oldest_delivery_ms),
            schedule_lateness_ms: lateness(counts.next_slot_ms.filter(|slot_ms| *slot_ms <= now_ms)),
            pending_memory: counts.pending_memory.into(),
        },
    }
}

async fn of_gateway(app: &App) -> Result<GatewayStats> {
    let depths = app.store.depths().await.map_err(Error::store)?;
    let size = app.store.size().await.map_err(Error::store)?;
    let kind = match app.store.backend() {
        Backend::Sqlite => StoreKind::Sqlite,
        Backend::Postgres => StoreKind::Postgresql,
    };
    let task = |task: crate::work::TaskStatus| TaskStats {
        name: task.name.to_owned(),
        state: task.state.into(),
        rounds: task.rounds,
        failures: task.failures,
    };
    let group = |group: crate::work::GroupStatus| TaskGroupStats {
        name: group.name.to_owned(),
        running: group.running as u64,
        failures: group.failures,
    };
    Ok(GatewayStats {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_s: app.uptime.elapsed().as_secs(),
        resident_bytes: resident_bytes(),
        open_streams: app.streams.sum(),
        store: StoreStats { kind, database_bytes: size.database_bytes, log_bytes: size.log_bytes },
        queues: GatewayQueueStats {
            open_turns: depths.turns.iter().map(|(_, count)| count).sum(),
            due_jobs: depths.jobs_due,
            scheduled_jobs: depths.jobs_scheduled,
            running_jobs: depths.jobs_running,
            pending_memory: depths.memory_pending,
        },
        tasks: app.supervisor.tasks().into_iter().map(task).collect(),
        task_groups: app.supervisor.groups().into_iter().map(group).collect(),
    })
}
