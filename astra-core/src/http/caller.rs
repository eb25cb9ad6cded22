//! Who is calling, as the contract's enforcement found out.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::auth::Identity;
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

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let identity = parts.extensions.get::<Arc<Identity>>().cloned();
        identity.map(Self).ok_or_else(|| Error::internal("a public operation has no caller"))
    }
}
