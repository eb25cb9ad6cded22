//! The providers of models behind the agents: how they are doing, what they offer, what was used of them.

pub mod check_provider;
pub mod get_provider;
pub mod list_models;
pub mod list_providers;
mod lookup;
pub mod model;
pub mod usage;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list_providers::handler))
        .routes(routes!(get_provider::handler))
        .routes(routes!(check_provider::handler))
        .routes(routes!(list_models::handler))
        .routes(routes!(usage::handler))
}
