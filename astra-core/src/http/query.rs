//! The parameters of a request's query.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Error;

/// The query as the contract has read it: each value of the type that its schema names.
#[derive(Debug, Clone, Default)]
pub(super) struct QueryValues(pub Map<String, Value>);

/// The query as a `T` whose absent fields have defaults. Several may be taken from one request, each with its fields.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let values = parts.extensions.get::<QueryValues>().map(|values| values.0.clone()).unwrap_or_default();
        serde_json::from_value(Value::Object(values))
            .map(Self)
            .map_err(|fault| Error::field("query", fault.to_string()))
    }
}
