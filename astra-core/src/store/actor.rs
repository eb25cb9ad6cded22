//! Who changes what, for the audit and the log of events.

use std::net::IpAddr;
use std::sync::Arc;

/// Who changes something, and by which request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// `usr_...`, `svc_...`, or a host program's name of the user.
    pub subject: String,
    /// The subject's number, should it have none yet.
    pub subject_number: i64,
    /// The sign-in or the token that was used: its id, such as `fam_...` or `tok_...`.
    pub credential: String,
    /// The address that the request came from, if it is known.
    pub address: Option<IpAddr>,
    /// The key of the event that the change causes: a request makes one.
    pub key: i64,
    /// The id of the operation, such as `agents.update`.
    pub action: String,
    /// The id of the request.
    pub request_id: Arc<str>,
    /// Now, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// What was changed.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Such as `agent`.
    pub kind: &'static str,
    /// The id that callers know.
    pub id: &'a str,
}
