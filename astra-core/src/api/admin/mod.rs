//! What the owners of a workspace see of its operation: who changed what, how much there is, and how it is configured.

mod backup;
mod config;
mod export_audit;
mod list_audit;
mod lookup;
mod model;
mod stats;
mod verify_audit;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(stats::handler))
        .routes(routes!(config::handler))
        .routes(routes!(list_audit::handler))
        .routes(routes!(export_audit::handler))
        .routes(routes!(verify_audit::handler))
        .routes(routes!(backup::handler))
}
