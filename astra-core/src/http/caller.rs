//! Who is calling, as the contract's enforcement found out.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::contract::{Operation, permit};
use super::idempotency::once;
use super::record::{Record, RequestId};
use crate::app::App;
use crate::auth::{self, By, Identity, Role, access};
use crate::engine::TurnCaller;
use crate::error::Error;
use crate::store::{Actor, OnceKey, Rows, VisibleTo};

/// The verified identity of the request. Only operations that need a credential can ask for it.
#[derive(Clone)]
pub struct Caller {
    identity: Arc<Identity>,
    operation: Arc<Operation>,
    request_id: Arc<str>,
    address: Option<IpAddr>,
    /// The operation that is asked for within `operation`, if it is another one.
    within: Option<&'static str>,
}

impl Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

impl Caller {
    /// The caller as one who asks agents.
    #[must_use]
    pub fn caller(&self) -> TurnCaller {
        let user_id: Arc<str> = Arc::from(self.subject.as_str());
        TurnCaller {
            workspace: self.workspace.clone(),
            user_id: Arc::clone(&user_id),
            credential: self.credential().to_owned(),
            visible_to: self.sees_as(|| user_id),
            request_id: Arc::clone(&self.request_id),
        }
    }

    /// The caller of the operation `operation_id`, which is asked for within this one, such as in a frame.
    ///
    /// # Errors
    /// 403 if the credential is not good for it.
    pub fn within(&self, app: &App, operation_id: &'static str) -> Result<Self, Error> {
        let access = access::access(operation_id);
        permit(app, &self.identity, access.ok_or_else(|| Error::internal("there is no such operation"))?)?;
        Ok(Self { within: Some(operation_id), ..self.clone() })
    }

    fn operation_id(&self) -> &str {
        self.within.unwrap_or(&self.operation.id)
    }

    /// The rows of the caller's workspace, for a change: what the operation changes is on record as the caller's.
    #[must_use]
    pub fn rows(&self, app: &App) -> Rows {
        app.store.rows(&self.workspace).changed_by(Actor {
            subject: self.subject.clone(),
            subject_number: app.ids.key(),
            credential: self.credential_id().to_owned(),
            address: self.address,
            key: app.ids.key(),
            action: self.operation_id().to_owned(),
            request_id: Arc::clone(&self.request_id),
            at_ms: app.now_ms(),
        })
    }

    /// The key with which the caller makes `content` take effect once, where the operation takes it in a frame.
    #[must_use]
    pub fn once(&self, key: String, content: &[u8]) -> OnceKey {
        once(&self.identity, key, &[self.operation_id().as_bytes(), content])
    }

    /// The request that the caller sent, as in `X-Request-ID`.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Whose sessions and turns the caller may see: admins and owners see those of all.
    #[must_use]
    pub fn sees(&self) -> VisibleTo {
        self.sees_as(|| Arc::from(self.subject.as_str()))
    }

    /// As [`Self::sees`], with the caller's own id.
    fn sees_as(&self, own: impl FnOnce() -> Arc<str>) -> VisibleTo {
        if self.role >= Role::Admin { VisibleTo::All } else { VisibleTo::Only(own()) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let identity = parts.extensions.get::<Arc<Identity>>().cloned();
        let identity = identity.ok_or_else(|| Error::internal("a public operation has no caller"))?;
        let operation = parts.extensions.get::<Arc<Operation>>().cloned();
        let operation = operation.ok_or_else(|| Error::internal("a request without an operation has no caller"))?;
        let RequestId(request_id) = RequestId::from_request_parts(parts, state).await?;
        let address = Record::address_of(&parts.extensions);
        Ok(Self { identity, operation, request_id, address, within: None })
    }
}

impl<'a> From<&'a Caller> for By<'a> {
    fn from(caller: &'a Caller) -> Self {
        let (operation, id, address) = (caller.operation_id(), &caller.request_id, caller.address);
        By::request(&caller.identity, auth::Request { operation, id, address })
    }
}
