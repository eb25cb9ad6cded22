//! The tokens that a sign-in answers, whichever group it is of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Granted;

/// The `token_type` of every token.
const TOKEN_TYPE: &str = "Bearer";

/// Tokens, in OAuth 2's format (RFC 6749, 5.1).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Tokens {
    /// The token, for `Authorization: Bearer`.
    #[schema(
        max_length = 4096,
        pattern = "^[A-Za-z0-9_.-]+$",
        example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.e30.c2ln"
    )]
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(max_length = 16, example = "Bearer")]
    pub token_type: String,
    /// Lifetime of the access token in seconds.
    #[schema(minimum = 0, example = 900)]
    pub expires_in: i64,
    /// A token for the next pair of tokens; only for people's accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, max_length = 256, pattern = "^[A-Za-z0-9_.-]+$", example = "fam_06a1b2c3d4e5q.c2hhcmVk.bmV3ZXN0")]
    pub refresh_token: Option<String>,
    /// The token's scopes, separated by spaces.
    #[schema(max_length = 1024, example = "agents:read chat:send")]
    pub scope: String,
    /// The type of the token that a token exchange issued (RFC 8693); absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, max_length = 128, example = "urn:ietf:params:oauth:token-type:access_token")]
    pub issued_token_type: Option<String>,
}

impl Tokens {
    /// The answer to a grant.
    pub fn new(granted: Granted) -> Self {
        Self {
            access_token: granted.access_token,
            token_type: TOKEN_TYPE.into(),
            expires_in: granted.expires_in_s,
            refresh_token: granted.refresh_token,
            scope: granted.scope,
            issued_token_type: None,
        }
    }
}
