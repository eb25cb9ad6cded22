//! What is said of an MCP server: how it is reached and what it is sent. Where that is kept is not known here.

use std::fmt;
use std::time::Duration;

use crate::config::Secret;

/// Longest name of a server: what is left of 64 letters is the tool's.
pub const MCP_NAME_LENGTH_MAX: usize = 32;
/// What stands between the name of a server and that of its tool.
pub const SEPARATOR: &str = "__";

/// An MCP server, as the configuration or a workspace describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServerSpec {
    /// Its name, with which the names of its tools begin; see [`server_name_fault`].
    pub name: String,
    /// How it is reached.
    pub transport: McpTransport,
    /// Longest time of a call of its tools; by default `tools.timeout_s` of the configuration.
    pub timeout: Option<Duration>,
}

/// How an MCP server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum McpTransport {
    /// Over streamable HTTP.
    Http(McpHttp),
    /// A program that reads and writes lines, as a child of the gateway.
    Stdio(McpStdio),
}

/// A server over streamable HTTP.
#[derive(Clone, PartialEq, Eq)]
pub struct McpHttp {
    /// Its URL, whose path and query may be secret.
    pub url: String,
    /// Headers of each request.
    pub headers: Vec<(String, Secret)>,
    /// How a token is got that each request has; without it there is none.
    pub oauth: Option<ClientCredentials>,
    /// Whether the operator has named it: networks that are not public, and all ports, may be reached then. The metadata
    /// service of a cloud never may.
    pub is_trusted: bool,
}

/// How a token is got by OAuth 2, with the client's own credentials (RFC 6749, section 4.4).
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCredentials {
    /// Where tokens are given out.
    pub token_url: String,
    /// The client's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// What the token is to be good for, as words with spaces between them.
    pub scope: Option<String>,
}

/// A server that is a program.
#[derive(Clone, PartialEq, Eq)]
pub struct McpStdio {
    /// The program: a path, or a name that is found in `PATH`.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Its environment, beside `PATH` and `HOME`; nothing else of the gateway's own is passed on.
    pub env: Vec<(String, Secret)>,
}

/// Why `name` cannot be the name of an MCP server, if it cannot.
#[must_use]
pub fn server_name_fault(name: &str) -> Option<&'static str> {
    let is_letter = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_good = (1..=MCP_NAME_LENGTH_MAX).contains(&name.len())
        && name.bytes().all(|letter| is_letter(letter) || matches!(letter, b'_' | b'-'))
        && name.bytes().next().is_some_and(is_letter);
    if !is_good {
        return Some("is no name: use 1 to 32 letters (a-z), digits, _ and -, the first one a letter or a digit");
    }
    // The names of its tools would be those of another server's.
    (name.contains(SEPARATOR) || name.ends_with('_'))
        .then_some("must not have __ within or _ at its end: __ stands between it and the name of a tool")
}

/// The names of a server and of its tool in the name `name` of a tool, if it may be that of a server's tool.
#[must_use]
pub fn split_tool_name(name: &str) -> Option<(&str, &str)> {
    let (server, tool) = name.split_once(SEPARATOR)?;
    (server_name_fault(server).is_none() && !tool.is_empty()).then_some((server, tool))
}

// URLs, arguments and names of headers may hold secrets, and are in no log.

impl fmt::Debug for McpHttp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("McpHttp").field("is_trusted", &self.is_trusted).finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientCredentials").finish_non_exhaustive()
    }
}

impl fmt::Debug for McpStdio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("McpStdio").field("command", &self.command).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_name_ends_where_that_of_its_tool_begins() {
        for good in ["a", "9", "git-hub", "my_crm", &"a".repeat(32)] {
            assert_eq!(server_name_fault(good), None, "{good}");
            assert_eq!(split_tool_name(&format!("{good}__x")), Some((good, "x")));
        }
        for bad in ["", "A", "-a", "_a", "a.b", "a__b", "a_", "ä", "a\0", &"a".repeat(33)] {
            assert!(server_name_fault(bad).is_some(), "{bad}");
            assert!(["a__b", "a_"].contains(&bad) || split_tool_name(&format!("{bad}__x")).is_none(), "{bad}");
        }
        assert_eq!(split_tool_name("a___b"), Some(("a", "_b")));
        assert_eq!(split_tool_name("a__b__c"), Some(("a", "b__c")));
        assert!(split_tool_name("a__").is_none() && split_tool_name("a_b").is_none());
    }
}
