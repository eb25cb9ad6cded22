//! Talking to agents: a question becomes a turn, whose answer comes whole or as a stream of events.

mod cancel;
mod completions;
mod connect;
mod get_model;
mod get_turn;
mod list_models;
mod lookup;
mod model;
mod presence;
mod resume;
mod send;
mod stream;
mod submit_results;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(send::handler))
        .routes(routes!(stream::handler))
        .routes(routes!(get_turn::handler))
        .routes(routes!(resume::handler))
        .routes(routes!(cancel::handler))
        .routes(routes!(submit_results::handler))
        .routes(routes!(connect::handler))
        .frames::<model::SocketRequest>()
        .routes(routes!(completions::handler))
        .routes(routes!(list_models::handler))
        .routes(routes!(get_model::handler))
        .routes(routes!(presence::handler))
}
