//! `auth.refresh`: a new pair of tokens for a refresh token.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lookup::secret;
use super::model::Tokens;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{CalledFrom, Json};

/// A refresh token.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Refresh {
    /// The latest refresh token of the sign-in.
    #[schema(min_length = 1, max_length = 256, pattern = "^[ -~]+$", example = "fam_06a1b2c3d4e5q.c2hhcmVk.bmV3ZXN0")]
    refresh_token: String,
}

/// Refresh tokens
///
/// The same as the grant `refresh_token` of `auth.token`. A refresh token can be used once; its use issues the
/// successor. Within `auth.refresh_grace_s` (30 seconds) it may be used again while the successor is unused, and issues
/// the same successor, so that two tabs or a lost answer do no harm. Any other use counts as theft: all tokens of the
/// sign-in are revoked. A sign-in ends `auth.sign_in_ttl_s` (90 days) after it started, however often it is refreshed.
/// Access tokens from before a refresh stay valid until they expire, at most 15 minutes.
#[utoipa::path(post, path = "/auth/refresh", operation_id = "auth.refresh",
    extensions(("x-traits" = json!({"tries_secret": true}))),
    request_body(content = Refresh, description = "The refresh token.", example = json!({"refresh_token": "fam_06a1b2c3d4e5q.c2hhcmVk.bmV3ZXN0"})),
    responses((status = 200, description = "The new pair.", body = Tokens, headers(("Cache-Control" = String, description = "Always `no-store`.")))))]
pub async fn handler(
    State(app): State<App>,
    CalledFrom(source): CalledFrom,
    Json(request): Json<Refresh>,
) -> Result<Response> {
    let granted = app.authority.refresh(&request.refresh_token, None, &source).await.map_err(Error::auth)?;
    Ok(secret(Json(Tokens::new(granted))))
}
