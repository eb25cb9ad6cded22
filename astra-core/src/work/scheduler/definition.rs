//! What a schedule is: when it is due, and the job that it enqueues then. It is kept as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::expression::{Expression, ExpressionFault, Slot};

/// The latest time that a schedule can name, 2100-01-01T00:00:00Z, in milliseconds since the epoch.
const LATEST_MS: i64 = 4_102_444_800_000;

/// What a schedule does, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleDefinition {
    /// What it is for, in its owner's words.
    #[schema(min_length = 1, max_length = 100, example = "Morning report")]
    pub name: String,
    /// A cron expression of five fields: minute, hour, day of the month, month, day of the week.
    #[schema(min_length = 9, max_length = 120, example = "30 7 * * MON-FRI")]
    pub expression: String,
    /// The time zone of the expression, by its name in the IANA database.
    #[serde(default = "utc")]
    #[schema(min_length = 1, max_length = 64, default = "UTC", example = "Europe/Berlin")]
    pub timezone: String,
    /// What is enqueued at each slot.
    pub job: ScheduledJob,
    /// What becomes of slots that passed while no gateway ran.
    #[serde(default)]
    pub on_missed: OnMissed,
    /// What becomes of a slot while the job of the slot before it has not ended.
    #[serde(default)]
    pub on_overlap: OnOverlap,
    /// The job of a slot begins up to so many seconds after it: each slot has its own, always the same delay.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 3600, default = 0, example = 60)]
    pub jitter_s: u32,
    /// There is no slot before this time.
    #[serde(default)]
    #[schema(example = "2026-12-01T00:00:00.000Z")]
    pub starts_at: Option<String>,
    /// There is no slot after this time.
    #[serde(default)]
    #[schema(example = "2027-12-01T00:00:00.000Z")]
    pub ends_at: Option<String>,
    /// Whether there are no slots for the time being. What passes meanwhile is not missed.
    #[serde(default)]
    #[schema(default = false, example = false)]
    pub is_paused: bool,
}

/// The job that a schedule enqueues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScheduledJob {
    /// The type of the job.
    #[serde(rename = "type")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_.-]+$", example = "agent_run")]
    pub kind: String,
    /// What the job is about, as its type says.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"agent_id": "assistant", "message": "Write the morning report."}))]
    pub payload: Map<String, Value>,
    /// 0 to 9: among the jobs of a workspace that are due, higher ones come first.
    #[serde(default = "priority")]
    #[schema(minimum = 0, maximum = 9, default = 5, example = 5)]
    pub priority: u8,
}

/// What becomes of slots that passed while no gateway ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnMissed {
    /// Nothing runs for them.
    Skip,
    /// One job runs for all of them.
    #[default]
    Once,
    /// A job runs for each, of the last 100.
    All,
}

/// What becomes of a slot while the job of the slot before it has not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnOverlap {
    /// Nothing runs for it.
    #[default]
    Skip,
    /// Its job is enqueued when the one before it has ended; up to 100 wait.
    Queue,
    /// Its job runs beside the other.
    Allow,
}

/// Something that is wrong with a definition: a JSON Pointer, and what is wrong there.
pub type DefinitionFault = (String, String);

/// When a schedule is due.
#[derive(Debug, Clone)]
pub struct Timing {
    expression: Expression,
    starts_ms: i64,
    ends_ms: i64,
}

fn utc() -> String {
    "UTC".to_owned()
}

const fn priority() -> u8 {
    5
}

impl ScheduleDefinition {
    /// When it is due, whether it is paused or not.
    ///
    /// # Errors
    /// All that is wrong with its times.
    pub fn timing(&self) -> Result<Timing, Vec<DefinitionFault>> {
        let mut faults = Vec::new();
        let mut refuse = |pointer: &str, detail: String| faults.push((pointer.to_owned(), detail));
        let starts_ms = time(self.starts_at.as_deref(), i64::MIN).unwrap_or_else(|fault| {
            refuse("/starts_at", fault);
            i64::MIN
        });
        let ends_ms = time(self.ends_at.as_deref(), i64::MAX).unwrap_or_else(|fault| {
            refuse("/ends_at", fault);
            i64::MAX
        });
        if ends_ms < starts_ms {
            refuse("/ends_at", "is before `starts_at`".to_owned());
        }
        let expression = match Expression::parse(&self.expression, &self.timezone) {
            Ok(expression) => Some(expression),
            Err(ExpressionFault::Expression(fault)) => {
                refuse("/expression", fault);
                None
            }
            Err(ExpressionFault::Timezone(fault)) => {
                refuse("/timezone", fault);
                None
            }
        };
        match expression {
            Some(expression) if faults.is_empty() => Ok(Timing { expression, starts_ms, ends_ms }),
            _ => Err(faults),
        }
    }

    /// The same, if it has a slot after `now_ms`; with the first of them.
    ///
    /// # Errors
    /// All that is wrong with its times.
    pub fn timing_from(&self, now_ms: i64) -> Result<(Timing, Slot), Vec<DefinitionFault>> {
        let timing = self.timing()?;
        if timing.ends_ms <= now_ms {
            return Err(vec![("/ends_at".to_owned(), "is past".to_owned())]);
        }
        let Some(first) = timing.next_after(now_ms) else {
            let fault = if timing.expression.next_after(now_ms).is_none() {
                "never comes: there is no such day"
            } else {
                "does not come between `starts_at` and `ends_at`"
            };
            return Err(vec![("/expression".to_owned(), fault.to_owned())]);
        };
        Ok((timing, first))
    }
}

impl Timing {
    /// The first slot after `after_ms`; `None` if there are no more.
    #[must_use]
    pub fn next_after(&self, after_ms: i64) -> Option<Slot> {
        let after_ms = after_ms.max(self.starts_ms.saturating_sub(1));
        self.expression.next_after(after_ms).filter(|slot| slot.at_ms <= self.ends_ms)
    }

    /// The expression in its zone.
    #[must_use]
    pub const fn expression(&self) -> &Expression {
        &self.expression
    }
}

/// A time of a definition, in milliseconds since the epoch.
fn time(text: Option<&str>, unless: i64) -> Result<i64, String> {
    let Some(text) = text else { return Ok(unless) };
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| "is no time such as 2026-12-01T00:00:00Z".to_owned())?;
    let at_ms = at.with_timezone(&Utc).timestamp_millis();
    if (0..=LATEST_MS).contains(&at_ms) { Ok(at_ms) } else { Err("lies before 1970 or after 2100".to_owned()) }
}
