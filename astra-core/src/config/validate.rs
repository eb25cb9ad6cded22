//! All that is wrong with a configuration, at once.

use super::Config;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key, such as `auth.jwt_secret`.
    pub key: String,
    /// What is wrong with it and how to mend it.
    pub detail: String,
}

impl Config {
    /// Everything that is wrong with this configuration, section by section; empty if it can be served.
    #[must_use]
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut refuse = |key: &str, detail: String| faults.push(Fault { key: key.to_owned(), detail });
        self.validate_names(&mut refuse);
        self.auth.validate(&mut refuse);
        if let Some(oidc) = &self.auth.oidc {
            oidc.validate(self.public_url.as_ref(), &mut refuse);
        }
        self.limits.validate(&mut refuse);
        self.chat.validate(&mut refuse);
        self.store.validate(&mut refuse);
        self.tools.validate(&mut refuse);
        self.mcp.validate(&mut refuse);
        self.memory.validate(&mut refuse);
        self.jobs.validate(&mut refuse);
        self.cron.validate(&mut refuse);
        self.webhooks.validate(&mut refuse);
        self.channels.validate(&mut refuse);
        self.traces.validate(&mut refuse);
        self.otlp.validate(&mut refuse);
        faults
    }

    /// The names under which requests come, and those of pages that may send them.
    fn validate_names(&self, refuse: &mut impl FnMut(&str, String)) {
        for host in self.allowed_hosts.iter().filter(|host| !is_host(host)) {
            refuse(
                "allowed_hosts",
                format!(
                    "{host:?} is not a host name: write astra.example.com, *.example.com or *, without scheme and port"
                ),
            );
        }
        for origin in self.allowed_origins.iter().filter(|origin| !is_origin(origin)) {
            refuse("allowed_origins", no_origin(origin));
        }
    }
}

/// Refuses keys that are zero.
pub(super) fn at_least_one(values: &[(&str, u64)], refuse: &mut impl FnMut(&str, String)) {
    for (key, _) in values.iter().filter(|(_, value)| *value == 0) {
        refuse(key, "must be at least 1".into());
    }
}

/// `*`, or a name of which the first label may be `*`.
fn is_host(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text == "*" || (name.len() <= 253 && name.split('.').all(is_label))
}

fn no_origin(text: &str) -> String {
    format!(
        "{text:?} is no origin: write scheme://host or scheme://host:port as the browser's Origin header has it, such as \
         https://app.example.com or app://obsidian.md, without a path and without the scheme's own port, or *"
    )
}

/// `*`, or scheme, host and perhaps port as a browser's `Origin` header has them (RFC 6454, 6.2): that of desktop programs
/// and extensions too, whose scheme is their own.
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return text == "*" };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
    // Only the schemes of the web write hosts small.
    let is_web = matches!(scheme, "http" | "https" | "ws" | "wss");
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_port = |port: &str| {
        let is_default = matches!((scheme, port), ("http" | "ws", "80") | ("https" | "wss", "443"));
        port.parse::<u16>().is_ok_and(|number| number.to_string() == port) && !is_default
    };
    let is_name = |host: &str| {
        host.bytes().all(|byte| {
            byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || b"-._".contains(&byte)
                || !is_web && byte.is_ascii_uppercase()
        })
    };
    let is_host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && is_name(host),
    };
    is_scheme && is_host && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_without_anything_else() {
        for (host, is_good) in [
            ("astra.example.com", true),
            ("gateway", true),
            ("*.example.com", true),
            ("*", true),
            ("", false),
            ("*.", false),
            ("*example.com", false),
            ("https://example.com", false),
            ("example.com:3000", false),
            ("a..b", false),
            ("example.com/", false),
        ] {
            assert_eq!(is_host(host), is_good, "{host:?}");
        }
    }

    #[test]
    fn bounds_are_held_and_told_by_their_keys() {
        let mut config = Config::default();
        assert_eq!(config.validate(), []);
        config.auth.access_token_ttl_s = u64::MAX;
        config.auth.refresh_token_ttl_s = 0;
        config.store.max_size_mb = Some(0);
        let keys: Vec<_> = config.validate().into_iter().map(|fault| fault.key).collect();
        assert_eq!(keys, ["auth.refresh_token_ttl_s", "auth.access_token_ttl_s", "store.max_size_mb"]);
    }
}
