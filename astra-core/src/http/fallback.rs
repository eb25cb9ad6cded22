//! The answers to what is not in the contract: paths that no operation has, and methods of files beside it. Methods that an
//! operation's path does not have are refused by the contract's enforcement.

#[cfg(any(feature = "console", feature = "docs"))]
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

#[cfg(feature = "console")]
use super::console;
#[cfg(feature = "docs")]
use super::docs;
use crate::error::{Code, Error};

/// 404 for a path that no operation has.
pub async fn not_found() -> Error {
    Error::new(Code::NotFound, "No operation has this path; /openapi.json lists all paths.")
}

/// What `/` answers: a browser is sent to the console, all others to the reference, as far as the program has them.
#[cfg(feature = "console")]
pub async fn root(request: Request) -> Response {
    if console::is_browser(request.headers()) { console::redirect() } else { root_of_programs(request).await }
}

/// What `/` answers: the way to the reference.
#[cfg(all(feature = "docs", not(feature = "console")))]
pub async fn root(request: Request) -> Response {
    root_of_programs(request).await
}

#[cfg(feature = "docs")]
async fn root_of_programs(request: Request) -> Response {
    docs::redirect(request).await
}

#[cfg(all(feature = "console", not(feature = "docs")))]
async fn root_of_programs(_: Request) -> Response {
    not_found().await.into_response()
}

/// 405 for a file that can only be read.
pub async fn method_not_allowed() -> Response {
    let mut response = Error::new(Code::MethodNotAllowed, "This path answers GET, HEAD only.").into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
