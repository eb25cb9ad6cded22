//! Accounts, sign-in, service accounts and their tokens, signing keys.

mod create_service_account;
mod delete_service_account;
mod get_service_account;
mod issue_token;
mod jwks;
mod list_keys;
mod list_service_accounts;
mod list_tokens;
mod logout;
mod me;
mod model;
mod refresh;
mod register;
mod revoke_token;
mod rotate_keys;
mod rotate_token;
mod token;
mod update_service_account;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(register::handler))
        .routes(routes!(token::handler))
        .routes(routes!(refresh::handler))
        .routes(routes!(logout::handler))
        .routes(routes!(me::handler))
        .routes(routes!(list_service_accounts::handler, create_service_account::handler))
        .routes(routes!(get_service_account::handler, update_service_account::handler, delete_service_account::handler))
        .routes(routes!(list_tokens::handler, issue_token::handler))
        .routes(routes!(rotate_token::handler))
        .routes(routes!(revoke_token::handler))
        .routes(routes!(list_keys::handler))
        .routes(routes!(rotate_keys::handler))
        .routes(routes!(jwks::handler))
}
