//! `auth.create_service_account`: make a service account.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::scope_set;
use super::model::{ScopeName, ServiceAccount};
use crate::app::App;
use crate::auth::NewServiceAccount;
use crate::auth::Role;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem, created};

/// A new service account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CreateServiceAccount {
    /// The account's name, unique in its workspace.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9 ._-]*$", example = "ci")]
    name: String,
    /// Its role, not above the caller's.
    role: Role,
    /// Its scopes; none may be missing from the caller's own. By default all scopes that its role can use and the
    /// caller has.
    #[schema(value_type = Vec<ScopeName>, max_items = 64, example = json!(["spec:read"]))]
    #[serde(default)]
    scopes: Option<Vec<ScopeName>>,
}

/// Create a service account
///
/// An account for a program. It has no password; `auth.issue_token` issues its tokens. A caller cannot give a role
/// above its own, nor scopes that its own token lacks. An owner with an unrestricted token can give every scope.
#[utoipa::path(post, path = "/auth/service-accounts", operation_id = "auth.create_service_account",
    params(IdempotencyHeader),
    request_body(content = CreateServiceAccount, description = "The account.", example = json!({"name": "ci", "role": "viewer", "scopes": ["spec:read"]})),
    responses(
        (status = 201, description = "The account.", body = ServiceAccount, headers(("Location" = String, description = "Where the account is."))),
        (status = 409, description = "An account with this name exists.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(new): Json<CreateServiceAccount>,
) -> Result<Response> {
    let scopes = scope_set(app.authority.scopes(), new.scopes)?;
    let new = NewServiceAccount { name: new.name, role: new.role, scopes };
    let account = app.authority.create_service_account(&caller, new, once).await.map_err(Error::auth)?;
    let location = format!("/auth/service-accounts/{}", account.id);
    Ok(created(&location, ServiceAccount::new(app.authority.scopes(), account)))
}
