//! Lists in pages, as they are asked for and answered.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::query::Query;
use crate::error::{Code, Error};
use crate::store::{self, Cursor, PageRequest};

const LIMIT_DEFAULT: u32 = 50;

/// The parameters of every list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items to answer at the most. A page ends after 1 MiB of items too: `next_cursor` says whether more follow.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50)]
    limit: Option<u32>,
    /// The `next_cursor` of the previous page.
    #[param(min_length = 1, max_length = 1024, pattern = "^[A-Za-z0-9_-]+$", example = "MTc2MzkzMTYwMDAwMDpoZWxwZXI")]
    cursor: Option<String>,
}

/// What part of a list is asked for. A cursor that this gateway did not make is refused with 400.
#[derive(Debug, Clone)]
pub struct Paged(pub PageRequest);

/// A page of a list, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items of this page.
    #[schema(max_items = 200)]
    pub data: Vec<T>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(max_length = 1024, pattern = "^[A-Za-z0-9_-]+$", example = "MTc2MzkzMTYwMDAwMDpoZWxwZXI")]
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page as the store cut it, each row converted.
    pub fn from_store<R>(page: store::Page<R>, convert: impl FnMut(R) -> T) -> Self {
        let next_cursor = page.next.as_ref().map(Cursor::encode);
        Self { data: page.data.into_iter().map(convert).collect(), next_cursor }
    }
}

/// The part of `items`, which are in order of their unique names, that `request` asks for.
pub fn page_by_name<T>(items: Vec<T>, request: &PageRequest, name: impl Fn(&T) -> String) -> store::Page<T> {
    let seen = request.after.as_ref().map(|cursor| cursor.id.as_str());
    let rest = items.into_iter().filter(|item| seen.is_none_or(|seen| name(item).as_str() > seen)).collect();
    store::Page::cut(rest, request, |item| Cursor { at: 0, id: name(item) })
}

impl<S: Send + Sync> FromRequestParts<S> for Paged {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Query(query) = Query::<PageQuery>::from_request_parts(parts, state).await?;
        let after = match query.cursor {
            None => None,
            Some(text) => Some(
                Cursor::decode(&text)
                    .ok_or_else(|| Error::new(Code::BadRequest, "The cursor is not valid: start again without one."))?,
            ),
        };
        Ok(Self(PageRequest { limit: query.limit.unwrap_or(LIMIT_DEFAULT), after }))
    }
}
