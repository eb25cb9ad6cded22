//! `auth.rotate_keys`: let a new key sign tokens.

use axum::extract::State;

use super::model::SigningKey;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem};

/// Rotate the signing keys
///
/// A new key signs from now on, on every gateway that shares the store. Tokens signed with earlier keys stay valid
/// until they expire. The keys belong to the installation: owners of other workspaces than its first get 404.
#[utoipa::path(post, path = "/auth/keys/rotate", operation_id = "auth.rotate_keys", params(IdempotencyHeader),
    responses(
        (status = 200, description = "The new signing key.", body = SigningKey),
        (status = 404, description = "The caller's workspace has no signing keys.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Tokens are signed with a shared secret.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
) -> Result<Json<SigningKey>> {
    let key = app.authority.rotate_keys(&caller, once).await.map_err(Error::auth)?;
    Ok(Json(key.into()))
}
