//! `auth.issue_token`: a token for a service account.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::{scope_set, secret};
use super::model::{IssuedToken, ScopeName, ServiceAccountPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path, created};

/// A token to issue.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct IssueToken {
    /// Lifetime in seconds; 90 days by default.
    #[schema(value_type = i64, minimum = 60, maximum = 315_360_000, default = 7_776_000, example = 2_592_000)]
    #[serde(default)]
    expires_in: Option<i64>,
    /// Its scopes, from those of the account; by default all of them.
    #[schema(value_type = Vec<ScopeName>, max_items = 64, example = json!(["spec:read"]))]
    #[serde(default)]
    scopes: Option<Vec<ScopeName>>,
}

/// Issue a token
///
/// The token is shown in this answer only. It cannot have scopes that the caller's own token lacks.
#[utoipa::path(post, path = "/auth/service-accounts/{service_account_id}/tokens", operation_id = "auth.issue_token",
    params(ServiceAccountPath, IdempotencyHeader),
    request_body(content = IssueToken, description = "The token.", example = json!({"expires_in": 2_592_000, "scopes": ["spec:read"]})),
    responses((status = 201, description = "The token.", body = IssuedToken,
        headers(("Location" = String, description = "Where the account's tokens are."), ("Cache-Control" = String, description = "Always `no-store`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(ServiceAccountPath { service_account_id: id }): Path<ServiceAccountPath>,
    Idempotency(once): Idempotency,
    Json(new): Json<IssueToken>,
) -> Result<Response> {
    let table = app.authority.scopes();
    let scopes = scope_set(table, new.scopes)?;
    let made = app.authority.issue_token(&caller, &id, scopes, new.expires_in, once).await;
    let location = format!("/auth/service-accounts/{id}/tokens");
    Ok(secret(created(&location, IssuedToken::new(table, made.map_err(Error::auth)?))))
}
