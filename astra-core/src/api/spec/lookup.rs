//! The document as a request wants it, in both notations, with its cache headers.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::model::SpecQuery;
use crate::app::App;
use crate::auth::Identity;
use crate::document::{Notation, Rendered};
use crate::error::{Error, Result};
use crate::http::contract::{self, Needs};
use crate::http::{IfNoneMatch, prefers_gzip};

/// The document as `query` wants it, or 304.
pub(super) fn answer(
    app: &App,
    caller: &Identity,
    query: &SpecQuery,
    notation: Notation,
    known: &IfNoneMatch,
    headers: &HeaderMap,
) -> Result<Response> {
    let filtered;
    let rendered = if query.tag.is_none() && query.mine != Some(true) {
        app.document.rendered(notation)?
    } else {
        let document =
            contract::select(&app.document.value(), app.authority.scopes(), |needs| is_wanted(query, caller, needs));
        filtered = Rendered::new(&document.map_err(Error::internal)?, notation)?;
        &filtered
    };
    respond(rendered, notation, known, headers)
}

fn is_wanted(query: &SpecQuery, caller: &Identity, needs: &Needs<'_>) -> bool {
    let access = needs.access.needs();
    let is_callable = access.is_none_or(|(role, scopes)| caller.role >= role && caller.scopes.covers(scopes));
    query.tag.as_deref().is_none_or(|tag| tag == needs.tag) && (query.mine != Some(true) || is_callable)
}

fn respond(rendered: &Rendered, notation: Notation, known: &IfNoneMatch, headers: &HeaderMap) -> Result<Response> {
    let takes_gzip = prefers_gzip(headers);
    let etag = if takes_gzip { &rendered.gzip_etag } else { &rendered.etag };
    let is_known = known.covers(&rendered.etag) || known.covers(&rendered.gzip_etag);
    let body = match (is_known, takes_gzip) {
        (true, _) => Body::empty(),
        (false, true) => Body::from(rendered.gzip.clone()),
        (false, false) => Body::from(rendered.plain()?),
    };
    let mut response = Response::new(body);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let fields = response.headers_mut();
    fields.insert(header::ETAG, HeaderValue::try_from(etag).map_err(Error::internal)?);
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding, authorization"));
    if !is_known {
        let media_type = match notation {
            Notation::Json => "application/json",
            Notation::Yaml => "application/yaml",
        };
        fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        if takes_gzip {
            fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    Ok(response)
}
