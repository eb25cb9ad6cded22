//! Tokens by the API of a running gateway.

use astra_core::auth::{Role, Scope};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::json;

use super::issuer::{Issued, NewToken, Token};
use crate::client::Client;
use crate::error::{Error, Result};

const ACCOUNTS: &str = "/auth/service-accounts";

/// A gateway's API.
pub(super) struct Remote(Client);

#[derive(Deserialize)]
struct Account {
    id: String,
    name: String,
    role: String,
}

#[derive(Deserialize)]
struct ServiceToken {
    id: String,
    scopes: Vec<String>,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
}

#[derive(Deserialize)]
struct IssuedToken {
    token: ServiceToken,
    secret: String,
}

impl Remote {
    pub(super) const fn new(client: Client) -> Self {
        Self(client)
    }

    pub(super) async fn issue(&self, new: NewToken) -> Result<Issued> {
        let scopes = new.scopes.map(|scopes| scopes.into_iter().map(Scope::as_str).collect::<Vec<_>>());
        let present = self.accounts().await?.into_iter().find(|account| account.name == new.name);
        let account = match (present, new.role) {
            (Some(account), Some(role)) if account.role != role.as_str() => {
                return Err(Error::new("no token was issued").cause(format!(
                    "the service account {} exists and has the role {}: give that role, or another name",
                    account.name, account.role
                )));
            }
            (Some(account), _) => account,
            (None, role) => {
                let role = role.unwrap_or(Role::Member).as_str();
                let mut account = json!({"name": new.name, "role": role});
                if let Some(scopes) = &scopes {
                    account["scopes"] = json!(scopes);
                }
                self.0.fetch(self.post(ACCOUNTS).json(&account)).await?
            }
        };
        let mut token = json!({});
        if let Some(scopes) = scopes {
            token["scopes"] = json!(scopes);
        }
        if let Some(expires_in_s) = new.expires_in_s {
            token["expires_in"] = json!(expires_in_s);
        }
        let path = format!("{ACCOUNTS}/{}/tokens", account.id);
        let issued: IssuedToken = self.0.fetch(self.post(&path).json(&token)).await?;
        Ok(Issued { id: issued.token.id, secret: issued.secret })
    }

    pub(super) async fn rotate(&self, id: &str, grace_s: i64) -> Result<String> {
        let request = self.post(&format!("/auth/tokens/{id}/rotate")).json(&json!({"grace_s": grace_s}));
        Ok(self.0.fetch::<IssuedToken>(request).await?.secret)
    }

    pub(super) async fn revoke(&self, id: &str) -> Result<()> {
        self.0.send(self.0.request(Method::DELETE, &format!("/auth/tokens/{id}"))).await.map(drop)
    }

    pub(super) async fn list(&self) -> Result<Vec<Token>> {
        let mut tokens = Vec::new();
        for account in self.accounts().await? {
            let of_account: Vec<ServiceToken> = self.0.all(&format!("{ACCOUNTS}/{}/tokens", account.id), &[]).await?;
            tokens.extend(of_account.into_iter().map(|token| Token {
                id: token.id,
                name: account.name.clone(),
                role: account.role.clone(),
                scopes: token.scopes,
                created_at: token.created_at,
                expires_at: token.expires_at,
                last_used_at: token.last_used_at,
            }));
        }
        Ok(tokens)
    }

    async fn accounts(&self) -> Result<Vec<Account>> {
        self.0.all(ACCOUNTS, &[]).await
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.0.request(Method::POST, path)
    }
}
