//! The console: a page for people, whose scripts call the operations of the document and nothing else. It is the same
//! for every caller and says nothing of this gateway: what it shows, it asks for with the token of the person who looks
//! at it. Each address below `/console` is that page, which reads from it what to show.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use super::assets::{self, Asset, Policies};
use super::etag::IfNoneMatch;
use super::negotiation::names;
use crate::error::{Code, Error};

const POLICIES: Policies = Policies {
    // Nothing but this gateway's own scripts, styles and pictures, talking to this gateway alone: nothing inline,
    // nothing evaluated, and no script writes markup.
    content_security: "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
        img-src 'self' data: blob:; media-src blob:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'; \
        require-trusted-types-for 'script'; trusted-types 'none'",
    // Of what a browser offers, the page uses the clipboard, to copy samples and links.
    permissions: "camera=(), clipboard-write=(self), display-capture=(), geolocation=(), microphone=(), \
        payment=(), usb=()",
};

/// The addresses of the page and its files.
pub const PATHS: [&str; 3] = ["/console", "/console/", "/console/{*page}"];

/// The page.
const PAGE: &str = include_str!("../../assets/console/index.html");
/// What the page's relative addresses begin from, as the page has it.
const BASE: &str = "<base href=\"./\">";
/// The scripts and styles, by name, with their media types, compressed. The build of the console writes the list.
const FILES: &[(&str, &str, &[u8])] = include!("../../assets/console/assets.rs");

/// Answers with the file below `/console/assets/`, or with the page.
pub async fn answer(known: IfNoneMatch, request: Request) -> Response {
    let path = request.uri().path();
    let Some(name) = path.strip_prefix("/console/assets/") else {
        return assets::page(page(path), &POLICIES, &known);
    };
    match file(name) {
        Some(file) => file.answer(known, request).await,
        // The page of an earlier version asks for it: it is not to take the new page for its script.
        None => Error::new(Code::NotFound, "This version has no such file: load the page again.").into_response(),
    }
}

/// Sends a browser that asks for the gateway itself to the page.
pub fn redirect() -> Response {
    let headers = [(header::LOCATION, "console"), (header::VARY, "accept")];
    (StatusCode::TEMPORARY_REDIRECT, headers).into_response()
}

/// Whether a person looks at the answer: browsers name HTML, programs do not.
#[must_use]
pub fn is_browser(headers: &HeaderMap) -> bool {
    names(headers, "text/html")
}

fn file(name: &str) -> Option<Asset> {
    let &(name, media_type, gzip) = FILES.iter().find(|(known, ..)| *known == name)?;
    Some(Asset::lasting(name, media_type, gzip, &POLICIES))
}

/// The page as it is at `path`.
fn page(path: &str) -> String {
    PAGE.replacen(BASE, &format!("<base href=\"{}\">", base(path)), 1)
}

/// The way from `path` to `/console/`. It is relative: the gateway may stand below a prefix that it does not know.
fn base(path: &str) -> String {
    match path.strip_prefix("/console/").map(|below| below.matches('/').count()) {
        None => "console/".to_owned(),
        Some(0) => "./".to_owned(),
        Some(depth) => "../".repeat(depth),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_leads_to_the_console_from_each_address() {
        for (path, way) in [
            ("/console", "console/"),
            ("/console/", "./"),
            ("/console/traces", "./"),
            ("/console/traces/", "../"),
            ("/console/traces/trc_1", "../"),
            ("/console/a/b/c", "../../"),
            ("/console/a%2Fb", "./"),
        ] {
            assert_eq!(base(path), way, "{path}");
        }
    }

    #[test]
    fn the_page_says_once_what_its_addresses_begin_from() {
        assert_eq!(PAGE.matches("<base ").count(), 1);
        assert_eq!(PAGE.matches(BASE).count(), 1);
        assert!(page("/console").contains("<base href=\"console/\">"));
    }

    #[test]
    fn the_names_of_files_are_plain_and_come_once() {
        assert!(FILES.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted by name");
        for (name, ..) in FILES {
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{name}");
            assert!(file(name).is_some());
        }
        assert!(file("nothing.js").is_none());
    }
}
