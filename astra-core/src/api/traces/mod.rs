//! How turns went: where their time was spent, what they cost, and why they failed.

pub mod get;
pub mod list;
mod lookup;
pub mod model;
pub mod summary;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations.routes(routes!(list::handler)).routes(routes!(summary::handler)).routes(routes!(get::handler))
}
