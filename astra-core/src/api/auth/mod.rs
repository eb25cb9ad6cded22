//! Accounts, sign-in, service accounts and their tokens, signing keys.

pub mod change_password;
pub mod create_login_code;
pub mod create_service_account;
pub mod delete_account;
pub mod delete_service_account;
pub mod end_sign_in;
pub mod end_sign_ins;
pub mod finish_oidc;
pub mod get_service_account;
pub mod get_sign_in_options;
pub mod issue_token;
pub mod jwks;
pub mod list_keys;
pub mod list_service_accounts;
pub mod list_sign_ins;
pub mod list_tokens;
pub mod logout;
mod lookup;
pub mod me;
pub mod model;
pub mod refresh;
pub mod register;
pub mod revoke_token;
pub mod rotate_keys;
pub mod rotate_token;
pub mod start_oidc;
pub mod token;
pub mod update_service_account;

use utoipa_axum::routes;

use super::Operations;

/// The group's operations.
pub fn routes(operations: Operations) -> Operations {
    operations
        .routes(routes!(register::handler))
        .routes(routes!(get_sign_in_options::handler))
        .routes(routes!(token::handler))
        .routes(routes!(refresh::handler))
        .routes(routes!(create_login_code::handler))
        .routes(routes!(logout::handler))
        .routes(routes!(me::handler, delete_account::handler))
        .routes(routes!(change_password::handler))
        .routes(routes!(list_sign_ins::handler, end_sign_ins::handler))
        .routes(routes!(end_sign_in::handler))
        .routes(routes!(list_service_accounts::handler, create_service_account::handler))
        .routes(routes!(get_service_account::handler, update_service_account::handler, delete_service_account::handler))
        .routes(routes!(list_tokens::handler, issue_token::handler))
        .routes(routes!(rotate_token::handler))
        .routes(routes!(revoke_token::handler))
        .routes(routes!(list_keys::handler))
        .routes(routes!(rotate_keys::handler))
        .routes(routes!(jwks::handler))
        .routes(routes!(start_oidc::handler))
        .routes(routes!(finish_oidc::handler))
}
