//! Workspaces: the caller's own, its members and invitations, what happens in it, and the other ones that the caller belongs to.

mod accept_invitation;
mod create;
mod create_invitation;
mod delete;
mod events;
mod get;
mod list;
mod list_invitations;
mod list_members;
mod lookup;
mod model;
mod put_member;
mod remove_member;
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
}
