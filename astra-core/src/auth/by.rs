//! Who asks the authority to change something, and by which request, if a request does.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use super::authority::Authority;
use super::identity::Identity;
use crate::store::{Actor, Rows};

/// An identity, with the operation that it calls.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    identity: &'a Identity,
    request: Option<Request<'a>>,
}

/// The operation that is called, and the id of the request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Such as `auth.rotate_token`.
    pub operation: &'a str,
    /// `req_...`, or the caller's own.
    pub id: &'a Arc<str>,
    /// Where it came from, if that is known.
    pub address: Option<IpAddr>,
}

impl<'a> By<'a> {
    /// `identity`, by a request.
    #[must_use]
    pub const fn request(identity: &'a Identity, request: Request<'a>) -> Self {
        Self { identity, request: Some(request) }
    }
}

impl<'a> From<&'a Identity> for By<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self { identity, request: None }
    }
}

impl Deref for By<'_> {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        self.identity
    }
}

impl Authority {
    /// The rows of the caller's workspace, changed by the caller.
    pub(super) fn rows(&self, by: By<'_>) -> Rows {
        let rows = self.store().rows(&by.workspace);
        let Some(request) = by.request else { return rows };
        rows.changed_by(Actor {
            subject: by.subject.clone(),
            subject_number: self.key(),
            credential: by.credential_id().to_owned(),
            address: request.address,
            key: self.key(),
            action: request.operation.to_owned(),
            request_id: Arc::clone(request.id),
            at_ms: self.now_ms(),
        })
    }
}
