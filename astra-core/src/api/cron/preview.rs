//! `cron.preview`: the next slots of an expression.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::invalid;
use super::model::PreviewSlot;
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::Result;
use crate::http::{Caller, Json, instant};
use crate::work::scheduler::{Expression, ExpressionFault};

const COUNT_DEFAULT: u32 = 10;

/// An expression in a time zone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PreviewSchedule {
    /// A cron expression of five fields: minute, hour, day of the month, month, day of the week.
    #[schema(min_length = 9, max_length = 120, example = "30 2 * * *")]
    expression: String,
    /// The time zone of the expression, by its name in the IANA database.
    #[serde(default = "utc")]
    #[schema(min_length = 1, max_length = 64, default = "UTC", example = "Europe/Berlin")]
    timezone: String,
    /// Slots after this time; by default after now.
    #[serde(default)]
    #[schema(example = "2027-03-27T00:00:00.000Z")]
    after: Option<String>,
    /// How many slots to show.
    #[serde(default = "count")]
    #[schema(minimum = 1, maximum = 100, default = 10, example = 3)]
    count: u32,
}

/// The next slots of an expression.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SchedulePreview {
    /// The expression in English.
    #[schema(max_length = 1024, example = "At 2:30 AM.")]
    description: String,
    /// The slots in their order; none if the expression never comes.
    #[schema(max_items = 100)]
    slots: Vec<PreviewSlot>,
}

fn utc() -> String {
    "UTC".to_owned()
}

const fn count() -> u32 {
    COUNT_DEFAULT
}

/// Preview an expression
///
/// The next slots of an expression in a time zone, and what daylight saving does to them. Nothing is kept.
#[utoipa::path(post, path = "/cron/preview", operation_id = "cron.preview",
    request_body(content = PreviewSchedule, description = "The expression.",
        example = json!({"expression": "30 2 * * *", "timezone": "Europe/Berlin", "after": "2027-03-27T00:00:00.000Z", "count": 3})),
    responses((status = 200, description = "The slots.", body = SchedulePreview)))]
pub async fn handler(
    State(app): State<App>,
    _caller: Caller,
    Json(wanted): Json<PreviewSchedule>,
) -> Result<Json<SchedulePreview>> {
    let expression = Expression::parse(&wanted.expression, &wanted.timezone).map_err(|fault| {
        let (pointer, detail) = match fault {
            ExpressionFault::Expression(detail) => ("/expression", detail),
            ExpressionFault::Timezone(detail) => ("/timezone", detail),
        };
        invalid(vec![(pointer.to_owned(), detail)])
    })?;
    let mut at_ms = instant(wanted.after.as_deref(), "/after")?.unwrap_or_else(|| app.now_ms());
    let mut slots = Vec::new();
    while slots.len() < wanted.count as usize {
        let Some(slot) = expression.next_after(at_ms) else { break };
        let (at, local) = (rfc3339(slot.at_ms), expression.local(slot.at_ms));
        slots.push(PreviewSlot { at, local, daylight_saving: slot.shift.into() });
        at_ms = slot.at_ms;
    }
    Ok(Json(SchedulePreview { description: expression.description(), slots }))
}
