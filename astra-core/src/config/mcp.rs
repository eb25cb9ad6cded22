//! The section `mcp`: servers of the Model Context Protocol as sources of tools. Whether what is said of a server can work is
//! known where servers are connected.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Secret;

/// Servers of the Model Context Protocol, as sources of tools.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct McpConfig {
    /// The servers of all workspaces, by name.
    pub servers: BTreeMap<String, McpServerConfig>,
    /// Commands that callers may run on the gateway's machine, each as it is written there.
    pub allow_stdio: Vec<String>,
}

/// How a server is reached: by `url`, or as the program `command`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct McpServerConfig {
    /// Where it speaks streamable HTTP. Path and query may be secret.
    pub url: Option<Secret>,
    /// Headers of each request to it.
    pub headers: BTreeMap<String, Secret>,
    /// How a token for it is got.
    pub oauth: Option<McpOAuthConfig>,
    /// The program: a path, or a name that is found in `PATH`.
    pub command: Option<String>,
    /// The program's arguments.
    pub args: Vec<Secret>,
    /// The program's variables, beside `PATH` and `HOME`; it gets no others of the gateway's.
    pub env: BTreeMap<String, Secret>,
    /// Longest time of a call of its tools, in seconds; by default `tools.timeout_s`.
    pub timeout_s: Option<u64>,
}

/// How a token is got, by OAuth 2 with the client's own credentials (RFC 6749, section 4.4).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct McpOAuthConfig {
    /// Where tokens are given out.
    pub token_url: Secret,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Secret,
    /// What the token is to be good for, as words with spaces between them.
    #[serde(default)]
    pub scope: Option<String>,
}

impl McpConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if self.allow_stdio.iter().any(|command| command.trim().is_empty()) {
            refuse(
                "mcp.allow_stdio",
                "has an empty command: write each as callers are to write it, such as npx".into(),
            );
        }
    }
}
