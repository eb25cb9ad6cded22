//! The credential of a request as the authenticator reads it: in `Authorization`, wherever it came.

use std::borrow::Cow;

use http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderMap, HeaderValue, Method};

use super::operation::{Operation, PathContract};
use super::traits::{CredentialPlace, Refusals};
use crate::error::{Code, Error};
use crate::http::openai;

/// Begins the subprotocol that is a token. No token has a comma or a space in it.
const PREFIX: &str = "bearer.";

/// The headers with the credential in `Authorization`.
///
/// # Errors
/// 401 if the request has several keys that differ.
pub(super) fn with_bearer<'a>(operation: &Operation, headers: &'a HeaderMap) -> Result<Cow<'a, HeaderMap>, Error> {
    if operation.traits.refusals == Refusals::OpenAi { openai::bearer(headers) } else { Ok(Cow::Borrowed(headers)) }
}

/// Puts a token that came as a subprotocol into `Authorization`, and takes it away where it was: a handler cannot choose it
/// and send it back. Answers the subprotocol.
///
/// The outcome is 401 if the request has several credentials; it has one in `Authorization` then.
pub(super) fn take_subprotocol(
    operation: &Operation,
    headers: &mut HeaderMap,
) -> (Option<HeaderValue>, Result<(), Error>) {
    if operation.traits.credential != CredentialPlace::Subprotocol || !headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
        return (None, Ok(()));
    }
    let (tokens, others): (Vec<&str>, Vec<&str>) = protocols(headers).partition(|name| name.starts_with(PREFIX));
    let first = tokens.first().copied();
    let sensitive = |text: String| {
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        Some(value)
    };
    let token = first.and_then(|name| sensitive(name.to_owned()));
    let bearer = first.and_then(|name| sensitive(format!("Bearer {}", name.strip_prefix(PREFIX)?)));
    let is_one = tokens.len() <= 1 && (tokens.is_empty() || !headers.contains_key(AUTHORIZATION));
    match HeaderValue::try_from(others.join(", ")) {
        Ok(others) if !others.is_empty() => drop(headers.insert(SEC_WEBSOCKET_PROTOCOL, others)),
        _ => drop(headers.remove(SEC_WEBSOCKET_PROTOCOL)),
    }
    bearer.and_then(|bearer| headers.insert(AUTHORIZATION, bearer));
    let message = "The request has several credentials: send one, in Authorization or as a subprotocol.";
    (token, if is_one { Ok(()) } else { Err(Error::new(Code::Unauthorized, message)) })
}

/// Whether the request to `path` has a credential, good or not.
pub(in crate::http) fn is_sent(
    path: Option<&PathContract>,
    refusals: Refusals,
    method: &Method,
    headers: &HeaderMap,
) -> bool {
    let is_subprotocol = || {
        let operation = path.and_then(|path| path.operation(method));
        operation.is_some_and(|operation| operation.traits.credential == CredentialPlace::Subprotocol)
            && protocols(headers).any(|protocol| protocol.starts_with(PREFIX))
    };
    headers.contains_key(AUTHORIZATION) || refusals == Refusals::OpenAi && openai::has_key(headers) || is_subprotocol()
}

fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}
