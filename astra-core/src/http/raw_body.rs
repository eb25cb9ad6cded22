//! A body that the contract does not read, for operations that say so in their traits.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http_body_util::BodyExt;

use crate::error::{Code, Error};

/// The body as it comes: bounded in bytes, and in the time for which it is silent. Its media type is one that the operation
/// documents; its coding (`Content-Encoding`) is the handler's business.
#[derive(Debug)]
pub struct RawBody(pub Body);

impl RawBody {
    /// All of the body.
    ///
    /// # Errors
    /// 413 if it is longer than the operation allows; 400 if it ends early, or does not come.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.0.collect().await.map(http_body_util::Collected::to_bytes).map_err(Self::fault)
    }

    /// Why the body could not be read on, as the handler's refusal.
    #[must_use]
    pub fn fault(fault: axum::Error) -> Error {
        match fault.into_inner().downcast::<Error>() {
            Ok(error) => *error,
            Err(fault) => Error::new(Code::BadRequest, "The body ended early.").caused_by(fault),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        Ok(Self(request.into_body()))
    }
}
