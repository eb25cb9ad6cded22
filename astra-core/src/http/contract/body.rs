//! The body of a request: media type, size, syntax and schema, in this order.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::{Map, Value};

use super::{Operation, Schema, check, json};
use crate::error::{Code, Error};

const FORM: &str = "application/x-www-form-urlencoded";
/// A client that sends its body drop by drop is holding a connection, not asking a question.
const PATIENCE: Duration = Duration::from_secs(60);
/// Beyond these, a float may stand for more than one integer.
const EXACT_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// The body, checked; the extractor makes the handler's type of it.
#[derive(Debug, Clone)]
pub(in crate::http) struct BodyValue(pub Value);

/// Reads at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Error> {
    let collected = tokio::time::timeout(PATIENCE, Limited::new(body, limit).collect()).await;
    match collected {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(fault)) if fault.is::<LengthLimitError>() => {
            Err(Error::new(Code::PayloadTooLarge, format!("The body is larger than {limit} bytes.")))
        }
        Ok(Err(fault)) => Err(Error::new(Code::BadRequest, "The body broke off.").caused_by(fault)),
        Err(_) => Err(Error::new(Code::BadRequest, "The body did not arrive in time.")),
    }
}

/// Finds the schema of the body's media type.
pub(super) fn schema<'a>(operation: &'a Operation, headers: &HeaderMap) -> Result<(&'a Schema, bool), Error> {
    let line = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let mut parts = line.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let is_utf8 = parts.all(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    let is_plain = headers.get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
    let known = operation.bodies.iter().find(|(known, _)| media_type.eq_ignore_ascii_case(known));
    match known {
        Some((known, schema)) if is_utf8 && is_plain => Ok((schema, known == FORM)),
        _ => {
            let known: Vec<&str> = operation.bodies.iter().map(|(known, _)| known.as_str()).collect();
            let known = known.join(" or ");
            let message = format!(
                "Send the body as {known}, in UTF-8, without Content-Encoding; the header Content-Type must say so."
            );
            Err(Error::new(Code::UnsupportedMediaType, message))
        }
    }
}

/// Parses `bytes` and holds them against `schema`.
pub(super) fn parse(bytes: &[u8], schema: &Schema, is_form: bool) -> Result<Value, Error> {
    let mut value = if is_form { form(bytes)? } else { json::read(bytes)? };
    let faults = schema.faults(&value, "")?;
    if faults.is_empty() {
        integral(&mut value);
        return Ok(value);
    }
    let mut error = Error::new(Code::InvalidRequest, "The body does not match its schema.");
    error.fields = faults;
    Err(error)
}

/// A form's fields as an object of strings.
fn form(bytes: &[u8]) -> Result<Value, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::new(Code::BadRequest, "The form is not valid UTF-8."))?;
    let mut fields = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = check::form_decode(name)?.into_owned();
        if fields.contains_key(&name) {
            return Err(Error::field(format!("/{name}"), "is given more than once"));
        }
        fields.insert(name, check::form_decode(value)?.into_owned().into());
    }
    Ok(fields.into())
}

/// To JSON Schema `3.0` is an integer, to serde it is none: make it one.
pub(super) fn integral(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or(f64::NAN);
            if float.fract() == 0.0 && float.abs() < EXACT_INTEGER_MAX {
                #[expect(clippy::cast_possible_truncation, reason = "it is an integer within the exact range")]
                let integer = float as i64;
                *value = integer.into();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(integral),
        Value::Object(map) => map.values_mut().for_each(integral),
        _ => {}
    }
}
