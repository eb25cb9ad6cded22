//! Schedules: cron expressions in time zones, which slots are due, and the scheduler that enqueues their jobs, each slot once
//! whatever happens; and the gateway's own periodic work.

mod built_in;
mod definition;
mod due;
mod expression;
mod job;
mod leadership;
#[expect(clippy::module_inception, reason = "the room is named after what is in it")]
mod scheduler;

pub use built_in::{BuiltInStatus, configured_faults};
pub use definition::{DefinitionFault, OnMissed, OnOverlap, ScheduleDefinition, ScheduledJob, Timing};
pub use due::MISSED_MAX;
pub use expression::{Expression, ExpressionFault, Shift, Slot};
pub use scheduler::Scheduler;
