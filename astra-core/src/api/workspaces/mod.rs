//! Workspaces: the caller's own with its members and invitations, what happens in it, what its turns may use, which agents it
//! lends and borrows; and the other ones that the caller belongs to.

mod accept_grant;
mod accept_invitation;
mod create;
mod create_grant;
mod create_invitation;
mod delete;
mod events;
mod get;
mod get_quotas;
mod get_restrictions;
mod list;
mod list_grants;
mod list_invitations;
mod list_members;
mod lookup;
mod model;
mod put_member;
mod put_quotas;
mod put_restrictions;
mod remove_member;
mod revoke_grant;
mod revoke_invitation;
mod switch;
mod update;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(list::handler, create::handler))
        .routes(routes!(get::handler, update::handler, delete::handler))
        .routes(routes!(list_members::handler))
        .routes(routes!(put_member::handler, remove_member::handler))
        .routes(routes!(list_invitations::handler, create_invitation::handler))
        .routes(routes!(revoke_invitation::handler))
        .routes(routes!(accept_invitation::handler))
        .routes(routes!(switch::handler))
        .routes(routes!(events::handler))
        .routes(routes!(get_restrictions::handler, put_restrictions::handler))
        .routes(routes!(get_quotas::handler, put_quotas::handler))
        .routes(routes!(list_grants::handler, create_grant::handler))
        .routes(routes!(revoke_grant::handler))
        .routes(routes!(accept_grant::handler))
}
