//! `cron.create`: make a schedule.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{first_slot, refused};
use super::model::Schedule;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created, tagged};
use crate::store::ScheduleChange;
use crate::work::scheduler::ScheduleDefinition;

/// A new schedule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateSchedule {
    /// What it does, and when.
    #[serde(flatten)]
    definition: ScheduleDefinition,
}

/// Create a schedule
///
/// At each slot of its expression it enqueues a job, which belongs to the caller. A slot has one run, whatever happens:
/// a restart or several gateways make no second one. `cron.preview` shows the slots of an expression before it is saved.
///
/// A local time that does not exist, when clocks are set ahead, has its slot at the next minute that does; one that comes
/// twice has its slot the first time. An expression whose hour is `*` follows the time that passes instead.
#[utoipa::path(post, path = "/cron/schedules", operation_id = "cron.create", params(IdempotencyHeader),
    request_body(content = CreateSchedule, description = "The schedule.", example = json!({
        "name": "Morning report",
        "expression": "30 7 * * MON-FRI",
        "timezone": "Europe/Berlin",
        "job": {"type": "agent_run", "payload": {"agent_id": "assistant", "message": "Write the morning report."}},
    })),
    responses(
        (status = 201, description = "The schedule.", body = Schedule, headers(
            ("ETag" = String, description = "The schedule's state, for `If-Match`."),
            ("Location" = String, description = "Where the schedule is."))),
        (status = 409, description = "The workspace has as many schedules as it may have.", body = Problem,
            content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(CreateSchedule { definition }): Json<CreateSchedule>,
) -> Result<Response> {
    let new = ScheduleChange {
        id: app.ids.id(),
        next_at_ms: first_slot(&app, &caller, &definition, None)?,
        definition: serde_json::to_string(&definition).map_err(Error::internal)?,
        owner: caller.subject.clone(),
        seen_slot_ms: None,
        now_ms: app.now_ms(),
    };
    let schedule = caller.rows(&app).schedules().create(new, &caller.subject, once).await.map_err(refused)?;
    let (location, revision) = (format!("/cron/schedules/{}", schedule.id), schedule.revision());
    Ok(tagged(revision, created(&location, Schedule::read(schedule)?)))
}
