//! Webhooks: where events of the workspace are sent, and what came of it.

pub mod create;
pub mod delete;
pub mod get;
pub mod get_delivery;
pub mod list;
pub mod list_deliveries;
pub mod list_events;
mod lookup;
pub mod model;
pub mod recover;
pub mod redeliver;
pub mod rotate_secret;
pub mod test;
pub mod update;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, create::handler))
        .routes(routes!(list_events::handler))
        .routes(routes!(get::handler, update::handler, delete::handler))
        .routes(routes!(test::handler))
        .routes(routes!(rotate_secret::handler))
        .routes(routes!(list_deliveries::handler))
        .routes(routes!(get_delivery::handler))
        .routes(routes!(redeliver::handler))
        .routes(routes!(recover::handler))
}
