//! What is remembered of users and for the workspace.

pub mod get_profile;
pub mod search;
pub mod traverse;
pub mod update_profile;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations.routes(routes!(get_profile::handler, update_profile::handler)).routes(routes!(traverse::handler)).routes(routes!(search::handler))
}
