//! `auth.rotate_token`: a new secret for a token.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{IssuedToken, TokenPath, issued, secret};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Idempotency, IdempotencyHeader, Json, Path};

/// How to rotate.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RotateToken {
    /// How long the old token stays good, in seconds; not at all when absent.
    #[schema(minimum = 0, maximum = 604_800, default = 0, example = 3600)]
    #[serde(default)]
    grace_s: i64,
}

/// Rotate a token
///
/// A new token of the same id, good for as long as the old one was given, with the account's present role. Of older
/// tokens of this id, only the last one stays good, for `grace_s` seconds.
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
    Ok(secret(Json(issued(made))))
}
