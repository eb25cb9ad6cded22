//! `auth.rotate_keys`: let a new key sign tokens.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::SigningKey;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Problem};

/// What becomes of the earlier keys.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct RotateKeys {
    /// Whether the tokens of all earlier keys are refused from the next request on: the access tokens of all sign-ins, whose
    /// refresh tokens stay valid, and all tokens of service accounts, which have to be rotated or issued again.
    #[schema(default = false, example = false)]
    revoke_old: bool,
}

/// Rotate the signing keys
///
/// A new key signs from now on, on every gateway that shares the store. Tokens signed with earlier keys stay valid
/// until they expire, unless `revoke_old` is true: then no token of an earlier key is valid any more, the caller's own
/// included. An earlier key is removed when its last token has expired. The keys belong to the installation: owners of other workspaces than its first get 404.
#[utoipa::path(post, path = "/auth/keys/rotate", operation_id = "auth.rotate_keys", params(IdempotencyHeader),
    request_body(content = RotateKeys, description = "What becomes of the earlier keys.", example = json!({"revoke_old": false})),
    responses(
        (status = 200, description = "The new signing key.", body = SigningKey),
        (status = 404, description = "The caller's workspace has no signing keys.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Tokens are signed with a shared secret.", body = Problem, content_type = "application/problem+json")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Idempotency(once): Idempotency,
    Json(request): Json<RotateKeys>,
) -> Result<Json<SigningKey>> {
    let key = app.authority.rotate_keys(&caller, request.revoke_old, once).await.map_err(Error::auth)?;
    Ok(Json(key.into()))
}
