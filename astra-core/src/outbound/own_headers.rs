//! Headers that no one who describes an endpoint may set, since the gateway does.

/// Headers that say how a request is framed, sent and routed.
const FRAMING: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that say what is in a request, what is taken as its answer, and which trace it is of.
const DESCRIBING: [&str; 6] =
    ["accept", "accept-encoding", "content-encoding", "content-type", "traceparent", "tracestate"];

/// Whether the header `name`, in small letters, says how a request is framed, sent and routed.
pub(super) fn is_framing(name: &str) -> bool {
    FRAMING.contains(&name)
}

/// Whether the gateway itself says what the header `name`, in small letters, is.
pub(crate) fn is_own_header(name: &str) -> bool {
    is_framing(name) || DESCRIBING.contains(&name)
}
