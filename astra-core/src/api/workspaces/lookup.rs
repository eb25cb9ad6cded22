//! The workspace that a path names, and answers with a secret in them.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use crate::error::{Error, Result};
use crate::http::Caller;

/// Makes sure that `workspace_id` is that of the caller's token: to the caller there is no other one.
///
/// # Errors
/// 404 if it is another one, or none at all.
pub fn own(caller: &Caller, workspace_id: &str) -> Result<()> {
    if workspace_id == caller.workspace.as_str() { Ok(()) } else { Err(missing()) }
}

/// 404 of a workspace.
pub fn missing() -> Error {
    Error::not_found("workspace")
}

/// `body` with the header that forbids caches to keep it, since it has a secret in it.
pub fn secret(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
