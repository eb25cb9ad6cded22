//! What is known of a user, as callers read it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder};

use crate::clock::rfc3339;
use crate::ids::MemoryId;
use crate::store::{ProfileFact, UserProfile};

/// Most fields of a document.
const FIELDS_MAX: usize = 1_000;

/// What is known of a user.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryUserProfile {
    /// The user: the caller.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    user_id: String,
    /// What was set by hand, and what is remembered.
    #[schema(schema_with = document_schema)]
    document: Map<String, Value>,
    /// Where the fields that are remembered come from.
    #[schema(max_items = 200)]
    facts: Vec<MemoryProfileFact>,
    /// Grows with each change.
    #[schema(minimum = 0, example = 3)]
    version: u32,
    /// The time of the last change; null if there was none.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    updated_at: Option<String>,
}

/// A field of a profile that is remembered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemoryProfileFact {
    /// The field of the document.
    #[schema(example = "favourite_colour")]
    field: String,
    /// The memory that says it.
    #[schema(value_type = String, example = "mem_06a1b2c3d4e5q")]
    memory_id: MemoryId,
    /// How sure it is.
    #[schema(minimum = 0, maximum = 1, example = 0.9)]
    confidence: f64,
    /// Since when it holds.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    valid_from: String,
}

/// The schema of a document: any fields.
pub fn document_schema() -> Object {
    ObjectBuilder::new()
        .max_properties(Some(FIELDS_MAX))
        .additional_properties(Some(AdditionalProperties::FreeForm(true)))
        .description(Some("The document, by field."))
        .examples([json!({"name": "Ana", "favourite_colour": "green"})])
        .build()
}

impl MemoryUserProfile {
    /// The profile of a user, as callers see it.
    #[must_use]
    pub fn new(user_id: &str, profile: &UserProfile) -> Self {
        let fact = |fact: &ProfileFact| MemoryProfileFact {
            field: fact.field.clone(),
            memory_id: fact.memory_id,
            confidence: fact.confidence,
            valid_from: rfc3339(fact.valid_from_ms),
        };
        Self {
            user_id: user_id.to_owned(),
            document: profile.known.document(),
            facts: profile.known.shown().map(fact).collect(),
            version: profile.version,
            updated_at: (profile.updated_at_ms > 0).then(|| rfc3339(profile.updated_at_ms)),
        }
    }
}
