//! The OpenAPI document, served by the gateway that it describes.

pub mod json;
mod lookup;
pub mod model;
pub mod yaml;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations.routes(routes!(json::handler)).routes(routes!(yaml::handler))
}
