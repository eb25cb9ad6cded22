//! Whether the gateway lives and can work, for people, load balancers and orchestrators. No credential is needed.

pub mod get;
pub mod live;
mod lookup;
pub mod model;
pub mod ready;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations.routes(routes!(get::handler)).routes(routes!(live::handler)).routes(routes!(ready::handler))
}
