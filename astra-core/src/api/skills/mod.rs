//! Skills: folders with instructions that a model reads when it needs them. They are on disk; callers see them.

pub mod get;
pub mod list;
mod lookup;
pub mod metrics;
pub mod model;
pub mod reload;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler))
        .routes(routes!(get::handler))
        .routes(routes!(metrics::handler))
        .routes(routes!(reload::handler))
}
