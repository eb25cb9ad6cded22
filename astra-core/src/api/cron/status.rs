//! `cron.status`: which gateway enqueues the jobs of schedules, what comes next, and what is late.

use axum::extract::State;

use super::model::{BuiltInSchedule, CronLeader, CronStatus, Lateness, NextSlot};
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::{Error, Result};
use crate::http::{Caller, Json};
use crate::ids::{IdKind, encode};

/// How many of the next slots are shown.
const NEXT_MAX: u32 = 50;
/// Of how many of the last slots the lateness is shown.
const LAST_MAX: u32 = 100;

/// Get the state of schedules
///
/// Which gateway enqueues their jobs, the next slots of the workspace, how late the last ones were, and the gateway's own periodic
/// work, which the configuration can move and pause.
#[utoipa::path(get, path = "/cron", operation_id = "cron.status",
    responses((status = 200, description = "The state.", body = CronStatus)))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<CronStatus>> {
    let rows = app.store.rows(&caller.workspace);
    let next = rows.schedules().next(NEXT_MAX).await.map_err(Error::store)?;
    let late = rows.schedule_runs().lateness(LAST_MAX).await.map_err(Error::store)?;
    let now_ms = app.now_ms();
    Ok(Json(CronStatus {
        leader: leader(&app).await?,
        next: next.iter().filter_map(|schedule| NextSlot::of(schedule, now_ms)).collect(),
        lateness: Lateness::of(&late),
        built_in: app.scheduler.built_ins().into_iter().map(BuiltInSchedule::from).collect(),
    }))
}

async fn leader(app: &App) -> Result<Option<CronLeader>> {
    let own_id = app.lease.id();
    if !app.store.is_shared() {
        let instance_id = encode(IdKind::Instance, own_id);
        return Ok(Some(CronLeader { instance_id, is_self: true, since: None, lease_until: None }));
    }
    let leader = app.scheduler.leader().await.map_err(Error::store)?;
    Ok(leader.map(|leader| CronLeader {
        instance_id: encode(IdKind::Instance, leader.instance_id),
        is_self: leader.instance_id == own_id,
        since: Some(rfc3339(leader.since_ms)),
        lease_until: Some(rfc3339(leader.lease_until_ms)),
    }))
}
