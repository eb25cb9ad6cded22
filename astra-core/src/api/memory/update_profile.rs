//! `memory.update_profile`: the caller says what is to be known of it.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::memory::{MemoryUserProfile, document_schema};
use crate::http::{Caller, IfMatch, IfMatchHeader, Json, tagged};
use crate::store::{self, PROFILE_BYTES_MAX, Refusal, merge_patch};

/// The changes of the document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMemoryUserProfile {
    /// A merge patch of the document: fields that are left out stay, and null removes one.
    #[serde(default)]
    #[schema(schema_with = document_schema)]
    document: Map<String, Value>,
}

/// Update the caller's profile
///
/// JSON Merge Patch (RFC 7396). A field that is set here wins over what is remembered, now and later. A field that is set to null
/// is removed, and stays away if a memory has it, until it is set again. Objects are merged field by field; lists and everything
/// else are replaced as a whole. What is set by hand has at most 16 KiB as JSON.
#[utoipa::path(patch, path = "/memory/profile", operation_id = "memory.update_profile", params(IfMatchHeader),
    request_body(content = UpdateMemoryUserProfile, description = "What to change.",
        example = json!({"document": {"name": "Ana", "favourite_colour": null}})),
    responses((status = 200, description = "The profile.", body = MemoryUserProfile, headers(
        ("ETag" = String, description = "The profile's state, for `If-Match`.")))))]
pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    IfMatch(precondition): IfMatch,
    Json(UpdateMemoryUserProfile { document: patch }): Json<UpdateMemoryUserProfile>,
) -> Result<Response> {
    let rows = caller.rows(&app);
    let patch = Value::Object(patch);
    let change = move |document: &mut Map<String, Value>| {
        let mut changed = Value::Object(std::mem::take(document));
        merge_patch(&mut changed, &patch);
        if let Value::Object(changed) = changed {
            *document = changed;
        }
    };
    let updated = rows.user_profiles().update(&caller.subject, app.ids.key(), change, precondition, app.now_ms()).await;
    let profile = updated.map_err(|fault| match fault {
        store::Error::Refused(Refusal::ProfileTooLarge) => Error::field(
            "/document",
            format!("what is set by hand would have more than {PROFILE_BYTES_MAX} bytes as JSON"),
        ),
        fault => Error::store(fault),
    })?;
    Ok(tagged(profile.revision(), Json(MemoryUserProfile::new(&caller.subject, &profile))))
}
