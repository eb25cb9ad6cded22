//! `auth.revoke_token`: end a token.

use axum::extract::State;
use http::StatusCode;

use super::model::TokenPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path};

/// Revoke a token
///
/// The token, and the tokens that were exchanged for it, are refused from the next request on; on other gateways that
/// share the same PostgreSQL database within a second.
#[utoipa::path(delete, path = "/auth/tokens/{token_id}", operation_id = "auth.revoke_token",
    params(TokenPath),
    responses((status = 204, description = "Revoked.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(TokenPath { token_id: id }): Path<TokenPath>,
) -> Result<StatusCode> {
    app.authority.revoke_token(&caller, &id).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
