//! The auth group, and what its tests share.

mod change_password;
mod create_login_code;
mod create_service_account;
mod delete_account;
mod delete_service_account;
mod end_sign_in;
mod end_sign_ins;
mod finish_oidc;
mod get_service_account;
mod get_sign_in_options;
mod issue_token;
mod jwks;
mod list_keys;
mod list_service_accounts;
mod list_sign_ins;
mod list_tokens;
mod logout;
mod me;
mod refresh;
mod register;
mod revoke_token;
mod rotate_keys;
mod rotate_token;
mod start_oidc;
mod token;
mod update_service_account;

use astra_core::auth::{NewAccount, Role};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{Caller, TestApp, TestBackend};

pub(crate) const EMAIL: &str = "ada@example.org";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The first account, and its first pair of tokens.
pub(crate) async fn register(app: &TestApp) -> Value {
    let account = json!({"email": EMAIL, "password": PASSWORD, "setup_code": app.setup_code()});
    app.anonymous().post("/auth/register").json(&account).await.expect(201)
}

/// A pair of tokens for the account of [`register`].
pub(crate) async fn sign_in(app: &TestApp) -> Value {
    let grant = json!({"grant_type": "password", "username": EMAIL, "password": PASSWORD});
    app.anonymous().post("/auth/token").json(&grant).await.expect(200)
}

/// The sign-in of `tokens`.
fn sign_in_id(tokens: &Value) -> &str {
    text(tokens, "refresh_token").split('.').next().expect("an id")
}

/// Another account, made by the operator, and its tokens.
pub(crate) async fn person(app: &TestApp, email: &str, role: Role) -> Value {
    let new = NewAccount { email: email.into(), password: PASSWORD.into(), display_name: None, role };
    app.authority().create_account(&app.authority().operator(), new).await.expect("an account");
    let grant = json!({"grant_type": "password", "username": email, "password": PASSWORD});
    app.anonymous().post("/auth/token").json(&grant).await.expect(200)
}

/// Makes sure that neither token of `tokens` is good any more.
pub(crate) async fn has_ended(app: &TestApp, tokens: &Value) {
    with(app, tokens).get("/auth/me").await.expect_problem(401, "unauthorized");
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    app.anonymous().post("/auth/refresh").json(&refresh).await.expect_problem(400, "invalid_grant");
}

/// Makes sure that both tokens of `tokens` are good; answers the next pair.
pub(crate) async fn goes_on(app: &TestApp, tokens: &Value) -> Value {
    with(app, tokens).get("/auth/me").await.expect(200);
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    app.anonymous().post("/auth/refresh").json(&refresh).await.expect(200)
}

/// Whoever has the access token of `tokens`.
pub(crate) fn with(app: &TestApp, tokens: &Value) -> Caller {
    app.bearer(text(tokens, "access_token"))
}

/// A service account, made by the owner.
async fn account(app: &TestApp, name: &str, role: &str, scopes: &[&str]) -> Value {
    let new = json!({"name": name, "role": role, "scopes": scopes});
    app.owner().post("/auth/service-accounts").json(&new).await.expect(201)
}

/// A token of `account`, issued by the owner: `{secret, token}`.
async fn issue(app: &TestApp, account: &Value) -> Value {
    app.owner().post(&tokens_of(account)).json(&json!({})).await.expect(201)
}

/// Where the tokens of `account` are.
fn tokens_of(account: &Value) -> String {
    format!("/auth/service-accounts/{}/tokens", text(account, "id"))
}

/// The member `name`, which must be text.
#[track_caller]
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// What a token says, whoever signed it.
fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token.
fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("a token has three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// An app that anybody may register at.
pub(crate) async fn open_app(backend: TestBackend) -> TestApp {
    TestApp::builder(backend).config(|config| config.auth.open_registration = true).open().await
}
