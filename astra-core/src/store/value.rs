//! Values on their way into a statement and rows on their way out: five types that both backends have.

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

/// One row of an answer, read from its first column to its last: each getter takes the value of the next column.
///
/// A getter fails with [`Error::Broken`], which names the column's place, if the value has another type or no column is left.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    values: Vec<Value>,
    /// How many of them are read.
    read: usize,
}

impl Row {
    pub(super) const fn new(values: Vec<Value>) -> Self {
        Self { values, read: 0 }
    }

    /// Its values.
    pub(super) fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// About how many bytes its values have as JSON.
    pub(super) fn json_bytes(&self) -> usize {
        let bytes = |value: &Value| match value {
            Value::Text(text) => json_bytes(text),
            Value::Bytes(bytes) => bytes.len(),
            Value::Null | Value::Int(_) | Value::Float(_) => 8,
        };
        self.values.iter().map(bytes).sum()
    }

    /// The next column's value; `expected` is what the caller wants there.
    fn next(&mut self, expected: &str) -> Result<Value> {
        let count = self.values.len();
        let Some(value) = self.values.get_mut(self.read) else {
            return Err(Error::Broken(format!(
                "the row has {count} columns, and {expected} was read after the last one"
            )));
        };
        self.read += 1;
        Ok(std::mem::replace(value, Value::Null))
    }

    /// The fault of the column that was read last.
    fn fault(&self, text: impl std::fmt::Display) -> Error {
        Error::Broken(format!("column {} of {} is not {text}", self.read, self.values.len()))
    }

    /// TEXT that is never NULL.
    pub fn next_text(&mut self) -> Result<String> {
        match self.next("text")? {
            Value::Text(text) => Ok(text),
            _ => Err(self.fault("text")),
        }
    }

    /// TEXT or NULL.
    pub fn next_optional_text(&mut self) -> Result<Option<String>> {
        match self.next("text or null")? {
            Value::Text(text) => Ok(Some(text)),
            Value::Null => Ok(None),
            _ => Err(self.fault("text or null")),
        }
    }

    /// BIGINT that is never NULL.
    pub fn next_int(&mut self) -> Result<i64> {
        match self.next("an integer")? {
            Value::Int(number) => Ok(number),
            _ => Err(self.fault("an integer")),
        }
    }

    /// BIGINT or NULL.
    pub fn next_optional_int(&mut self) -> Result<Option<i64>> {
        match self.next("an integer or null")? {
            Value::Int(number) => Ok(Some(number)),
            Value::Null => Ok(None),
            _ => Err(self.fault("an integer or null")),
        }
    }

    /// BIGINT that is the key of another row.
    pub fn next_id<K>(&mut self) -> Result<Id<K>> {
        self.next_int().map(Id::from_key)
    }

    /// As [`Row::next_id`], or NULL.
    pub fn next_optional_id<K>(&mut self) -> Result<Option<Id<K>>> {
        Ok(self.next_optional_int()?.map(Id::from_key))
    }

    /// A BIGINT that holds 0 or 1.
    pub fn next_truth(&mut self) -> Result<bool> {
        Ok(self.next_int()? != 0)
    }

    /// A BIGINT that fits 32 unsigned bits, such as a version or a count.
    pub fn next_count(&mut self) -> Result<u32> {
        let number = self.next_int()?;
        u32::try_from(number).map_err(|_| self.fault("a 32-bit count"))
    }

    /// As [`Row::next_count`], or NULL.
    pub fn next_optional_count(&mut self) -> Result<Option<u32>> {
        let number = self.next_optional_int()?;
        number.map(|number| u32::try_from(number).map_err(|_| self.fault("a 32-bit count or null"))).transpose()
    }

    /// DOUBLE PRECISION that is never NULL; an integer counts.
    #[expect(clippy::cast_precision_loss, reason = "sums of integers come back as integers on one backend only")]
    pub fn next_float(&mut self) -> Result<f64> {
        match self.next("a number")? {
            Value::Float(number) => Ok(number),
            Value::Int(number) => Ok(number as f64),
            _ => Err(self.fault("a number")),
        }
    }

    /// DOUBLE PRECISION or NULL.
    pub fn next_optional_float(&mut self) -> Result<Option<f64>> {
        match self.next("a number or null")? {
            Value::Float(number) => Ok(Some(number)),
            Value::Null => Ok(None),
            _ => Err(self.fault("a number or null")),
        }
    }

    /// BYTEA that is never NULL.
    pub fn next_bytes(&mut self) -> Result<Vec<u8>> {
        match self.next("bytes")? {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(self.fault("bytes")),
        }
    }

    /// BYTEA or NULL.
    pub fn next_optional_bytes(&mut self) -> Result<Option<Vec<u8>>> {
        match self.next("bytes or null")? {
            Value::Bytes(bytes) => Ok(Some(bytes)),
            Value::Null => Ok(None),
            _ => Err(self.fault("bytes or null")),
        }
    }

    /// TEXT that holds JSON of `T`.
    pub fn next_json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T> {
        let text = self.next_text()?;
        self.parse(&text)
    }

    /// As [`Row::next_json`]; NULL is the default of `T`.
    pub fn next_json_or_default<T: serde::de::DeserializeOwned + Default>(&mut self) -> Result<T> {
        let text = self.next_optional_text()?;
        text.map_or_else(|| Ok(T::default()), |text| self.parse(&text))
    }

    fn parse<T: serde::de::DeserializeOwned>(&self, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|fault| self.fault(format_args!("the expected JSON: {fault}")))
    }
}
