//! Schedules: cron expressions in time zones, the jobs that they enqueue, and what became of each slot.

pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod list_runs;
mod lookup;
pub mod model;
pub mod preview;
pub mod status;
pub mod trigger;
pub mod update;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(status::handler))
        .routes(routes!(list::handler, create::handler))
        .routes(routes!(get::handler, update::handler, delete::handler))
        .routes(routes!(preview::handler))
        .routes(routes!(trigger::handler))
        .routes(routes!(list_runs::handler))
}
