//! Scopes by their names, fields that a grant needs, and answers with a secret in them.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use super::model::ScopeName;
use crate::auth::{ScopeSet, ScopeTable};
use crate::error::{Error, Result};

/// `body` with the header that forbids caches to keep it, since it has a secret in it.
pub fn secret(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The field at `pointer` of a grant that cannot do without it.
///
/// # Errors
/// 422 if it is not there.
pub fn needed(value: Option<String>, pointer: &str) -> Result<String> {
    value.ok_or_else(|| Error::field(pointer, "is needed for this grant"))
}

/// The set of `names`, if they are given.
///
/// # Errors
/// 422 for a name that is not in `table`, which the contract excludes.
pub fn scope_set(table: &ScopeTable, names: Option<Vec<ScopeName>>) -> Result<Option<ScopeSet>> {
    let find = |(place, name): (usize, &ScopeName)| {
        table.find(&name.0).ok_or_else(|| Error::field(format!("/scopes/{place}"), "is not a scope of this gateway"))
    };
    let set = |names: Vec<ScopeName>| {
        let sets = names.iter().enumerate().map(find).collect::<Result<Vec<_>>>()?;
        Ok(sets.into_iter().fold(ScopeSet::default(), ScopeSet::union))
    };
    names.map(set).transpose()
}
