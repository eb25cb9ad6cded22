//! The URL under which clients reach the gateway, through whatever proxy stands before it.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An absolute `http` or `https` URL without user, query and fragment, such as `https://example.com/astra`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    host: String,
}

impl PublicUrl {
    /// The URL as it was written, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its host in lower case, without port; an IPv6 address has its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| {
            format!("{text:?} {what}: write the whole URL that clients use, such as https://astra.example.com")
        };
        if text.contains(['?', '#']) {
            return Err(wrong("has a query or a fragment"));
        }
        let uri: Uri = text.parse().map_err(|_| wrong("is not a URL"))?;
        let is_http = uri.scheme_str().is_some_and(|scheme| matches!(scheme, "http" | "https"));
        let Some(authority) = uri.authority().filter(|authority| is_http && !authority.host().is_empty()) else {
            return Err(wrong("is not an absolute http or https URL"));
        };
        if authority.as_str().contains('@') {
            return Err(wrong("has a user name"));
        }
        // What `http` cannot read as a port it takes for none.
        let port = authority.as_str().get(authority.host().len()..).unwrap_or_default();
        if !port.is_empty() && port.strip_prefix(':').is_none_or(|port| port.parse::<u16>().is_err()) {
            return Err(wrong("has no good port"));
        }
        Ok(Self { text: text.trim_end_matches('/').to_owned(), host: authority.host().to_ascii_lowercase() })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Serialize for PublicUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_urls_are_taken_and_others_refused() {
        for (text, kept, host) in [
            ("https://astra.example.com", "https://astra.example.com", "astra.example.com"),
            ("https://Example.COM:8443/astra/", "https://Example.COM:8443/astra", "example.com"),
            ("http://[::1]:3000/", "http://[::1]:3000", "[::1]"),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!((url.as_str(), url.host()), (kept, host));
        }
        for wrong in [
            "",
            "astra.example.com",
            "/astra",
            "ftp://example.com",
            "https://",
            "https://:3000",
            "https://ada@example.com",
            "https://example.com/?a=b",
            "https://example.com/#top",
            "https://example.com:99999",
            "https://exa mple.com",
        ] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }
}
