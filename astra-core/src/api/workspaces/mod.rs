//! Workspaces: what happens in the caller's own.

mod events;
mod model;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations.routes(routes!(events::handler))
}
