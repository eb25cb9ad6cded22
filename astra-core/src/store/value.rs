//! Values on their way into a statement and rows on their way out: five types that both engines have.

use super::error::{Error, Result};
use crate::ids::Id;

/// A value for a `$n` of a statement, borrowed for the time of the call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Param<'a> {
    /// NULL
    Null,
    /// BIGINT; times are milliseconds since the epoch, truth is 0 or 1
    Int(i64),
    /// DOUBLE PRECISION
    Float(f64),
    /// TEXT
    Text(&'a str),
    /// BYTEA
    Bytes(&'a [u8]),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl<K> From<Id<K>> for Param<'_> {
    fn from(id: Id<K>) -> Self {
        Self::Int(id.key())
    }
}
impl From<u32> for Param<'_> {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<bool> for Param<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<f64> for Param<'_> {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}
impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}
impl<'a, T> From<Option<T>> for Param<'a>
where
    T: Into<Param<'a>>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(value: &'a Option<String>) -> Self {
        value.as_deref().map_or(Self::Null, Param::Text)
    }
}

/// The parameters of a statement, each converted into a [`Param`].
#[macro_export]
#[doc(hidden)]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Param::from($value)),*] as &[$crate::store::Param<'_>] };
}

/// A value that a statement answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL
    Null,
    /// BIGINT
    Int(i64),
    /// DOUBLE PRECISION
    Float(f64),
    /// TEXT
    Text(String),
    /// BYTEA
    Bytes(Vec<u8>),
}

/// About how many bytes `text` has as JSON: a control character becomes \u and four digits.
pub(super) fn json_bytes(text: &str) -> usize {
    text.len() + 5 * text.bytes().filter(|byte| *byte < 0x20).count()
}

/// One row of an answer; columns count from 0. A getter takes its value out of the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(super) Vec<Value>);

impl Row {
    fn take(&mut self, column: usize) -> Value {
        self.0.get_mut(column).map_or(Value::Null, |value| std::mem::replace(value, Value::Null))
    }

    /// About how many bytes its values have as JSON.
    pub(super) fn json_bytes(&self) -> usize {
        let bytes = |value: &Value| match value {
            Value::Text(text) => json_bytes(text),
            Value::Bytes(bytes) => bytes.len(),
            Value::Null | Value::Int(_) | Value::Float(_) => 8,
        };
        self.0.iter().map(bytes).sum()
    }

    fn wrong<T>(column: usize, expected: &str) -> Result<T> {
        Err(Error::Broken(format!("column {column} is not {expected}")))
    }

    /// TEXT that is never NULL.
    pub fn text(&mut self, column: usize) -> Result<String> {
        match self.take(column) {
            Value::Text(text) => Ok(text),
            _ => Self::wrong(column, "text"),
        }
    }

    /// TEXT or NULL.
    pub fn optional_text(&mut self, column: usize) -> Result<Option<String>> {
        match self.take(column) {
            Value::Text(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            _ => Self::wrong(column, "text or null"),
        }
    }

    /// BIGINT that is never NULL.
    pub fn int(&mut self, column: usize) -> Result<i64> {
        match self.take(column) {
            Value::Int(number) => Ok(number),
            _ => Self::wrong(column, "an integer"),
        }
    }

    /// BIGINT that is the key of another row.
    pub fn id<K>(&mut self, column: usize) -> Result<Id<K>> {
        self.int(column).map(Id::from_key)
    }

    /// As [`Row::id`], or NULL.
    pub fn optional_id<K>(&mut self, column: usize) -> Result<Option<Id<K>>> {
        Ok(self.optional_int(column)?.map(Id::from_key))
    }

    /// BIGINT or NULL.
    pub fn optional_int(&mut self, column: usize) -> Result<Option<i64>> {
        match self.take(column) {
            Value::Int(number) => Ok(Some(number)),
            Value::Null => Ok(None),
            _ => Self::wrong(column, "an integer or null"),
        }
    }

    /// A BIGINT that holds 0 or 1.
    pub fn truth(&mut self, column: usize) -> Result<bool> {
        Ok(self.int(column)? != 0)
    }

    /// A BIGINT that fits 32 unsigned bits, such as a version or a count.
    pub fn count(&mut self, column: usize) -> Result<u32> {
        let number = self.int(column)?;
        u32::try_from(number).or_else(|_| Self::wrong(column, "a 32-bit count"))
    }

    /// As [`Row::count`], or NULL.
    pub fn optional_count(&mut self, column: usize) -> Result<Option<u32>> {
        let number = self.optional_int(column)?;
        number.map(|number| u32::try_from(number).or_else(|_| Self::wrong(column, "a 32-bit count"))).transpose()
    }

    /// DOUBLE PRECISION that is never NULL; an integer counts.
    #[expect(clippy::cast_precision_loss, reason = "sums of integers come back as integers on one engine only")]
    pub fn float(&mut self, column: usize) -> Result<f64> {
        match self.take(column) {
            Value::Float(number) => Ok(number),
            Value::Int(number) => Ok(number as f64),
            _ => Self::wrong(column, "a number"),
        }
    }

    /// DOUBLE PRECISION or NULL.
    pub fn optional_float(&mut self, column: usize) -> Result<Option<f64>> {
        match self.take(column) {
            Value::Float(number) => Ok(Some(number)),
            Value::Null => Ok(None),
            _ => Self::wrong(column, "a number or null"),
        }
    }

    /// BYTEA that is never NULL.
    pub fn bytes(&mut self, column: usize) -> Result<Vec<u8>> {
        match self.take(column) {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Self::wrong(column, "bytes"),
        }
    }

    /// As [`Row::json`]; NULL is the default of `T`.
    pub fn json_or_default<T: serde::de::DeserializeOwned + Default>(&mut self, column: usize) -> Result<T> {
        match self.optional_text(column)? {
            None => Ok(T::default()),
            Some(text) => serde_json::from_str(&text)
                .map_err(|fault| Error::Broken(format!("column {column} is not the expected JSON: {fault}"))),
        }
    }

    /// TEXT that holds JSON of `T`.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self, column: usize) -> Result<T> {
        let text = self.text(column)?;
        serde_json::from_str(&text)
            .map_err(|fault| Error::Broken(format!("column {column} is not the expected JSON: {fault}")))
    }
}
