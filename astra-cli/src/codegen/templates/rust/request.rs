//! What is sent, as it is put together.

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::builder::{header_name, header_value};
use crate::{Call, Client, Error, EventsCall, ListCall, Paged};

/// A request that says where it goes, but not yet what is expected back: see [`Client::request`].
#[derive(Clone)]
#[must_use = "a request does nothing before it is a call that is awaited"]
pub struct Request {
    pub(crate) client: Client,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) needs_token: bool,
    pub(crate) is_idempotent: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    /// Why it cannot be sent.
    pub(crate) fault: Option<String>,
}

impl Request {
    pub(crate) fn new(client: Client, method: Method, path: &str) -> Self {
        Self {
            client,
            method,
            path: path.to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            needs_token: true,
            is_idempotent: false,
            timeout: None,
            idle_timeout: None,
            max_retries: None,
            fault: None,
        }
    }

    /// Fills `{name}` in the path with one segment.
    pub fn path(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        // URLs know no way to write these: the request would go to another path.
        if matches!(value.as_str(), "" | "." | "..") {
            self.fail(format!("the path's {name} cannot be {value:?}"));
        }
        self.path = self.path.replace(&format!("{{{name}}}"), &segment(&value));
        self
    }

    /// Adds a parameter of the query.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a parameter of the query once for each value.
    pub fn each_query<V: fmt::Display>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.set_each_query(name, values);
        self
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.set_header(name, value);
        self
    }

    /// Sends JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body("application/json", bytes),
            Err(error) => {
                self.fail(format!("the body is no JSON: {error}"));
                self
            }
        }
    }

    /// Sends JSON in which the field `name` is `value`.
    #[allow(dead_code, reason = "a document may have no use for it")]
    pub(crate) fn json_with(mut self, body: &impl Serialize, name: &str, value: bool) -> Self {
        match serde_json::to_value(body) {
            Ok(Value::Object(mut fields)) => {
                fields.insert(name.to_owned(), Value::from(value));
                self.json(&fields)
            }
            Ok(other) => self.json(&other),
            Err(error) => {
                self.fail(format!("the body is no JSON: {error}"));
                self
            }
        }
    }

    /// Sends bytes.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.set_header(CONTENT_TYPE.as_str(), media_type);
        self.body = Some(body.into());
        self
    }

    /// Sends an `Idempotency-Key`, so that the request takes effect once however often it is sent.
    pub fn idempotent(mut self) -> Self {
        self.is_idempotent = true;
        self
    }

    /// Sends no token.
    pub fn without_token(mut self) -> Self {
        self.needs_token = false;
        self
    }

    /// A call that is answered with JSON.
    pub fn into_json<T: DeserializeOwned>(self) -> Call<T> {
        Call::json(self)
    }

    /// A call that is answered with text.
    pub fn into_text(self) -> Call<String> {
        Call::text(self)
    }

    /// A call that is answered with bytes.
    pub fn into_bytes(self) -> Call<Vec<u8>> {
        Call::bytes(self)
    }

    /// A call whose answer says no more than that it was a success.
    pub fn into_nothing(self) -> Call<()> {
        Call::nothing(self)
    }

    /// A call that is answered with a part of a list.
    pub fn into_pages<P: Paged>(self) -> ListCall<P> {
        ListCall::new(self)
    }

    /// A call that is answered with server-sent events, whose data is JSON.
    pub fn into_events<T: DeserializeOwned>(self) -> EventsCall<T> {
        EventsCall::new(self)
    }

    pub(crate) fn fail(&mut self, reason: String) {
        self.fault.get_or_insert(reason);
    }

    pub(crate) fn set_header(&mut self, name: &str, value: impl fmt::Display) {
        let parsed = header_name(name).and_then(|parsed: HeaderName| {
            let value = header_value(name, &value.to_string())?;
            Ok((parsed, value))
        });
        match parsed {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(Error::Invalid { reason }) => self.fail(reason),
            Err(other) => self.fail(other.to_string()),
        }
    }

    pub(crate) fn set_query(&mut self, name: &str, value: impl fmt::Display) {
        self.set_each_query(name, [value]);
    }

    pub(crate) fn set_each_query<V: fmt::Display>(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = V>,
    ) {
        self.query.retain(|(other, _)| other != name);
        self.query.extend(
            values
                .into_iter()
                .map(|value| (name.to_owned(), value.to_string())),
        );
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// Values in one, with commas between them.
#[allow(dead_code, reason = "a document may have no use for it")]
pub(crate) fn joined<V: fmt::Display>(values: impl IntoIterator<Item = V>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| value.to_string()).collect();
    values.join(",")
}

/// A value as one segment of a path.
fn segment(value: &str) -> String {
    use fmt::Write as _;
    let mut segment = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                segment.push(char::from(byte));
            }
            // Writing to a text cannot fail.
            other => drop(write!(segment, "%{other:02X}")),
        }
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_segment() {
        assert_eq!(segment("a/b c?é~"), "a%2Fb%20c%3F%C3%A9~");
        assert_eq!(joined([1, 2]), "1,2");
    }
}
