//! `auth.jwks`: the public keys, for those who verify tokens themselves.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::PublicKey;
use crate::error::{Error, Result};
use crate::http::Json;

/// A set of public keys (RFC 7517).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeySet {
    /// The keys; the first one signs.
    #[schema(max_items = 1000)]
    pub keys: Vec<JsonWebKey>,
}

/// A public key of Ed25519 (RFC 8037).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct JsonWebKey {
    /// Always `OKP`.
    #[schema(max_length = 8, example = "OKP")]
    pub kty: String,
    /// Always `Ed25519`.
    #[schema(max_length = 16, example = "Ed25519")]
    pub crv: String,
    /// The key, 32 bytes in base64url.
    #[schema(
        min_length = 43,
        max_length = 43,
        pattern = "^[A-Za-z0-9_-]+$",
        example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    )]
    pub x: String,
    /// The key's id, as in the header of the tokens that it signs.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9_-]+$", example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    pub kid: String,
    /// Always `EdDSA`.
    #[schema(max_length = 8, example = "EdDSA")]
    pub alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(max_length = 8, example = "sig")]
    pub purpose: String,
}

/// Get the public keys
///
/// Empty when tokens are signed with a shared secret. Verifying a token with these keys does not tell whether it was
/// revoked; only the gateway knows that.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "auth.jwks",
    responses((status = 200, description = "The keys.", body = KeySet)))]
pub async fn handler(State(app): State<App>) -> Result<Json<KeySet>> {
    let keys = app.authority.public_keys().await.map_err(Error::auth)?;
    Ok(Json(KeySet { keys: keys.into_iter().map(JsonWebKey::from).collect() }))
}

impl From<PublicKey> for JsonWebKey {
    fn from(key: PublicKey) -> Self {
        let text = str::to_owned;
        let (kty, crv, alg, purpose) = (text("OKP"), text("Ed25519"), text("EdDSA"), text("sig"));
        Self { kty, crv, x: key.x, kid: key.kid, alg, purpose }
    }
}
