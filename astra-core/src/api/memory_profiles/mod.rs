//! Memory profiles: what agents remember and recall, and which agents have them.

pub mod assign;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod list_agents;
mod lookup;
pub mod model;
pub mod replace;
pub mod unassign;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, create::handler))
        .routes(routes!(get::handler, replace::handler, delete::handler))
        .routes(routes!(list_agents::handler))
        .routes(routes!(assign::handler, unassign::handler))
}
