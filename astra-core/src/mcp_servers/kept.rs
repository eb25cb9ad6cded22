//! An MCP server in the store: what callers may know of it, and, sealed with the master key, how it is reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::auth::{MasterKey, MasterKeyError};
use crate::config::{McpOAuthConfig, McpServerConfig, Secret};
use crate::store::{StoredMcpServer, WorkspaceId};

/// What servers are sealed for, together with their workspace, name and version.
const PURPOSE: &str = "mcp-server";

/// What callers may know of how a server is reached, beside its address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShownSettings {
    /// The names of its headers.
    pub header_names: Vec<String>,
    /// The names of its variables.
    pub env_names: Vec<String>,
    /// How a token is got.
    pub oauth: Option<ShownOAuth>,
    /// Longest time of a call of its tools, in seconds.
    pub timeout_s: Option<u64>,
}

/// What callers may know of how a token is got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownOAuth {
    /// Scheme, host and port of where tokens are given out.
    pub address: String,
    /// The client's id.
    pub client_id: String,
    /// What the token is to be good for.
    pub scope: Option<String>,
}

/// Which server it is, and who connects it.
pub(super) struct Identity<'a> {
    pub(super) workspace: &'a WorkspaceId,
    pub(super) name: &'a str,
    pub(super) version: i64,
}

/// `server`, which has no faults, as it is kept.
pub(super) fn keep(
    of: &Identity<'_>,
    server: &McpServerConfig,
    key: &MasterKey,
    created_by: &str,
    created_at: i64,
) -> Result<StoredMcpServer, MasterKeyError> {
    Ok(StoredMcpServer {
        name: of.name.to_owned(),
        version: of.version,
        transport: if server.url.is_some() { "http" } else { "stdio" }.to_owned(),
        address: server.url.as_ref().map_or_else(|| server.command.clone().unwrap_or_default(), origin),
        shown: json!(shown(server)).to_string(),
        sealed: key.seal(&purpose(of), written(server).to_string().as_bytes())?,
        created_at,
        created_by: created_by.to_owned(),
    })
}

/// How the server `kept` is reached.
///
/// # Errors
/// Why that cannot be said.
pub(super) fn open(
    kept: &StoredMcpServer,
    of: &Identity<'_>,
    key: &MasterKey,
) -> Result<McpServerConfig, &'static str> {
    let plain = key.open(&purpose(of), &kept.sealed);
    let plain = plain.ok_or("what it was connected with was sealed with another master key: connect it again")?;
    serde_json::from_slice(&plain).map_err(|_| "another version of the gateway has connected it: connect it again")
}

fn purpose(of: &Identity<'_>) -> String {
    format!("{PURPOSE}:{}:{}:{}", of.workspace.as_str(), of.name, of.version)
}

/// Scheme, host and port: path and query may be secret.
fn origin(url: &Secret) -> String {
    Url::parse(url.expose()).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

fn shown(server: &McpServerConfig) -> ShownSettings {
    let oauth = |oauth: &McpOAuthConfig| ShownOAuth {
        address: origin(&oauth.token_url),
        client_id: oauth.client_id.clone(),
        scope: oauth.scope.clone(),
    };
    ShownSettings {
        header_names: server.headers.keys().cloned().collect(),
        env_names: server.env.keys().cloned().collect(),
        oauth: server.oauth.as_ref().map(oauth),
        timeout_s: server.timeout_s,
    }
}

/// All of it, as its own reader takes it.
fn written(server: &McpServerConfig) -> Value {
    let exposed = |map: &BTreeMap<String, Secret>| -> BTreeMap<String, String> {
        map.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect()
    };
    let oauth = |oauth: &McpOAuthConfig| {
        let McpOAuthConfig { token_url, client_id, client_secret, scope } = oauth;
        json!({
            "token_url": token_url.expose(), "client_id": client_id, "client_secret": client_secret.expose(),
            "scope": scope,
        })
    };
    json!({
        "url": server.url.as_ref().map(Secret::expose),
        "headers": exposed(&server.headers),
        "oauth": server.oauth.as_ref().map(oauth),
        "command": server.command,
        "args": server.args.iter().map(Secret::expose).collect::<Vec<_>>(),
        "env": exposed(&server.env),
        "timeout_s": server.timeout_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVERS: [&str; 2] = [
        "{url: 'https://user.example:8443/s/hidden?key=hidden', headers: {Authorization: hidden}, timeout_s: 5,
          oauth: {token_url: 'https://id.example/hidden', client_id: shown, client_secret: hidden, scope: read}}",
        "{command: npx, args: [hidden], env: {TOKEN: hidden}}",
    ];

    #[test]
    fn what_is_kept_is_read_back_and_shows_no_secret() {
        let (folder, workspace) = (tempfile::tempdir().unwrap(), WorkspaceId::new(1, "wsp_a"));
        let key = MasterKey::load(None, folder.path()).unwrap();
        let of = |version| Identity { workspace: &workspace, name: "crm", version };
        for yaml in SERVERS {
            let server: McpServerConfig = serde_yaml::from_str(yaml).unwrap();
            let kept = keep(&of(7), &server, &key, "usr_a", 1).unwrap();
            assert_eq!(open(&kept, &of(7), &key), Ok(server));
            assert!(!format!("{kept:?}").contains("hidden") && !kept.shown.contains("hidden"), "{kept:?}");
            assert!(!kept.sealed.windows(6).any(|bytes| bytes == b"hidden"));
            assert!(open(&kept, &of(8), &key).is_err(), "of another row");
            let elsewhere = WorkspaceId::new(2, "wsp_b");
            assert!(open(&kept, &Identity { workspace: &elsewhere, ..of(7) }, &key).is_err());
        }
    }

    #[test]
    fn callers_know_where_it_is_and_what_is_set() {
        let (folder, workspace) = (tempfile::tempdir().unwrap(), WorkspaceId::new(1, "wsp_a"));
        let key = MasterKey::load(None, folder.path()).unwrap();
        let of = Identity { workspace: &workspace, name: "crm", version: 1 };
        let server: McpServerConfig = serde_yaml::from_str(SERVERS[0]).unwrap();
        let kept = keep(&of, &server, &key, "usr_a", 1).unwrap();
        assert_eq!((kept.transport.as_str(), kept.address.as_str()), ("http", "https://user.example:8443"));
        let shown: ShownSettings = serde_json::from_str(&kept.shown).unwrap();
        assert_eq!((shown.header_names, shown.timeout_s), (vec!["Authorization".to_owned()], Some(5)));
        let oauth = shown.oauth.unwrap();
        assert_eq!((oauth.address.as_str(), oauth.client_id.as_str()), ("https://id.example", "shown"));
    }
}
