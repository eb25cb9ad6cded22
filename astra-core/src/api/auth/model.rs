//! What the operations of the auth group share.

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::auth::{self, PublicKey, Role, Scope, ScopeSet, ScopeTable};
use crate::clock::rfc3339;
pub use crate::http::Tokens;
use crate::store::service_accounts;
use crate::store::tokens;

/// The scopes of credentials. The document has the host's scopes beside the gateway's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeName(pub String);

/// What of a service account its managers set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceAccountSettings {
    /// The account's name, unique in its workspace.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9 ._-]*$", example = "ci")]
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Its scopes.
    #[schema(max_items = 64, example = json!(["spec:read"]))]
    pub scopes: Vec<ScopeName>,
}

/// A program with a name, a role and scopes in one workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceAccount {
    /// The account's id.
    #[schema(example = "svc_06a1b2c3d4e5q")]
    pub id: String,
    /// What its managers have set.
    #[serde(flatten)]
    pub settings: ServiceAccountSettings,
    /// The account that created it.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
    /// When it was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The time of the last change.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub updated_at: String,
}

/// A service account's token, without the token itself, which is not stored.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ServiceToken {
    /// The token's id. Rotation keeps it.
    #[schema(example = "tok_06a1b2c3d4e5q")]
    pub id: String,
    /// The service account that it belongs to.
    #[schema(example = "svc_06a1b2c3d4e5q")]
    pub service_account_id: String,
    /// Its scopes. A scope that the account no longer has does not count.
    #[schema(max_items = 64)]
    pub scopes: Vec<ScopeName>,
    /// Increases by one with each rotation.
    #[schema(minimum = 1, example = 1)]
    pub generation: i64,
    /// Until when the token of the previous generation is valid, if it was rotated.
    #[schema(example = "2026-11-23T22:07:00.000Z")]
    pub grace_until: Option<String>,
    /// When it expires.
    #[schema(example = "2027-02-21T21:07:00.000Z")]
    pub expires_at: String,
    /// The last use, to the minute; null if it was never used.
    #[schema(example = "2026-11-24T08:00:00.000Z")]
    pub last_used_at: Option<String>,
    /// When it was issued.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The last rotation; null if it was never rotated.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub rotated_at: Option<String>,
}

/// A new token.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IssuedToken {
    /// The token, for `Authorization: Bearer`. It is shown only this once.
    #[schema(
        max_length = 4096,
        pattern = "^[A-Za-z0-9_.-]+$",
        example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.e30.c2ln"
    )]
    pub secret: String,
    /// What the gateway stores about it.
    pub token: ServiceToken,
}

/// A key that signs tokens. Its private half never leaves the gateway.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SigningKey {
    /// The key's id, as in the header of the tokens that it signs.
    #[schema(max_length = 64, pattern = "^[A-Za-z0-9_-]+$", example = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")]
    pub kid: String,
    /// Always `EdDSA`.
    #[schema(max_length = 16, example = "EdDSA")]
    pub algorithm: String,
    /// Whether it signs new tokens. Tokens signed with the other keys stay valid until they expire.
    #[schema(example = true)]
    pub is_signing: bool,
    /// When it was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When a newer key replaced it; null for the key that signs.
    #[schema(example = "2026-12-23T21:07:00.000Z")]
    pub retired_at: Option<String>,
}

/// The service account of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ServiceAccountPath {
    /// The service account's id.
    #[param(example = "svc_06a1b2c3d4e5q")]
    pub service_account_id: String,
}

/// The token of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct TokenPath {
    /// The token's id.
    #[param(example = "tok_06a1b2c3d4e5q")]
    pub token_id: String,
}

impl ScopeName {
    /// The scopes of `set`, one by one.
    pub fn each(table: &ScopeTable, set: ScopeSet) -> Vec<Self> {
        table.names(set).map(|name| Self(name.to_owned())).collect()
    }
}

impl IssuedToken {
    /// The answer to a token that was issued or rotated.
    pub fn new(table: &ScopeTable, issued: auth::IssuedToken) -> Self {
        Self { secret: issued.secret, token: ServiceToken::new(table, issued.token) }
    }
}

impl ServiceAccount {
    /// The account of a row. Scopes that this gateway does not have are left out.
    pub fn new(table: &ScopeTable, account: service_accounts::ServiceAccount) -> Self {
        Self {
            id: account.id,
            settings: ServiceAccountSettings {
                name: account.name,
                role: Role::known(&account.role),
                scopes: ScopeName::each(table, table.known(&account.scopes)),
            },
            created_by: account.created_by,
            created_at: rfc3339(account.created_at),
            updated_at: rfc3339(account.updated_at),
        }
    }
}

impl ServiceToken {
    /// The token of a row. Scopes that this gateway does not have are left out.
    pub fn new(table: &ScopeTable, token: tokens::Token) -> Self {
        Self {
            id: token.id,
            service_account_id: token.service_account_id,
            scopes: ScopeName::each(table, table.known(&token.scopes)),
            generation: token.generation,
            grace_until: token.grace_until.map(rfc3339),
            expires_at: rfc3339(token.expires_at),
            last_used_at: token.last_used_at.map(rfc3339),
            created_at: rfc3339(token.created_at),
            rotated_at: token.rotated_at.map(rfc3339),
        }
    }
}

impl From<PublicKey> for SigningKey {
    fn from(key: PublicKey) -> Self {
        Self {
            kid: key.kid,
            algorithm: "EdDSA".into(),
            is_signing: key.retired_at.is_none(),
            created_at: rfc3339(key.created_at),
            retired_at: key.retired_at.map(rfc3339),
        }
    }
}

impl PartialSchema for ScopeName {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The scopes of credentials."))
            .enum_values(Some(Scope::all().map(Scope::as_str)))
            .into()
    }
}

impl ToSchema for ScopeName {}
