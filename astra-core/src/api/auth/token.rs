//! `auth.token`: the token endpoint of OAuth 2 (RFC 6749, RFC 8693).

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::lookup::{needed, secret};
use super::model::Tokens;
use crate::app::App;
use crate::error::{Code, Error, Result};
use crate::http::client_credential::credential;
use crate::http::{CalledFrom, Json};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const END_USER: &str = "urn:astra:params:oauth:token-type:end-user-id";

/// A grant. Which fields it needs depends on `grant_type`. Empty fields count as absent, and fields that are not listed are
/// taken and have no effect (RFC 6749, 3.2).
#[derive(Serialize, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// `password`, `refresh_token`, `login_code`, `client_credentials` or `urn:ietf:params:oauth:grant-type:token-exchange`.
    #[schema(min_length = 1, max_length = 128, pattern = "^[ -~]+$", example = "password")]
    grant_type: String,
    /// For `password`: the e-mail address.
    #[schema(value_type = String, max_length = 254, pattern = r"^[^\x00]*$", example = "ada@example.org")]
    #[serde(default)]
    username: Option<String>,
    /// For `password`: the password.
    #[schema(value_type = String, max_length = 1024, pattern = r"^[^\x00]*$", example = "correct horse battery")]
    #[serde(default)]
    password: Option<String>,
    /// For `refresh_token`: the refresh token. It can be used once.
    #[schema(value_type = String, max_length = 256, pattern = "^[ -~]*$", example = "fam_06a1b2c3d4e5q.c2hhcmVk.bmV3ZXN0")]
    #[serde(default)]
    refresh_token: Option<String>,
    /// For `login_code`: the code of `auth.create_login_code`. It can be used once.
    #[schema(value_type = String, max_length = 256, pattern = "^[ -~]*$", example = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg")]
    #[serde(default)]
    code: Option<String>,
    /// For service accounts: the account's id or name. HTTP Basic authentication may carry it instead.
    #[schema(value_type = String, max_length = 64, pattern = r"^[^\x00]*$", example = "ci")]
    #[serde(default)]
    client_id: Option<String>,
    /// For service accounts: one of its tokens. HTTP Basic authentication or the bearer token may carry it instead.
    #[schema(value_type = String, max_length = 4096, pattern = "^[ -~]*$", example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.e30.c2ln")]
    #[serde(default)]
    client_secret: Option<String>,
    /// For token exchange: the end user's id in the service account's own application.
    #[schema(value_type = String, max_length = 256, pattern = r"^[^\x00-\x1f\x7f]*$", example = "customer-4711")]
    #[serde(default)]
    subject_token: Option<String>,
    /// For token exchange: always `urn:astra:params:oauth:token-type:end-user-id`.
    #[schema(value_type = String, max_length = 128, pattern = "^[ -~]*$", example = "urn:astra:params:oauth:token-type:end-user-id")]
    #[serde(default)]
    subject_token_type: Option<String>,
    /// For token exchange: `urn:ietf:params:oauth:token-type:access_token`, if given.
    #[schema(value_type = String, max_length = 128, pattern = "^[ -~]*$", example = "urn:ietf:params:oauth:token-type:access_token")]
    #[serde(default)]
    requested_token_type: Option<String>,
    /// The token's scopes, separated by spaces; by default all scopes of the account.
    #[schema(value_type = String, max_length = 1024, pattern = "^[ -~]*$", example = "chat:send sessions:read")]
    #[serde(default)]
    scope: Option<String>,
    /// All else that OAuth 2's clients may send, such as `resource` and `audience`.
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Get a token
///
/// OAuth 2's token endpoint. People sign in with `password`, or with a `login_code`, and get an access token and a refresh
/// token for `refresh_token`. Service accounts exchange one of their own tokens for a short-lived one with `client_credentials`,
/// or for a token of an end user of their application with token exchange, which needs the scope `users:act`. Errors
/// have OAuth 2's `error` and `error_description` (RFC 6749, 5.2). `auth.refresh` says how refresh tokens are used.
#[utoipa::path(post, path = "/auth/token", operation_id = "auth.token", extensions(("x-traits" = json!({"refusals": "oauth", "tries_secret": true, "body": "form"}))),
    request_body(content((TokenRequest = "application/x-www-form-urlencoded", example = json!({"grant_type": "password", "username": "ada@example.org", "password": "correct horse battery"})),
        (TokenRequest = "application/json", example = json!({"grant_type": "password", "username": "ada@example.org", "password": "correct horse battery"}))), description = "The grant."),
    responses(
        (status = 200, description = "The token.", body = Tokens, headers(("Cache-Control" = String, description = "Always `no-store`."))),
        (status = 401, description = "The client's credentials are missing or not valid.")))]
pub async fn handler(
    State(app): State<App>,
    CalledFrom(source): CalledFrom,
    headers: HeaderMap,
    Json(request): Json<TokenRequest>,
) -> Result<Response> {
    let request = request.without_empty();
    let scope = request.scope.clone();
    let scope = scope.as_deref().filter(|scope| !scope.trim().is_empty());
    let authority = &app.authority;
    let client = || credential(&headers, request.client_id.clone(), request.client_secret.clone());
    let mut issued_token_type = None;
    let granted = match request.grant_type.as_str() {
        "password" => {
            let username = needed(request.username, "/username")?;
            authority.sign_in(&username, needed(request.password, "/password")?, scope, &source).await
        }
        "refresh_token" => authority.refresh(&needed(request.refresh_token, "/refresh_token")?, scope, &source).await,
        "login_code" => authority.sign_in_by_code(&needed(request.code, "/code")?, scope, &source).await,
        "client_credentials" => authority.client_token(client()?, scope).await,
        EXCHANGE => {
            let client = client()?;
            issued_token_type = Some(ACCESS_TOKEN.to_owned());
            authority.end_user_token(client, subject(request)?, scope).await
        }
        _ => {
            let known = format!("grant_type is password, refresh_token, login_code, client_credentials or {EXCHANGE}.");
            return Err(Error::new(Code::UnsupportedGrantType, known));
        }
    };
    Ok(secret(Json(Tokens { issued_token_type, ..Tokens::new(granted.map_err(Error::auth)?) })))
}

impl TokenRequest {
    /// The same without the fields that are empty.
    fn without_empty(mut self) -> Self {
        let optional = [
            &mut self.username,
            &mut self.password,
            &mut self.refresh_token,
            &mut self.code,
            &mut self.client_id,
            &mut self.client_secret,
            &mut self.subject_token,
            &mut self.subject_token_type,
            &mut self.requested_token_type,
            &mut self.scope,
        ];
        for field in optional {
            field.take_if(|text| text.is_empty());
        }
        self
    }
}

/// The end user of a token exchange.
fn subject(request: TokenRequest) -> Result<String> {
    if needed(request.subject_token_type, "/subject_token_type")? != END_USER {
        return Err(Error::field("/subject_token_type", format!("is not {END_USER}")));
    }
    if request.requested_token_type.is_some_and(|kind| kind != ACCESS_TOKEN) {
        return Err(Error::field("/requested_token_type", format!("is not {ACCESS_TOKEN}")));
    }
    needed(request.subject_token, "/subject_token")
}
