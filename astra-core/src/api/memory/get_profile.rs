//! `memory.get_profile`: what is known of the caller.

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::memory::MemoryUserProfile;
use crate::http::{Caller, Json, tagged};

/// Get the caller's profile
///
/// The document holds what the caller has set by hand, and what is remembered: the memories of the tier `profile` that hold now,
/// each in the field of its attribute. What was set by hand wins. What is undone, deleted or superseded is gone from the document
/// at once.
#[utoipa::path(get, path = "/memory/profile", operation_id = "memory.get_profile",
    responses((status = 200, description = "The profile.", body = MemoryUserProfile, headers(
        ("ETag" = String, description = "The profile's state, for `If-Match`.")))))]
pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Response> {
    let rows = app.store.rows(&caller.workspace);
    let profile = rows.user_profiles().find(&caller.subject, app.now_ms()).await.map_err(Error::store)?;
    Ok(tagged(profile.revision(), Json(MemoryUserProfile::new(&caller.subject, &profile))))
}
