//! JSON in and out.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::contract::BodyValue;
use crate::error::Error;

/// As large as most answers are.
const BODY_BYTES: usize = 1024;

/// As an argument: the request's body, which the contract has read and held against the operation's schema; a form counts,
/// where the operation takes one. As an answer: `application/json`.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Json<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let BodyValue(value) = parts
            .extensions
            .remove::<BodyValue>()
            .ok_or_else(|| Error::internal("the operation documents no body of JSON, but its handler takes one"))?;
        serde_json::from_value(value).map(Self).map_err(|fault| Error::field("", fault.to_string()))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::with_capacity(BODY_BYTES);
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => {
                let mut response = Response::new(Body::from(body));
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
            Err(fault) => Error::internal(fault).into_response(),
        }
    }
}
