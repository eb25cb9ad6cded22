//! `cron.update`: change parts of a schedule.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::{find, first_slot, read, refused};
use super::model::{Schedule, SchedulePath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, MergePatch, Path, tagged};
use crate::store::{self, Precondition, Refusal, ScheduleChange};
use crate::work::scheduler::ScheduleDefinition;

/// How often a change is made anew that others got in the way of.
const ATTEMPTS: u32 = 8;

/// The changes: a field that is left out stays, and null sets its default. The same holds inside objects; a list is replaced
/// as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = ScheduleDefinition)]
pub struct UpdateSchedule(MergePatch<ScheduleDefinition>);

/// Update a schedule
///
/// JSON Merge Patch (RFC 7396). Who changes the job becomes the schedule's owner, whose jobs they are. A change of the times, and
/// the end of a pause, count from now on: no slot of the past is made up for.
#[utoipa::path(patch, path = "/cron/schedules/{schedule_id}", operation_id = "cron.update", params(SchedulePath, IfMatchHeader),
    request_body(content = UpdateSchedule, description = "What to change.", example = json!({"is_paused": true})),
    responses((status = 200, description = "The schedule.", body = Schedule, headers(
        ("ETag" = String, description = "The schedule's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(SchedulePath { schedule_id }): Path<SchedulePath>,
    IfMatch(precondition): IfMatch,
    Json(UpdateSchedule(patch)): Json<UpdateSchedule>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let mut attempts = 0..ATTEMPTS;
    loop {
        let present = find(&app, &caller, schedule_id).await?;
        precondition.check(present.revision()).map_err(refused)?;
        let was = read(&present)?;
        let definition = patch.apply(&was)?;
        let change = ScheduleChange {
            id: schedule_id,
            next_at_ms: first_slot(&app, &caller, &definition, Some((&present, &was)))?,
            definition: serde_json::to_string(&definition).map_err(Error::internal)?,
            owner: if was.job == definition.job { present.owner.clone() } else { caller.subject.clone() },
            seen_slot_ms: present.last_slot_ms,
            now_ms: app.now_ms(),
        };
        // What was patched must still be the present state.
        let unchanged = Precondition::OneOf(vec![present.revision()]);
        match rows.schedules().update(change, unchanged).await {
            Ok(Some(schedule)) => return Ok(tagged(schedule.revision(), Json(Schedule::read(schedule)?))),
            Ok(None) => return Err(Error::not_found("schedule")),
            Err(store::Error::Refused(Refusal::Stale)) if attempts.next().is_some() => {}
            Err(fault) => return Err(refused(fault)),
        }
    }
}
