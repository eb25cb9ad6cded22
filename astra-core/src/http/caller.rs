//! Who is calling, as the contract's enforcement found out.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::contract::Operation;
use super::trace::RequestId;
use crate::app::App;
use crate::auth::{self, By, Identity, Role};
use crate::engine::Asker;
use crate::error::Error;
use crate::store::{Actor, Scoped};

/// The verified identity of the request. Only operations that need a credential can ask for it.
#[derive(Clone)]
pub struct Caller {
    identity: Arc<Identity>,
    operation: Arc<Operation>,
    request_id: Arc<str>,
}

impl Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

impl Caller {
    /// The caller as one who asks agents. Admins and owners see the sessions of all.
    #[must_use]
    pub fn asker(&self) -> Asker {
        Asker {
            workspace: self.workspace.clone(),
            user_id: self.subject.clone(),
            credential: self.credential().to_owned(),
            sees_all: self.role >= Role::Admin,
        }
    }

    /// The rows of the caller's workspace, for a change: what the operation changes is on record as the caller's.
    #[must_use]
    pub fn rows(&self, app: &App) -> Scoped {
        app.store.scoped(&self.workspace).changed_by(Actor {
            subject: self.subject.clone(),
            subject_number: app.ids.key(),
            key: app.ids.key(),
            action: self.operation.id.clone(),
            request_id: Arc::clone(&self.request_id),
            at_ms: app.now_ms(),
        })
    }

    /// Whose sessions and turns the caller may see: `None` for everybody's.
    #[must_use]
    pub fn sees_only(&self) -> Option<&str> {
        if self.role >= Role::Admin { None } else { Some(&self.subject) }
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
        Ok(Self { identity, operation, request_id })
    }
}

impl<'a> From<&'a Caller> for By<'a> {
    fn from(caller: &'a Caller) -> Self {
        By::request(&caller.identity, auth::Request { operation: &caller.operation.id, id: &caller.request_id })
    }
}
