//! Lists in pages: newest first, stable while rows are added, continued by an opaque cursor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The place of a row in its list: the list's order is by `at` and then by `id`, both descending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort key of the last row seen, such as its time of creation in milliseconds.
    pub at: i64,
    /// That row's identifier.
    pub id: String,
}

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many rows at the most, 1 to 200.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, newest first.
    pub data: Vec<T>,
    /// Where this page ended, if more follow.
    pub next: Option<Cursor>,
}

impl Cursor {
    /// The text that clients hand back.
    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.at, self.id))
    }

    /// Reads what [`Cursor::encode`] wrote; `None` for anything else.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = plain.split_once(':')?;
        Some(Self { at: at.parse().ok()?, id: id.to_owned() })
    }
}

impl PageRequest {
    /// One row more than asked for, which tells whether a next page exists. The `LIMIT` of the statement.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The first row of the list comes after this place; for the statement's `(at, id) < ($n, $m)`.
    #[must_use]
    pub fn position(&self) -> (i64, &str) {
        self.after.as_ref().map_or((i64::MAX, "zzzz"), |cursor| (cursor.at, cursor.id.as_str()))
    }
}

impl<T> Page<T> {
    /// Cuts `rows`, of which there may be one more than `request.limit`, into a page.
    #[must_use]
    pub fn cut(mut rows: Vec<T>, request: &PageRequest, place: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(place) } else { None };
        Self { data: rows, next }
    }

    /// The same page with each row converted.
    #[must_use]
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { data: self.data.into_iter().map(convert).collect(), next: self.next }
    }

    /// The same page with each row converted, unless that fails for one.
    pub fn try_map<U, E>(self, convert: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let data = self.data.into_iter().map(convert).collect::<Result<_, E>>()?;
        Ok(Page { data, next: self.next })
    }
}
