//! What is wrong with the description of an MCP server, of the configuration or of a caller.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use url::Url;

use crate::config::{Config, Fault, McpOAuthConfig, McpServerConfig, Secret};
use crate::outbound::is_own_header;
use crate::tools::mcp::{
    ClientCredentials, MCP_SERVERS_MAX, McpHttp, McpServerSpec, McpStdio, McpTransport, server_name_fault,
};

/// Longest time-out of a call of a server's tools, in seconds.
const TIMEOUT_MAX_S: u64 = 600;
/// Longest URL, in bytes.
const URL_BYTES_MAX: usize = 8 << 10;
/// Most headers, most arguments and most variables of one server.
const ENTRIES_MAX: usize = 100;
/// Longest value of a header, argument or variable, in bytes.
const VALUE_BYTES_MAX: usize = 16 << 10;

/// Something that is wrong with the description of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFault {
    /// The keys that lead to it, the outermost first.
    pub path: Vec<String>,
    /// What is wrong, without the value.
    pub detail: String,
}

/// All that is wrong with the servers of the configuration.
#[must_use]
pub fn configured_faults(config: &Config) -> Vec<Fault> {
    let mut faults = Vec::new();
    if config.mcp.servers.len() > MCP_SERVERS_MAX {
        faults.push(Fault { key: "mcp.servers".into(), detail: format!("has more than {MCP_SERVERS_MAX} servers") });
    }
    for (name, server) in &config.mcp.servers {
        let key = format!("mcp.servers.{name}");
        if let Some(fault) = server_name_fault(name) {
            faults.push(Fault { key: key.clone(), detail: format!("{name:?} {fault}") });
        }
        let of_server = check(server).into_iter().map(|fault| {
            let path = std::iter::once(key.clone()).chain(fault.path).collect::<Vec<_>>();
            Fault { key: path.join("."), detail: fault.detail }
        });
        faults.extend(of_server);
    }
    faults
}

/// All that is wrong with `server`.
#[must_use]
pub fn check(server: &McpServerConfig) -> Vec<ServerFault> {
    let mut faults = Faults::default();
    match (&server.url, &server.command) {
        (Some(url), None) => check_http(server, url, &mut faults),
        (None, Some(command)) => check_stdio(server, command, &mut faults),
        (None, None) => faults.add(&[], "has neither url nor command: one of them says how the server is reached"),
        (Some(_), Some(_)) => {
            faults.add(&[], "has url and command: only one of them can say how the server is reached")
        }
    }
    if server.timeout_s.is_some_and(|timeout_s| !(1..=TIMEOUT_MAX_S).contains(&timeout_s)) {
        faults.add(&["timeout_s"], format!("must lie between 1 and {TIMEOUT_MAX_S}"));
    }
    faults.0
}

/// `server`, which has no faults, as it is connected.
#[must_use]
pub(super) fn spec(name: &str, server: &McpServerConfig, is_trusted: bool) -> McpServerSpec {
    let owned = |map: &BTreeMap<String, Secret>| {
        map.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    let oauth = |oauth: &McpOAuthConfig| ClientCredentials {
        token_url: oauth.token_url.expose().to_owned(),
        client_id: oauth.client_id.clone(),
        client_secret: oauth.client_secret.clone(),
        scope: oauth.scope.clone(),
    };
    let transport = match &server.url {
        Some(url) => McpTransport::Http(McpHttp {
            url: url.expose().to_owned(),
            headers: owned(&server.headers),
            oauth: server.oauth.as_ref().map(oauth),
            is_trusted,
        }),
        None => McpTransport::Stdio(McpStdio {
            command: server.command.clone().unwrap_or_default(),
            args: server.args.iter().map(|arg| arg.expose().to_owned()).collect(),
            env: owned(&server.env),
        }),
    };
    McpServerSpec { name: name.to_owned(), transport, timeout: server.timeout_s.map(Duration::from_secs) }
}

/// Why `text` cannot be the URL of a server, of the configuration or of a caller.
fn url_fault(text: &str) -> Option<&'static str> {
    if text.len() > URL_BYTES_MAX {
        return Some("has more than 8 KiB");
    }
    let Ok(url) = Url::parse(text) else {
        return Some("is no URL: write it whole, such as https://mcp.example.com/mcp");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Some("must begin with http:// or https://, and have a host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("must not hold a user or a password: use a header or oauth");
    }
    if url.fragment().is_some() {
        return Some("must not have a fragment (#)");
    }
    text.chars().any(|letter| letter.is_control() || letter.is_whitespace()).then_some("must not have spaces")
}

fn check_http(server: &McpServerConfig, url: &Secret, faults: &mut Faults) {
    if let Some(fault) = url_fault(url.expose()) {
        faults.add(&["url"], fault);
    }
    if !server.args.is_empty() || !server.env.is_empty() {
        faults.add(&[], "has args or env, which are for a command");
    }
    check_headers(server, faults);
    let Some(oauth) = &server.oauth else { return };
    if let Some(fault) = url_fault(oauth.token_url.expose()) {
        faults.add(&["oauth", "token_url"], fault);
    }
    let is_text = |text: &str| {
        (1..=VALUE_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    };
    let texts = [
        ("client_id", Some(oauth.client_id.as_str())),
        ("client_secret", Some(oauth.client_secret.expose())),
        ("scope", oauth.scope.as_deref()),
    ];
    for (key, _) in texts.into_iter().filter(|(_, text)| text.is_some_and(|text| !is_text(text))) {
        faults.add(&["oauth", key], "must be 1 to 16384 printable characters of ASCII");
    }
}

fn check_headers(server: &McpServerConfig, faults: &mut Faults) {
    if server.headers.len() > ENTRIES_MAX {
        faults.add(&["headers"], format!("has more than {ENTRIES_MAX} headers"));
    }
    let mut seen = BTreeSet::new();
    for (name, value) in &server.headers {
        let small = name.to_ascii_lowercase();
        let fault = if HeaderName::from_bytes(name.as_bytes()).is_err() {
            Some("is no name of a header")
        } else if is_own_header(&small) || small == "last-event-id" || small.starts_with("mcp-") {
            Some("cannot be set: the gateway sets it, or it says how a request is sent")
        } else if small == "authorization" && server.oauth.is_some() {
            Some("is set by oauth")
        } else if !seen.insert(small) {
            Some("is there twice: upper and lower case make no difference")
        } else if value.expose().len() > VALUE_BYTES_MAX {
            Some("has more than 16 KiB")
        } else {
            // A header of another alphabet than ASCII is read differently by each server.
            let is_good = value.expose().is_ascii() && HeaderValue::from_str(value.expose()).is_ok();
            (!is_good).then_some("has a value that no header can have: use printable characters of ASCII")
        };
        if let Some(fault) = fault {
            faults.add(&["headers", name], fault);
        }
    }
}

fn check_stdio(server: &McpServerConfig, command: &str, faults: &mut Faults) {
    if !server.headers.is_empty() || server.oauth.is_some() {
        faults.add(&[], "has headers or oauth, which are for a url");
    }
    if command.trim().is_empty() || command.len() > VALUE_BYTES_MAX || command.contains('\0') {
        faults.add(&["command"], "is no command: write the path of a program, or its name");
    }
    for (key, count) in [("args", server.args.len()), ("env", server.env.len())] {
        if count > ENTRIES_MAX {
            faults.add(&[key], format!("has more than {ENTRIES_MAX} entries"));
        }
    }
    let fault = |value: &Secret| {
        let is_good = value.expose().len() <= VALUE_BYTES_MAX && !value.expose().contains('\0');
        (!is_good).then_some("has more than 16 KiB, or a NUL")
    };
    for (place, fault) in server.args.iter().enumerate().filter_map(|(place, arg)| Some((place, fault(arg)?))) {
        faults.add(&["args", &place.to_string()], fault);
    }
    for (name, value) in &server.env {
        let is_name = name.len() <= 256
            && name
                .bytes()
                .enumerate()
                .all(|(place, byte)| byte == b'_' || byte.is_ascii_alphabetic() || place > 0 && byte.is_ascii_digit());
        if name.is_empty() || !is_name {
            faults.add(&["env", name], "is no name of a variable: use letters, digits and _");
        } else if let Some(fault) = fault(value) {
            faults.add(&["env", name], fault);
        }
    }
}

/// Variables that decide which program a command runs, or what is loaded into it before it begins: callers of the API set none
/// of them.
pub(super) fn check_callers_env(server: &McpServerConfig) -> Vec<ServerFault> {
    let mut faults = Faults::default();
    let chooses = |name: &str| name == "PATH" || name.starts_with("LD_") || name.starts_with("DYLD_");
    for name in server.env.keys().filter(|name| chooses(&name.to_ascii_uppercase())) {
        faults.add(&["env", name], "cannot be set: it decides which program runs");
    }
    faults.0
}

#[derive(Default)]
struct Faults(Vec<ServerFault>);

impl Faults {
    fn add(&mut self, path: &[&str], detail: impl Display) {
        let path = path.iter().map(|key| (*key).to_owned()).collect();
        self.0.push(ServerFault { path, detail: detail.to_string() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(yaml: &str) -> Vec<String> {
        let server: McpServerConfig = serde_yaml::from_str(yaml).unwrap();
        check(&server).into_iter().map(|fault| fault.path.join(".")).collect()
    }

    #[test]
    fn servers_that_can_work_have_no_faults() {
        for good in [
            "{url: 'https://mcp.example.com/mcp?key=1', headers: {Authorization: 'Bearer x y', X-Team: a}, timeout_s: 600}",
            "{url: 'http://127.0.0.1:3001/', oauth: {token_url: 'https://id.example.com/token', client_id: a, client_secret: b}}",
            "{command: npx, args: [-y, pkg, ''], env: {A_1: '', PATH: /bin}, timeout_s: 1}",
        ] {
            assert_eq!(places(good), [""; 0], "{good}");
        }
    }

    #[test]
    fn each_fault_has_its_place() {
        for (bad, place) in [
            ("{}", ""),
            ("{url: 'https://a.example', command: npx}", ""),
            ("{url: 'https://a.example', args: [a]}", ""),
            ("{command: npx, headers: {A: b}}", ""),
            ("{url: a.example}", "url"),
            ("{url: 'file:///etc/passwd'}", "url"),
            ("{url: 'https://user:word@a.example'}", "url"),
            ("{url: 'https://a.example/#part'}", "url"),
            ("{url: 'https://a.example/a b'}", "url"),
            ("{url: 'https://a.example', headers: {Host: b}}", "headers.Host"),
            ("{url: 'https://a.example', headers: {Mcp-Session-Id: b}}", "headers.Mcp-Session-Id"),
            ("{url: 'https://a.example', headers: {'a b': b}}", "headers.a b"),
            ("{url: 'https://a.example', headers: {A: \"b\\r\\nc: d\"}}", "headers.A"),
            ("{url: 'https://a.example', headers: {A: b, a: b}}", "headers.a"),
            ("{command: ''}", "command"),
            ("{command: a, env: {'A=B': c}}", "env.A=B"),
            ("{command: a, env: {'1': c}}", "env.1"),
            ("{command: a, args: [a, \"b\\0\"]}", "args.1"),
            ("{command: a, timeout_s: 0}", "timeout_s"),
            ("{command: a, timeout_s: 601}", "timeout_s"),
        ] {
            assert_eq!(places(bad), [place], "{bad}");
        }
        let oauth = "{url: 'https://a.example', headers: {authorization: b}, oauth: {token_url: b, client_id: '', client_secret: ''}}";
        assert_eq!(
            places(oauth),
            ["headers.authorization", "oauth.token_url", "oauth.client_id", "oauth.client_secret"]
        );
    }
}
