//! `auth.delete_account`: the caller's account goes, with all that its workspaces keep of it.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{CalledFrom, Caller, Json, Problem};

/// The confirmation.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DeleteAccount {
    /// The password of the account.
    #[schema(min_length = 1, max_length = 1024, pattern = r"^[^\x00]*$", example = "correct horse battery")]
    current_password: String,
}

/// Delete the own account
///
/// Removes in one transaction the account with its memberships and sign-ins, whose tokens are refused from the next request
/// on, and what `memory.purge_user` removes in each of its workspaces: memory, sessions, turns, jobs and usage. Nothing
/// brings it back. What stays: the record of who changed what, and agents, service accounts, schedules and the like that
/// the person made for a workspace. The last owner of a workspace cannot be deleted. A wrong password counts as a failed
/// attempt to sign in.
#[utoipa::path(delete, path = "/auth/me", operation_id = "auth.delete_account",
    extensions(("x-traits" = json!({"tries_secret": true}))),
    request_body(content = DeleteAccount, description = "The password, which confirms it.", example = json!({"current_password": "correct horse battery"})),
    responses(
        (status = 204, description = "The account is deleted."),
        (status = 409, description = "The account is the last owner of a workspace, has no password, or has an open turn.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    CalledFrom(source): CalledFrom,
    Json(confirmation): Json<DeleteAccount>,
) -> Result<StatusCode> {
    let deleted = app.authority.delete_account(&caller, confirmation.current_password, &source).await;
    deleted.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
