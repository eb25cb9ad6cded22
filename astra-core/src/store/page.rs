//! Lists in pages: newest first, stable while rows are added, bounded in rows and bytes, continued by an opaque cursor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::error::Result;
use super::value::Row;

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
    /// How many rows at the most, 1 to 200. A page may have fewer and go on all the same.
    pub limit: u32,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

/// Bytes of JSON after which a page is full, whatever its limit says: a page is made in memory.
const BYTES_MAX: usize = 1 << 20;
/// What the names of a row's fields have, about.
const ROW_BYTES: usize = 256;

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
        // No key has a NUL, and PostgreSQL refuses to look for one.
        if id.contains('\0') {
            return None;
        }
        Some(Self { at: at.parse().ok()?, id: id.to_owned() })
    }
}

impl PageRequest {
    /// One row more than asked for, which shows whether a next page exists. The `LIMIT` of the statement.
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

/// A page that is being read, row by row.
pub(super) struct Filling<'a, T = Row> {
    request: &'a PageRequest,
    pub(super) rows: Vec<T>,
    bytes: usize,
    is_full: bool,
}

impl<'a, T> Filling<'a, T> {
    pub(super) const fn new(request: &'a PageRequest) -> Self {
        Self { request, rows: Vec::new(), bytes: 0, is_full: false }
    }

    /// Takes the next row of the list, which has about `bytes` bytes as JSON; false if the page is full without it.
    pub(super) fn take_sized(&mut self, row: T, bytes: usize) -> bool {
        self.bytes += bytes + ROW_BYTES;
        let count = self.rows.len();
        // A row that is larger than a page comes alone.
        self.is_full =
            count >= usize::try_from(self.request.limit).unwrap_or(usize::MAX) || (count > 0 && self.bytes > BYTES_MAX);
        if !self.is_full {
            self.rows.push(row);
        }
        !self.is_full
    }

    /// The page of what was taken.
    pub(super) fn finish(self, place: impl Fn(&T) -> Cursor) -> Page<T> {
        let next = if self.is_full { self.rows.last().map(place) } else { None };
        Page { data: self.rows, next }
    }
}

impl Filling<'_, Row> {
    /// Takes the next row of the list; false if the page is full without it.
    pub(super) fn take(&mut self, row: Row) -> bool {
        let bytes = row.json_bytes();
        self.take_sized(row, bytes)
    }

    /// The page of what was taken.
    pub(super) fn page<T>(self, read: impl FnMut(Row) -> Result<T>, place: impl Fn(&T) -> Cursor) -> Result<Page<T>> {
        let data = self.rows.into_iter().map(read).collect::<Result<Vec<T>>>()?;
        let next = if self.is_full { data.last().map(place) } else { None };
        Ok(Page { data, next })
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
    pub fn try_map<U, E>(self, convert: impl FnMut(T) -> std::result::Result<U, E>) -> std::result::Result<Page<U>, E> {
        let data = self.data.into_iter().map(convert).collect::<std::result::Result<_, E>>()?;
        Ok(Page { data, next: self.next })
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Value;
    use super::*;

    /// The ids of the rows of each page, of rows with texts of these lengths.
    fn pages(lengths: &[usize], limit: u32) -> Vec<Vec<i64>> {
        let row = |length: usize, id: i64| Row::new(vec![Value::Int(id), Value::Text("x".repeat(length))]);
        let (mut pages, mut after) = (Vec::new(), 0);
        loop {
            let request = PageRequest { limit, after: None };
            let mut filling = Filling::new(&request);
            let mut rest = lengths.iter().zip(1_i64..).filter(|(_, id)| *id > after);
            while rest.next().is_some_and(|(length, id)| filling.take(row(*length, id))) {}
            let page = filling.page(|mut row| row.next_int(), |id| Cursor { at: *id, id: String::new() }).unwrap();
            pages.push(page.data);
            let Some(next) = page.next else { return pages };
            after = next.at;
        }
    }

    #[test]
    fn a_page_ends_by_rows_or_bytes_and_the_next_one_goes_on() {
        assert_eq!(pages(&[], 2), [Vec::<i64>::new()]);
        assert_eq!(pages(&[1; 2], 2), [[1, 2]]);
        assert_eq!(pages(&[1; 5], 2), [vec![1, 2], vec![3, 4], vec![5]]);
        assert_eq!(pages(&[400_000; 5], 200), [vec![1, 2], vec![3, 4], vec![5]]);
        // A row that is larger than a page comes alone, first, last and in between.
        assert_eq!(pages(&[2_000_000, 2_000_000, 1, 2_000_000], 200), [vec![1], vec![2], vec![3], vec![4]]);
        assert_eq!(pages(&[1, 2_000_000, 1, 1], 200), [vec![1], vec![2], vec![3, 4]]);
    }
}
