//! Providers: looked up, listed in pages.

use crate::error::{Error, Result};
use crate::provider::{Registry, Status};
use crate::store::{Cursor, Page, PageRequest};

/// What is known of the provider `name`, or 404.
///
/// # Errors
/// 404.
pub fn find(providers: &Registry, name: &str) -> Result<Status> {
    providers.status(name).ok_or_else(|| Error::not_found("provider"))
}

/// The part of `items`, which are in order of their unique `name`s, that `request` asks for.
pub fn page<T>(items: Vec<T>, request: &PageRequest, name: impl Fn(&T) -> String) -> Page<T> {
    let seen = request.after.as_ref().map(|cursor| cursor.id.as_str());
    let rest = items.into_iter().filter(|item| seen.is_none_or(|seen| name(item).as_str() > seen)).collect();
    Page::cut(rest, request, |item| Cursor { at: 0, id: name(item) })
}
