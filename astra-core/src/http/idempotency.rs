//! `Idempotency-Key`: a request that is sent twice takes effect once.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, Uri};
use sha2::{Digest, Sha256};

use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Identity;
use crate::error::Error;
use crate::store::OnceKey;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The request's key with the hash of what it asks, for the store; `None` if it has no key. Operations that document the
/// header `Idempotency-Key` take it.
#[derive(Debug, Clone)]
pub struct Idempotency(pub Option<OnceKey>);

/// The header, for the documentation of operations that take it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// Makes the request take effect once: a second one of the same caller with the same key and the same content within
    /// 24 hours gets the first one's answer; with another content it is refused. A turn that was interrupted has no
    /// answer: its key begins another turn.
    #[serde(rename = "Idempotency-Key")]
    #[param(min_length = 1, max_length = 255, pattern = "^[!-~]+$", example = "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    #[expect(dead_code, reason = "read from the request by `Idempotency`, together with the body")]
    idempotency_key: Option<String>,
}

/// The key of a request to `operation`, if it has one; each caller has keys of its own. The hash covers the operation, path
/// and query, and the body. Scheme and host stay out of it: HTTP/1.1 and HTTP/2 write them in different places.
pub(super) fn once_key(
    operation: &str,
    caller: &Identity,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<OnceKey> {
    let key = headers.get(IDEMPOTENCY_KEY)?.to_str().ok()?;
    let url = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    Some(once(caller, key.to_owned(), &[operation.as_bytes(), url.as_bytes(), body]))
}

/// The key `key` of `caller` for what `parts` say together.
pub(super) fn once(caller: &Identity, key: String, parts: &[&[u8]]) -> OnceKey {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let request_hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    OnceKey { caller: caller.subject.clone(), key, request_hash }
}

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(Self(parts.extensions.get::<OnceKey>().cloned()))
    }
}
