//! `auth.revoke_token`: end a token.

use axum::extract::State;
use http::StatusCode;

use super::model::TokenPath;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Caller, Path};

/// Revoke a token
///
/// It is refused from the next request on, together with what it was changed for; on other gateways over the same
/// PostgreSQL within a second.
#[utoipa::path(delete, path = "/auth/tokens/{token_id}", operation_id = "auth.revoke_token",
    params(TokenPath),
    responses((status = 204, description = "It is refused from now on.")))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Path(TokenPath { token_id: id }): Path<TokenPath>,
) -> Result<StatusCode> {
    app.authority.revoke_token(&caller, &id).await.map_err(Error::auth)?;
    Ok(StatusCode::NO_CONTENT)
}
