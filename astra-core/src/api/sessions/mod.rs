//! Conversations: what was said between one user and one agent on one surface, and what becomes of it.

mod compact;
mod context;
mod create;
mod delete;
mod events;
mod fork;
mod get;
mod list;
mod list_messages;
mod lookup;
mod model;
mod reset;
mod update;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, create::handler))
        .routes(routes!(get::handler, update::handler, delete::handler))
        .routes(routes!(list_messages::handler))
        .routes(routes!(reset::handler))
        .routes(routes!(fork::handler))
        .routes(routes!(compact::handler))
        .routes(routes!(context::handler))
        .routes(routes!(events::handler))
}
