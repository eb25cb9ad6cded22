//! The workspace that a command is about: the one of the token, or another one of the same account, for which a token is taken
//! and given back.

use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::commands::Context;
use crate::error::{Error, Result};

/// The flag that names the workspace.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Wanted {
    /// The workspace, one of your own [default: the one of the token]
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
}

/// A workspace, as the gateway tells of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Workspace {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) is_current: bool,
    pub(super) created_at: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Tokens for another workspace.
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
}

impl Wanted {
    /// Its id, if one is named.
    pub(super) fn id(&self) -> Option<&str> {
        self.workspace.as_deref()
    }
}

/// Runs `work` with a client whose token is for the workspace with the id `wanted`, by default the one of `client`.
pub(super) async fn within<T>(
    client: &Client,
    wanted: Option<&str>,
    context: &Context,
    work: impl AsyncFnOnce(&Client, &Workspace) -> Result<T>,
) -> Result<T> {
    let own: Vec<Workspace> = client.all("/workspaces", &[]).await?;
    let is_wanted = |workspace: &Workspace| wanted.map_or(workspace.is_current, |id| workspace.id == id);
    let workspace = own.into_iter().find(is_wanted).ok_or_else(|| {
        let id = wanted.unwrap_or("the one of the token");
        Error::new(format!("no workspace of yours is {id}")).hint("`astra workspace list` shows them")
    })?;
    if workspace.is_current {
        return work(client, &workspace).await;
    }
    let path = format!("/workspaces/{}/switch", workspace.id);
    let tokens: Tokens = client.fetch(client.request(Method::POST, &path).json(&json!({}))).await?;
    let there = Client::new(client.server(), tokens.access_token)?;
    let done = work(&there, &workspace).await;
    let ended = there.try_send(there.request(Method::POST, "/auth/logout")).await?.status();
    // The token of a workspace that was deleted is refused already.
    if !ended.is_success() && ended != StatusCode::UNAUTHORIZED {
        context
            .printer
            .warning(format!("the sign-in to {} stays until it expires: the token may not end it", workspace.id));
    }
    done
}
