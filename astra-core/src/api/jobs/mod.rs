//! Jobs: work that is kept until it has ended, whatever happens to the gateway meanwhile.

mod cancel;
mod enqueue;
mod events;
mod get;
mod list;
mod list_logs;
mod list_results;
mod lookup;
mod model;
mod retry;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, enqueue::handler))
        .routes(routes!(get::handler, cancel::handler))
        .routes(routes!(events::handler))
        .routes(routes!(list_results::handler))
        .routes(routes!(list_logs::handler))
        .routes(routes!(retry::handler))
}
