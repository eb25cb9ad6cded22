//! The tools that agents may call: which there are, what an agent's policy says of each, and a call without an agent.

mod approve;
mod connect_server;
mod deny;
mod disconnect_server;
pub mod get;
mod get_server;
pub mod invoke;
pub mod list;
mod list_approvals;
mod list_servers;
mod lookup;
pub mod model;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler))
        .routes(routes!(get::handler))
        .routes(routes!(invoke::handler))
        .routes(routes!(list_servers::handler, connect_server::handler))
        .routes(routes!(get_server::handler, disconnect_server::handler))
        .routes(routes!(list_approvals::handler))
        .routes(routes!(approve::handler))
        .routes(routes!(deny::handler))
}
