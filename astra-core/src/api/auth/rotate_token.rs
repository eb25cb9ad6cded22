//! `auth.rotate_token`: a new secret for a token.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::secret;
use super::model::{IssuedToken, TokenPath};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path};

/// How to rotate.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RotateToken {
    /// Seconds for which the old token stays valid; 0 by default.
    #[schema(minimum = 0, maximum = 604_800, default = 0, example = 3600)]
    #[serde(default)]
    grace_s: i64,
}

/// Rotate a token
///
/// Issues a new token with the same id and the same lifetime, and with the account's present role. The previous token
/// of this id stays valid for `grace_s` seconds; older ones do not.
#[utoipa::path(post, path = "/auth/tokens/{token_id}/rotate", operation_id = "auth.rotate_token",
    params(TokenPath, IdempotencyHeader),
    request_body(content = RotateToken, description = "How to rotate.", example = json!({"grace_s": 3600})),
    responses((status = 200, description = "The new token.", body = IssuedToken, headers(("Cache-Control" = String, description = "Always `no-store`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(TokenPath { token_id: id }): Path<TokenPath>,
    Idempotency(once): Idempotency,
    Json(wish): Json<RotateToken>,
) -> Result<Response> {
    let made = app.authority.rotate_token(&caller, &id, wish.grace_s, once).await.map_err(Error::auth)?;
    Ok(secret(Json(IssuedToken::new(app.authority.scopes(), made))))
}
