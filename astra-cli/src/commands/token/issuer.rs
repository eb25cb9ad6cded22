//! The source of tokens: the local store's authority, or a gateway's API. Commands see no difference.

use astra_core::auth::{Role, Scope};

use super::Place;
use super::local::Local;
use super::remote::Remote;
use crate::client::Client;
use crate::commands::Context;
use crate::env;
use crate::error::{Error, Result};

/// A token, without its secret.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Token {
    /// `tok_...`
    pub(super) id: String,
    /// The service account's name.
    pub(super) name: String,
    /// The service account's role.
    pub(super) role: String,
    pub(super) scopes: Vec<String>,
    /// RFC 3339, as all times here.
    pub(super) created_at: String,
    pub(super) expires_at: String,
    pub(super) last_used_at: Option<String>,
}

/// A token to be issued.
#[derive(Debug)]
pub(crate) struct NewToken {
    /// The service account, made if it is missing.
    pub(crate) name: String,
    /// By default the account's own, or member.
    pub(crate) role: Option<Role>,
    /// By default all of the account's.
    pub(crate) scopes: Option<Vec<Scope>>,
    /// By default what the gateway's authority gives.
    pub(crate) expires_in_s: Option<i64>,
}

/// A token that was just made.
pub(crate) struct Issued {
    /// `tok_...`
    pub(crate) id: String,
    /// The token itself.
    pub(crate) secret: String,
}

/// The source of tokens.
pub(super) enum Issuer {
    Local(Box<Local>),
    Remote(Remote),
}

impl Issuer {
    /// The one that flags and environment name. A server in the environment yields to a flag that names a store.
    pub(super) async fn of(place: &Place, context: &Context) -> Result<Self> {
        let store = &place.store;
        let of_environment = context.environment.get(env::SERVER).filter(|_| !store.is_named());
        match place.server.as_deref().or(of_environment) {
            Some(server) => Ok(Self::Remote(Remote::new(Client::of_environment(server, &context.environment)?))),
            None => Ok(Self::Local(Box::new(Local::open(store, context).await?))),
        }
    }

    /// Issues a token.
    pub(super) async fn issue(&self, new: NewToken) -> Result<Issued> {
        match self {
            Self::Local(local) => local.issue(new).await,
            Self::Remote(remote) => remote.issue(new).await,
        }
    }

    /// Gives the token `id` a new secret and answers it; the last one is good for another `grace_s` seconds.
    pub(super) async fn rotate(&self, id: &str, grace_s: i64) -> Result<String> {
        match self {
            Self::Local(local) => local.rotate(id, grace_s).await,
            Self::Remote(remote) => remote.rotate(id, grace_s).await,
        }
    }

    /// Deletes the token `id`.
    pub(super) async fn revoke(&self, id: &str) -> Result<()> {
        match self {
            Self::Local(local) => local.revoke(id).await,
            Self::Remote(remote) => remote.revoke(id).await,
        }
    }

    /// All tokens, those of one service account together.
    pub(super) async fn list(&self) -> Result<Vec<Token>> {
        match self {
            Self::Local(local) => local.list().await,
            Self::Remote(remote) => remote.list().await,
        }
    }

    /// The token of this id, or all tokens of the service account of this name.
    pub(super) async fn find(&self, name_or_id: &str) -> Result<Vec<Token>> {
        let mut tokens = self.list().await?;
        tokens.retain(|token| token.id == name_or_id || token.name == name_or_id);
        if tokens.is_empty() {
            return Err(Error::new(format!(
                "there is no token and no service account with tokens called {name_or_id}"
            ))
            .hint("`astra token list` shows all"));
        }
        Ok(tokens)
    }
}
