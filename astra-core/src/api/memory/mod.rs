//! Memory: what is remembered of users and for the workspace; written, changed, taken back.

pub mod delete;
pub mod evaluate;
pub mod export;
pub mod get;
pub mod get_profile;
pub mod history;
pub mod import;
pub mod list;
mod lookup;
pub mod model;
pub mod propagate;
pub mod purge_user;
pub mod revert;
pub mod search;
pub mod traverse;
pub mod undo;
pub mod update;
pub mod update_profile;
pub mod write;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, write::handler))
        .routes(routes!(get::handler, update::handler, delete::handler))
        .routes(routes!(history::handler))
        .routes(routes!(revert::handler))
        .routes(routes!(undo::handler))
        .routes(routes!(get_profile::handler, update_profile::handler))
        .routes(routes!(search::handler))
        .routes(routes!(evaluate::handler))
        .routes(routes!(traverse::handler))
        .routes(routes!(propagate::handler))
        .routes(routes!(export::handler))
        .routes(routes!(import::handler))
        .routes(routes!(purge_user::handler))
}
