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

/// Secrets that stand in tutorials; a gateway that trusts one of them has no protection.
const SAMPLE_SECRETS: [&str; 10] =
    ["changeme", "replaceme", "your256bit", "secret", "password", "example", "default", "insecure", "super", "key"];
const SECRET_BYTES_MIN: usize = 32;
const SETUP_CODE_BYTES: std::ops::RangeInclusive<usize> = 16..=256;
/// What was stolen should not be good for long after it was used.
const REFRESH_GRACE_MAX_S: u64 = 300;
/// A smaller context holds no conversation.
const CONTEXT_TOKENS_MIN: u32 = 256;
/// What lives longer lives for ever, and has an expiry that cannot be written any more.
const TEN_YEARS_S: u64 = 10 * 365 * 24 * 3600;

impl Config {
    /// Everything that is wrong with this configuration; empty if it can be served.
    #[must_use]
    pub fn validate(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut refuse = |key: &str, detail: String| faults.push(Fault { key: key.to_owned(), detail });
        self.validate_access(&mut refuse);
        let at_least_one = [
            ("limits.body_bytes", self.limits.body_bytes as u64),
            ("limits.token_requests_per_s", self.limits.token_requests_per_s.into()),
            ("limits.address_requests_per_s", self.limits.address_requests_per_s.into()),
            ("limits.auth_address_requests_per_min", self.limits.auth_address_requests_per_min.into()),
            ("limits.auth_account_attempts_per_min", self.limits.auth_account_attempts_per_min.into()),
            ("limits.auth_account_failures_per_min", self.limits.auth_account_failures_per_min.into()),
            ("limits.turns_per_token", self.limits.turns_per_token.into()),
            ("limits.turns_per_workspace", self.limits.turns_per_workspace.into()),
            ("limits.turns", self.limits.turns.into()),
            ("limits.streams_per_token", self.limits.streams_per_token.into()),
            ("limits.session_bytes", self.limits.session_bytes),
            ("limits.workspace_bytes", self.limits.workspace_bytes.unwrap_or(1)),
            ("limits.connections", self.limits.connections.into()),
            ("limits.connections_per_address", self.limits.connections_per_address.into()),
            ("auth.access_token_ttl_s", self.auth.access_token_ttl_s),
            ("auth.refresh_token_ttl_s", self.auth.refresh_token_ttl_s),
            ("auth.sign_in_ttl_s", self.auth.sign_in_ttl_s),
            ("chat.turn_timeout_s", self.chat.turn_timeout_s),
            ("chat.event_flush_ms", self.chat.event_flush_ms),
            ("store.max_size_mb", self.store.max_size_mb.unwrap_or(1).into()),
            ("store.audit_days", self.store.audit_days.into()),
            ("store.readers", self.store.readers as u64),
            ("store.connections", self.store.connections as u64),
            ("store.wait_timeout_ms", self.store.wait_timeout_ms),
        ];
        for (key, value) in at_least_one {
            if value == 0 {
                refuse(key, "must be at least 1".into());
            }
        }
        let at_most_ten_years = [
            ("auth.access_token_ttl_s", self.auth.access_token_ttl_s),
            ("auth.refresh_token_ttl_s", self.auth.refresh_token_ttl_s),
            ("auth.sign_in_ttl_s", self.auth.sign_in_ttl_s),
        ];
        for (key, value) in at_most_ten_years {
            if value > TEN_YEARS_S {
                refuse(key, format!("must be at most {TEN_YEARS_S}, which is ten years"));
            }
        }
        if self.chat.unknown_context_tokens < CONTEXT_TOKENS_MIN {
            refuse("chat.unknown_context_tokens", format!("must be at least {CONTEXT_TOKENS_MIN}"));
        }
        if !(10..=95).contains(&self.chat.compact_at_percent) {
            refuse("chat.compact_at_percent", "must lie between 10 and 95".into());
        }
        if !(1..=90).contains(&self.store.outbox_days) {
            refuse("store.outbox_days", "must lie between 1 and 90".into());
        }
        self.jobs.validate(&mut refuse);
        faults
    }

    /// Who may come in, by which names and codes.
    fn validate_access(&self, refuse: &mut impl FnMut(&str, String)) {
        for (key, secret) in
            [("auth.jwt_secret", &self.auth.jwt_secret), ("auth.jwt_secret_prev", &self.auth.jwt_secret_prev)]
        {
            let Some(secret) = secret else { continue };
            if let Some(detail) = weakness(secret.expose()) {
                refuse(key, detail);
            }
        }
        if self.auth.jwt_secret_prev.is_some() && self.auth.jwt_secret.is_none() {
            refuse("auth.jwt_secret_prev", "needs auth.jwt_secret beside it".into());
        }
        if self.auth.refresh_grace_s > REFRESH_GRACE_MAX_S {
            refuse("auth.refresh_grace_s", format!("must be at most {REFRESH_GRACE_MAX_S}"));
        }
        if let Some(detail) = self.auth.setup_code.as_ref().and_then(|code| setup_code_fault(code.expose())) {
            refuse("auth.setup_code", detail);
        }
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

fn setup_code_fault(code: &str) -> Option<String> {
    if !SETUP_CODE_BYTES.contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
        let (least, most) = (SETUP_CODE_BYTES.start(), SETUP_CODE_BYTES.end());
        return Some(format!(
            "must have {least} to {most} printable characters without spaces: openssl rand -hex 16 makes one"
        ));
    }
    is_repetition(code.as_bytes()).then(|| "is a repetition: openssl rand -hex 16 makes a good one".into())
}

fn weakness(secret: &str) -> Option<String> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric().then(|| char::from(byte.to_ascii_lowercase()));
    let mut rest: String = secret.as_bytes().iter().filter_map(plain).collect();
    for sample in SAMPLE_SECRETS {
        rest = rest.replace(sample, "");
    }
    if secret.len() < SECRET_BYTES_MIN {
        Some(format!(
            "has {} bytes; HS256 needs at least {SECRET_BYTES_MIN}: openssl rand -base64 32 makes one",
            secret.len()
        ))
    } else if rest.len() < 8 || is_repetition(secret.as_bytes()) {
        Some("is a sample or a repetition, which can be guessed: openssl rand -base64 32 makes a good one".into())
    } else {
        None
    }
}

/// Whether the secret is a shorter one, over and over.
fn is_repetition(secret: &[u8]) -> bool {
    (1..=secret.len() / 2).any(|length| secret.iter().zip(&secret[length..]).all(|(one, next)| one == next))
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
        assert_eq!(keys, ["auth.refresh_token_ttl_s", "store.max_size_mb", "auth.access_token_ttl_s"]);
    }

    #[test]
    fn samples_and_repetitions_are_weak_and_random_text_is_not() {
        for weak in [
            "short",
            "change-me-change-me-change-me-change-me",
            "your-256-bit-secret-your-256-bit-secret",
            "supersecretkeysupersecretkey_supersecretkey",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "0123456789abcdef0123456789abcdef",
            "--------------------------------0",
        ] {
            assert!(weakness(weak).is_some(), "{weak}");
        }
        for good in ["QJ1rN0S8m6U5o0l7j3xv8TqzM1cYw2Zr4aB9dEfGhIk=", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c"]
        {
            assert_eq!(weakness(good), None, "{good}");
        }
    }
}
