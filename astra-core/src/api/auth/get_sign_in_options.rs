//! `auth.get_sign_in_options`: by what people sign in here.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Json;

/// By what people sign in and get accounts.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInOptions {
    /// Whether the gateway has an owner. Without one, `auth.register` makes the first account with the set-up code.
    #[schema(example = true)]
    pub has_owner: bool,
    /// Whether `auth.register` makes accounts without an invitation.
    #[schema(example = false)]
    pub is_registration_open: bool,
    /// Whether people sign in with an identity provider, by `auth.start_oidc`.
    #[schema(example = false)]
    pub has_identity_provider: bool,
}

/// Show how to sign in
///
/// What a page that signs people in can offer. It needs no credential, since it is read before a person signs in.
#[utoipa::path(get, path = "/auth/sign-in-options", operation_id = "auth.get_sign_in_options",
    responses((status = 200, description = "By what people sign in.", body = SignInOptions)))]
pub async fn handler(State(app): State<App>) -> Result<Json<SignInOptions>> {
    let options = app.authority.sign_in_options().await.map_err(Error::auth)?;
    Ok(Json(SignInOptions {
        has_owner: options.has_owner,
        is_registration_open: options.is_registration_open,
        has_identity_provider: options.has_identity_provider,
    }))
}
