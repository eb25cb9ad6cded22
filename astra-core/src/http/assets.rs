//! Files for a browser that are within the program: what a browser is told of them, their tags, and 304 for those who
//! have them. Which files there are stands where they are served.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use super::etag::IfNoneMatch;
use super::negotiation::refuses_gzip;
use crate::error::{Code, Error};

pub(super) const HTML: &str = "text/html; charset=utf-8";

/// What a browser lets the files of a page do.
#[derive(Debug, Clone, Copy)]
pub struct Policies {
    /// `Content-Security-Policy`.
    pub content_security: &'static str,
    /// `Permissions-Policy`.
    pub permissions: &'static str,
}

/// One file.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Where it is served, or its name there.
    pub path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    /// Whether its name changes with its content, so that it need not be asked for twice. It is kept compressed then.
    is_lasting: bool,
    policies: &'static Policies,
}

impl Asset {
    /// A file whose content another version of the program changes.
    #[must_use]
    pub const fn plain(
        path: &'static str,
        media_type: &'static str,
        bytes: &'static [u8],
        policies: &'static Policies,
    ) -> Self {
        Self { path, media_type, bytes, is_lasting: false, policies }
    }

    /// A file whose name changes with its content, compressed by gzip.
    #[must_use]
    pub const fn lasting(
        path: &'static str,
        media_type: &'static str,
        gzip: &'static [u8],
        policies: &'static Policies,
    ) -> Self {
        Self { path, media_type, bytes: gzip, is_lasting: true, policies }
    }

    /// Answers with the file, or 304 to those who have it.
    pub async fn answer(self, known: IfNoneMatch, request: Request) -> Response {
        if self.is_lasting && refuses_gzip(request.headers()) {
            return Error::new(Code::NotAcceptable, "This file is kept compressed: accept gzip.").into_response();
        }
        // The name of what lasts says already what is in it.
        let etag = if self.is_lasting { format!("\"{}\"", self.path) } else { tag(self.bytes) };
        let mut response = unless_known(Bytes::from_static(self.bytes), &etag, &known);
        describe(response.headers_mut(), self.media_type, self.policies, &etag);
        if self.is_lasting {
            let headers = response.headers_mut();
            let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
            set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
            set(header::CONTENT_ENCODING, "gzip");
            set(header::VARY, "accept-encoding");
        }
        response
    }
}

/// Answers with a page that was made for this request, or 304 to those who have the same one.
#[cfg(feature = "console")]
pub fn page(html: String, policies: &Policies, known: &IfNoneMatch) -> Response {
    let etag = tag(html.as_bytes());
    let mut response = unless_known(Bytes::from(html), &etag, known);
    describe(response.headers_mut(), HTML, policies, &etag);
    response
}

/// `bytes`, or 304 if they are known.
fn unless_known(bytes: Bytes, etag: &str, known: &IfNoneMatch) -> Response {
    let is_known = known.covers(etag);
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(bytes) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    response
}

fn describe(headers: &mut HeaderMap, media_type: &'static str, policies: &Policies, etag: &str) {
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, media_type);
    set(header::CACHE_CONTROL, "no-cache");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CONTENT_SECURITY_POLICY, policies.content_security);
    set(HeaderName::from_static("permissions-policy"), policies.permissions);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(header::ETAG, etag);
    }
}

fn tag(bytes: &[u8]) -> String {
    let hash: String = Sha256::digest(bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hash}\"")
}
