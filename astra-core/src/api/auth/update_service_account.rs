//! `auth.update_service_account`: change a service account's name, role or scopes.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Role, ScopeName, ServiceAccount, ServiceAccountPath, scope_set};
use crate::app::App;
use crate::auth::ServiceAccountChange;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, Path, Problem};

/// The changes: a field that is left out stays.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UpdateServiceAccount {
    /// The account's name, unique in its workspace.
    #[schema(value_type = String, min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9 ._-]*$", example = "ci")]
    #[serde(default)]
    name: Option<String>,
    /// Its role, not above the caller's.
    #[schema(value_type = Role)]
    #[serde(default)]
    role: Option<Role>,
    /// Its scopes. The list is replaced as a whole; a scope may be added only if the caller has it.
    #[schema(value_type = Vec<ScopeName>, max_items = 64, example = json!(["spec:read"]))]
    #[serde(default)]
    scopes: Option<Vec<ScopeName>>,
}

/// Update a service account
///
/// JSON Merge Patch of name, role and scopes; none of them can be null. A role or scope that is taken away is gone from
/// the account's tokens with the next request. A role or scope that is added applies to the tokens issued afterwards.
#[utoipa::path(patch, path = "/auth/service-accounts/{service_account_id}", operation_id = "auth.update_service_account",
    params(ServiceAccountPath),
    request_body(content = UpdateServiceAccount, description = "What to change.", example = json!({"role": "member"})),
    responses(
        (status = 200, description = "The account.", body = ServiceAccount),
        (status = 409, description = "An account with this name exists, or another request changed this account at the same time.",
            body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ServiceAccountPath { service_account_id: id }): Path<ServiceAccountPath>,
    Json(change): Json<UpdateServiceAccount>,
) -> Result<Json<ServiceAccount>> {
    let scopes = scope_set(app.authority.scopes(), change.scopes)?;
    let change = ServiceAccountChange { name: change.name, role: change.role.map(Into::into), scopes };
    let account = app.authority.update_service_account(&caller, &id, change).await.map_err(Error::auth)?;
    Ok(Json(ServiceAccount::new(app.authority.scopes(), account)))
}
