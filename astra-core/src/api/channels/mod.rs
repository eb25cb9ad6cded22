//! Channels: where people meet agents, and what came of their messages.

pub mod check;
pub mod create;
pub mod create_link_code;
pub mod delete;
pub mod get;
pub mod get_health;
pub mod health;
pub mod list;
pub mod list_messages;
pub mod list_platforms;
mod lookup;
pub mod model;
pub mod receive;
pub mod receive_transaction;
pub mod rotate_secrets;
pub mod update;
pub mod verify;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, create::handler))
        .routes(routes!(list_platforms::handler))
        .routes(routes!(health::handler))
        .routes(routes!(get::handler, update::handler, delete::handler))
        .routes(routes!(get_health::handler))
        .routes(routes!(check::handler))
        .routes(routes!(rotate_secrets::handler))
        .routes(routes!(list_messages::handler))
        .routes(routes!(create_link_code::handler))
        .routes(routes!(receive::handler, verify::handler))
        .routes(routes!(receive_transaction::handler))
}
