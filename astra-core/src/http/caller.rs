//! Who is calling, as the contract's enforcement found out.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::auth::{Identity, Role};
use crate::engine::Asker;
use crate::error::Error;

/// The verified identity of the request. Only operations that need a credential can ask for it.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Identity>);

impl Deref for Caller {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
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

    /// Whose sessions and turns the caller may see: `None` for everybody's.
    #[must_use]
    pub fn sees_only(&self) -> Option<&str> {
        if self.role >= Role::Admin { None } else { Some(&self.subject) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let identity = parts.extensions.get::<Arc<Identity>>().cloned();
        identity.map(Self).ok_or_else(|| Error::internal("a public operation has no caller"))
    }
}
