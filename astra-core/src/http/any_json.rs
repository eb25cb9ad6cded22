//! Any JSON value, as a part of an answer.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType};
use utoipa::{PartialSchema, ToSchema};

/// Any JSON value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnyJson(pub Value);

impl PartialSchema for AnyJson {
    fn schema() -> RefOr<Schema> {
        // A choice of all types would refer to itself, which makes types that generators cannot write down.
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("Any JSON value.")).into()
    }
}

impl ToSchema for AnyJson {}
