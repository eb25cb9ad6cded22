//! Headers that no one who describes an endpoint may set, since the gateway does.

/// Headers that say how a request is framed, sent and routed, or what is in it, in small letters.
const OWN_HEADERS: [&str; 19] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether the gateway itself says what the header `name`, in small letters, is.
pub(crate) fn is_own_header(name: &str) -> bool {
    OWN_HEADERS.contains(&name)
}
