//! Workspaces: what happens in the caller's own, what its turns may use, and which agents it lends and borrows.

mod accept_grant;
mod create_grant;
mod events;
mod get_quotas;
mod get_restrictions;
mod list_grants;
mod model;
mod put_quotas;
mod put_restrictions;
mod revoke_grant;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(events::handler))
        .routes(routes!(get_restrictions::handler, put_restrictions::handler))
        .routes(routes!(get_quotas::handler, put_quotas::handler))
        .routes(routes!(list_grants::handler, create_grant::handler))
        .routes(routes!(revoke_grant::handler))
        .routes(routes!(accept_grant::handler))
}
