//! The API reference for people with a browser: a page that asks for a token, and the scripts that draw the document.
//! These are no operations: they stand beside the contract, and show nothing to those who have no token.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::assets::{Asset, HTML, Policies};

const POLICIES: Policies = Policies {
    // Nothing but this gateway's own scripts and styles, talking to this gateway alone: nothing inline, nothing evaluated.
    // Markup that scripts write is checked by the policies of these names: Vue's, and that of `first.js`.
    content_security: "default-src 'none'; script-src 'self'; style-src 'self'; img-src data: blob:; \
        media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
        require-trusted-types-for 'script'; trusted-types default vue",
    // Of what a browser offers, the page uses the clipboard, to copy samples.
    permissions: "camera=(), clipboard-write=(self), display-capture=(), geolocation=(), microphone=(), \
        payment=(), usb=()",
};

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
    Asset::lasting("/docs/scalar-1.72.1.js", SCRIPT, include_bytes!("../../assets/scalar-1.72.1.js.gz"), &POLICIES),
];

const fn plain(path: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset::plain(path, media_type, bytes, &POLICIES)
}

/// Sends those who ask for the gateway itself, or for the page with a slash too many, to the page.
pub async fn redirect(request: Request) -> Response {
    let target = if request.uri().path().ends_with("/docs/") { "../docs" } else { "docs" };
    (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, target)]).into_response()
}
