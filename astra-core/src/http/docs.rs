//! The API reference for people with a browser: a page that asks for a token, and the scripts that draw the document.
//! These are no operations: they stand beside the contract, and show nothing to those who have no token.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use super::etag::IfNoneMatch;
use super::negotiation::refuses_gzip;
use crate::error::{Code, Error};

/// Nothing but this gateway's own scripts and styles, talking to this gateway alone: nothing inline, nothing evaluated.
/// Markup that scripts write is checked by the policies of these names: Vue's, and that of `first.js`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data: blob:; \
    media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types default vue";

/// Of what a browser offers, the page uses the clipboard, to copy samples.
const PERMISSIONS_POLICY: &str = "camera=(), clipboard-write=(self), display-capture=(), geolocation=(), microphone=(), \
    payment=(), usb=()";

/// One file of the reference.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Where it is served.
    pub path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    is_gzip: bool,
    /// Whether its name changes with its content, so that it need not be asked for twice.
    is_immutable: bool,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";

/// The page and what it loads.
pub const ASSETS: [Asset; 10] = [
    plain("/docs", HTML, include_bytes!("../../assets/docs/page.html")),
    plain("/docs/page.css", CSS, include_bytes!("../../assets/docs/page.css")),
    plain("/docs/first.js", SCRIPT, include_bytes!("../../assets/docs/first.js")),
    plain("/docs/page.js", SCRIPT, include_bytes!("../../assets/docs/page.js")),
    plain("/docs/session.js", SCRIPT, include_bytes!("../../assets/docs/session.js")),
    plain("/docs/document.js", SCRIPT, include_bytes!("../../assets/docs/document.js")),
    plain("/docs/examples.js", SCRIPT, include_bytes!("../../assets/docs/examples.js")),
    plain("/docs/samples.js", SCRIPT, include_bytes!("../../assets/docs/samples.js")),
    // What `astra codegen` would have one write for each operation.
    plain("/docs/samples.json", JSON, include_bytes!("../../assets/samples.json")),
    Asset {
        path: "/docs/scalar-1.72.1.js",
        media_type: SCRIPT,
        bytes: include_bytes!("../../assets/scalar-1.72.1.js.gz"),
        is_gzip: true,
        is_immutable: true,
    },
];

const fn plain(path: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { path, media_type, bytes, is_gzip: false, is_immutable: false }
}

impl Asset {
    /// Answers with the file, or 304 to those who have it.
    pub async fn answer(self, known: IfNoneMatch, request: Request) -> Response {
        if self.is_gzip && refuses_gzip(request.headers()) {
            return Error::new(Code::NotAcceptable, "This file is kept compressed: accept gzip.").into_response();
        }
        let etag = self.etag();
        let is_known = known.covers(&etag);
        let mut response =
            Response::new(if is_known { Body::empty() } else { Body::from(Bytes::from_static(self.bytes)) });
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        self.describe(response.headers_mut(), &etag);
        response
    }

    fn describe(self, headers: &mut HeaderMap, etag: &str) {
        let lasting = if self.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
        set(header::CONTENT_TYPE, self.media_type);
        set(header::CACHE_CONTROL, lasting);
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::REFERRER_POLICY, "no-referrer");
        set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        set(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY);
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
        if self.is_gzip {
            set(header::CONTENT_ENCODING, "gzip");
            set(header::VARY, "accept-encoding");
        }
        if let Ok(etag) = HeaderValue::try_from(etag) {
            headers.insert(header::ETAG, etag);
        }
    }

    /// The name of what is immutable says already what is in it.
    fn etag(self) -> String {
        if self.is_immutable {
            return format!("\"{}\"", self.path);
        }
        let hash: String = Sha256::digest(self.bytes).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hash}\"")
    }
}

/// Sends those who ask for the gateway itself, or for the page with a slash too many, to the page.
pub async fn redirect(request: Request) -> Response {
    let target = if request.uri().path().ends_with("/docs/") { "../docs" } else { "docs" };
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]).into_response()
}
