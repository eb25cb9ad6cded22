//! What answers: a model, instructions and limits under an id that people pick, kept in versions.

pub mod clone;
pub mod create;
pub mod delete;
pub mod diff_versions;
pub mod export;
pub mod get;
pub mod get_version;
pub mod import;
pub mod label_version;
pub mod list;
pub mod list_versions;
mod lookup;
pub mod model;
pub mod reload;
pub mod replace;
pub mod rollback;
pub mod update;
pub mod usage;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, create::handler))
        .routes(routes!(get::handler, replace::handler, update::handler, delete::handler))
        .routes(routes!(list_versions::handler))
        .routes(routes!(get_version::handler))
        .routes(routes!(diff_versions::handler))
        .routes(routes!(label_version::handler))
        .routes(routes!(rollback::handler))
        .routes(routes!(clone::handler))
        .routes(routes!(usage::handler))
        .routes(routes!(export::handler))
        .routes(routes!(import::handler))
        .routes(routes!(reload::handler))
}
