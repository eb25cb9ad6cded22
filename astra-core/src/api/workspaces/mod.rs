//! Workspaces: what happens in the caller's own, and what its turns may use.

mod events;
mod get_quotas;
mod get_restrictions;
mod model;
mod policy;
mod put_quotas;
mod put_restrictions;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(events::handler))
        .routes(routes!(get_restrictions::handler, put_restrictions::handler))
        .routes(routes!(get_quotas::handler, put_quotas::handler))
}
