//! The answers to what is not in the contract: paths that no operation has, and methods of files beside it. Methods that an
//! operation's path does not have are refused by the contract's enforcement.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use crate::error::{Code, Error};

/// 404 for a path that no operation has.
pub async fn not_found() -> Error {
    Error::new(Code::NotFound, "No operation has this path; /openapi.json lists all paths.")
}

/// 405 for a file that can only be read.
pub async fn method_not_allowed() -> Response {
    let mut response = Error::new(Code::MethodNotAllowed, "This path answers GET, HEAD only.").into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
