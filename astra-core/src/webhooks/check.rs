//! What is wrong with the description of a webhook.

use std::collections::BTreeSet;

use http::{HeaderName, HeaderValue};

use super::headers::HeaderSecrets;
use crate::outbound::{GuardedClient, is_own_header};
use crate::store::events::{CATALOGUE, EventAudience};
use crate::store::{EventName, WebhookSettings};

/// Most headers of a webhook.
pub(super) const HEADERS_MAX: usize = 32;
/// Longest value of a header, in bytes.
const HEADER_BYTES_MAX: usize = 16 << 10;

/// Something that is wrong with the description of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFault {
    /// A JSON Pointer into the description.
    pub pointer: String,
    /// What is wrong, without a header's value.
    pub detail: String,
}

impl WebhookFault {
    fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// All that is wrong with `settings` and `headers`. `guard` says where URLs may lead.
#[must_use]
pub fn check(settings: &WebhookSettings, headers: &HeaderSecrets, guard: &GuardedClient) -> Vec<WebhookFault> {
    let url = url_fault(&settings.url, guard).map(|detail| WebhookFault::new("/url", detail));
    let events = (0..).zip(&settings.events).filter_map(|(place, name)| event_fault(place, name));
    url.into_iter().chain(events).chain(header_faults(headers)).collect()
}

fn url_fault(url: &str, guard: &GuardedClient) -> Option<String> {
    // The parser of URLs leaves some of them out, and what is kept would not be what was written.
    if url.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
        return Some("must not have spaces or control characters".to_owned());
    }
    if url.contains('#') {
        return Some("must not have a fragment (#)".to_owned());
    }
    guard.check(url).err().map(|refusal| refusal.to_string())
}

fn event_fault(place: usize, EventName(name): &EventName) -> Option<WebhookFault> {
    let is_known = |known: &str| known == name;
    match CATALOGUE.iter().find(|known| is_known(known.name)).map(|known| known.audience) {
        Some(EventAudience::All) => None,
        Some(EventAudience::Streams) => {
            let detail = format!("webhooks get no {name}: such events are many, and go to streams alone");
            Some(WebhookFault::new(format!("/events/{place}"), detail))
        }
        None => Some(WebhookFault::new(format!("/events/{place}"), "is no event: webhooks.list_events has all")),
    }
}

fn header_faults(headers: &HeaderSecrets) -> Vec<WebhookFault> {
    if headers.len() > HEADERS_MAX {
        return vec![WebhookFault::new("/headers", format!("has more than {HEADERS_MAX} headers"))];
    }
    let mut seen = BTreeSet::new();
    let fault = |(name, value): (&String, &super::headers::HeaderSecret)| {
        let small = name.to_ascii_lowercase();
        // A header of another alphabet than ASCII is read differently by each server.
        let is_good = value.expose().is_ascii() && HeaderValue::from_str(value.expose()).is_ok();
        let detail = if HeaderName::from_bytes(name.as_bytes()).is_err() {
            "is no name of a header"
        } else if is_own_header(&small) || small == "user-agent" || small.starts_with("webhook-") {
            "cannot be set: the gateway sets it, or it says how a request is sent"
        } else if !seen.insert(small) {
            "is there twice: upper and lower case make no difference"
        } else if value.expose().len() > HEADER_BYTES_MAX {
            "has more than 16 KiB"
        } else if !is_good {
            "has a value that no header can have: use printable characters of ASCII"
        } else {
            return None;
        };
        Some(WebhookFault::new(format!("/headers/{}", name.replace('~', "~0").replace('/', "~1")), detail))
    };
    headers.iter().filter_map(fault).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::OutboundConfig;

    fn places(change: &Value, headers: &Value) -> Vec<String> {
        let mut settings = json!({"url": "https://hooks.example/a"});
        settings.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let settings = serde_json::from_value(settings).unwrap();
        let headers = serde_json::from_value(headers.clone()).unwrap();
        let guard = GuardedClient::new(&OutboundConfig::default());
        check(&settings, &headers, &guard).into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn what_can_work_has_no_faults() {
        let headers = json!({"Authorization": "Bearer x y", "X-Team": ""});
        let change = json!({"events": ["agent.updated", "webhook.disabled"], "url": "https://hooks.example/a?b=c"});
        assert_eq!(places(&change, &headers), [""; 0]);
    }

    #[test]
    fn each_fault_has_its_place() {
        for url in ["x", "ftp://a.example", "https://u:p@a.example", "https://a.example/#b", "https://a.example/a b"] {
            assert_eq!(places(&json!({"url": url}), &json!({})), ["/url"], "{url}");
        }
        assert_eq!(places(&json!({"url": "https://a.example\r\nHost: b"}), &json!({})), ["/url"]);
        let events = json!({"events": ["agent.updated", "agent.deleted", "turn.started"]});
        assert_eq!(places(&events, &json!({})), ["/events/1", "/events/2"]);
        for (name, value) in [
            ("webhook-id", "a"),
            ("Content-Type", "a"),
            ("host", "a"),
            ("a b", "a"),
            ("X-A/B", "a\r\nb: c"),
            ("X-C", "\u{e9}"),
            ("X-D", &"a".repeat(HEADER_BYTES_MAX + 1)),
        ] {
            let pointer = format!("/headers/{}", name.replace('/', "~1"));
            assert_eq!(places(&json!({}), &json!({name: value})), [pointer], "{name}");
        }
        assert_eq!(places(&json!({}), &json!({"X-A": "1", "x-a": "2"})), ["/headers/x-a"]);
        let many: Value = (0..=HEADERS_MAX).map(|number| (format!("X-{number}"), json!("a"))).collect();
        assert_eq!(places(&json!({}), &many), ["/headers"]);
    }
}
