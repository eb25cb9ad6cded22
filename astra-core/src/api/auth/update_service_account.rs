//! `auth.update_service_account`: change a service account's name, role or scopes.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::lookup::scope_set;
use super::model::{ServiceAccount, ServiceAccountPath, ServiceAccountSettings};
use crate::app::App;
use crate::auth::ServiceAccountChange;
use crate::error::{Error, Result};
use crate::http::{Caller, Json, MergePatch, Path, Problem};

/// The changes: a field that is left out stays. The role may not be above the caller's, a scope may be added only if the
/// caller has it, and the list of scopes is replaced as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = ServiceAccountSettings)]
pub struct UpdateServiceAccount(MergePatch<ServiceAccountSettings>);

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
    Json(UpdateServiceAccount(patch)): Json<UpdateServiceAccount>,
) -> Result<Json<ServiceAccount>> {
    let table = app.authority.scopes();
    let present = app.authority.service_account(&caller, &id).await.map_err(Error::auth)?;
    let present = ServiceAccount::new(table, present).settings;
    let wanted = patch.apply(&present)?;
    // What stays is not said again: another request may be changing it.
    let scopes = scope_set(table, (wanted.scopes != present.scopes).then_some(wanted.scopes))?;
    let name = (wanted.name != present.name).then_some(wanted.name);
    let change = ServiceAccountChange { name, role: (wanted.role != present.role).then_some(wanted.role), scopes };
    let account = app.authority.update_service_account(&caller, &id, change).await.map_err(Error::auth)?;
    Ok(Json(ServiceAccount::new(table, account)))
}
