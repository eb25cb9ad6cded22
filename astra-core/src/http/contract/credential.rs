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
/// 401 if the request has several credentials that differ.
pub(super) fn with_bearer<'a>(operation: &Operation, headers: &'a HeaderMap) -> Result<Cow<'a, HeaderMap>, Error> {
    if operation.traits.refusals == Refusals::OpenAi {
        return openai::bearer(headers);
    }
    if operation.traits.credential != CredentialPlace::Subprotocol {
        return Ok(Cow::Borrowed(headers));
    }
    let mut tokens = protocols(headers).filter_map(|protocol| protocol.strip_prefix(PREFIX));
    let Some(token) = tokens.next() else { return Ok(Cow::Borrowed(headers)) };
    if tokens.next().is_some() || headers.contains_key(AUTHORIZATION) {
        let message = "The request has several credentials: send one, in Authorization or as a subprotocol.";
        return Err(Error::new(Code::Unauthorized, message));
    }
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(Error::internal)?;
    value.set_sensitive(true);
    let mut headers = headers.clone();
    headers.insert(AUTHORIZATION, value);
    Ok(Cow::Owned(headers))
}

/// Takes the subprotocols that are tokens away, so that a handler cannot choose one and send it back.
pub(super) fn hide_subprotocol(operation: &Operation, headers: &mut HeaderMap) {
    if operation.traits.credential != CredentialPlace::Subprotocol || !headers.contains_key(SEC_WEBSOCKET_PROTOCOL) {
        return;
    }
    let others: Vec<&str> = protocols(headers).filter(|protocol| !protocol.starts_with(PREFIX)).collect();
    match HeaderValue::try_from(others.join(", ")) {
        Ok(others) if !others.is_empty() => drop(headers.insert(SEC_WEBSOCKET_PROTOCOL, others)),
        _ => drop(headers.remove(SEC_WEBSOCKET_PROTOCOL)),
    }
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
