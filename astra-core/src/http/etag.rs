//! Entity tags: which state of a resource a client has seen.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::Error;
use crate::store::{Precondition, Revision};

/// The strong tag of a resource at `revision`: `"<version>-<time in hexadecimal>"`.
#[must_use]
pub fn etag(revision: Revision) -> String {
    format!("\"{}-{:x}\"", revision.version, revision.updated_at_ms)
}

/// `answer` with the tag of the resource that it shows.
pub fn tagged(revision: Revision, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    if let Ok(tag) = HeaderValue::try_from(etag(revision)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// The header, for the documentation of operations that take it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// The `ETag` of the version to be changed. If the resource has another version by now, nothing is changed and the
    /// answer is 412. Without the header the present version is changed.
    #[serde(rename = "If-Match")]
    #[param(min_length = 1, max_length = 512, pattern = "^[ -~]+$", example = "*")]
    #[expect(dead_code, reason = "read from the request by `IfMatch`")]
    if_match: Option<String>,
}

/// `If-Match`: the states of which one must be the present one. The store compares, in the transaction that writes.
#[derive(Debug, Clone)]
pub struct IfMatch(pub Precondition);

/// `If-None-Match`: the tags that the client has.
#[derive(Debug, Clone, Default)]
pub struct IfNoneMatch(Option<String>);

impl IfNoneMatch {
    /// Whether the client has what `etag` names, so that 304 is enough. The comparison is weak (RFC 9110, 13.1.2).
    #[must_use]
    pub fn covers(&self, etag: &str) -> bool {
        self.0
            .as_deref()
            .is_some_and(|header| tags(header).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let Some(header) = joined(&parts.headers, &header::IF_MATCH) else { return Ok(Self(Precondition::Any)) };
        if tags(&header).any(|tag| tag == "*") {
            return Ok(Self(Precondition::Any));
        }
        Ok(Self(Precondition::OneOf(tags(&header).filter_map(revision).collect())))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(Self(joined(&parts.headers, &header::IF_NONE_MATCH)))
    }
}

/// All lines of the header as one list; what is no text matches nothing.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

fn tags(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').map(str::trim).filter(|tag| !tag.is_empty())
}

/// Reads what [`etag`] wrote. A weak tag never matches here (RFC 9110, 13.1.1), and neither does one of another maker.
fn revision(tag: &str) -> Option<Revision> {
    let (version, updated_at) = tag.strip_prefix('"')?.strip_suffix('"')?.split_once('-')?;
    Some(Revision { version: version.parse().ok()?, updated_at_ms: i64::from_str_radix(updated_at, 16).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_back_and_weak_or_foreign_ones_are_not() {
        let seen = Revision { version: 3, updated_at_ms: 1_763_931_600_000 };
        assert_eq!(revision(&etag(seen)), Some(seen));
        assert_eq!(revision(&format!("W/{}", etag(seen))), None);
        assert_eq!(revision("\"abc\""), None);
    }

    #[test]
    fn if_none_match_compares_weakly() {
        let header = IfNoneMatch(Some("\"a\", W/\"b\"".into()));
        assert!(header.covers("\"a\"") && header.covers("\"b\"") && !header.covers("\"c\""));
        assert!(IfNoneMatch(Some("*".into())).covers("\"c\""));
        assert!(!IfNoneMatch(None).covers("\"c\""));
    }
}
