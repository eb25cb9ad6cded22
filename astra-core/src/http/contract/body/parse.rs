//! The media type of a body, its syntax, and its schema, in this order.

use http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::error::{Code, Error};
use crate::http::contract::decoding::{integral, pairs};
use crate::http::contract::json;
use crate::http::contract::operation::Operation;
use crate::http::contract::schema::Schema;

const FORM: &str = "application/x-www-form-urlencoded";

/// The body, checked; the extractor makes the handler's type of it.
#[derive(Debug, Clone)]
pub(in crate::http) struct BodyValue(pub Value);

/// Finds the schema of the body's media type.
pub(in crate::http::contract) fn schema<'a>(
    operation: &'a Operation,
    headers: &HeaderMap,
) -> Result<(&'a Schema, bool), Error> {
    let (media_type, mut parts) = media_type(headers);
    let is_utf8 = parts.all(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        // `utf8` is a label of UTF-8 too (Encoding standard, 4.2).
        let charset = value.trim().trim_matches('"');
        !name.trim().eq_ignore_ascii_case("charset")
            || ["utf-8", "utf8"].iter().any(|known| charset.eq_ignore_ascii_case(known))
    });
    let known = operation.bodies.iter().find(|(known, _)| media_type.eq_ignore_ascii_case(known));
    match known {
        Some((known, schema)) if is_utf8 => Ok((schema, known == FORM)),
        _ => {
            let known: Vec<&str> = operation.bodies.iter().map(|(known, _)| known.as_str()).collect();
            let known = known.join(" or ");
            let message = format!("Send the body as {known}, in UTF-8; the header Content-Type must say so.");
            Err(Error::new(Code::UnsupportedMediaType, message))
        }
    }
}

/// Parses `bytes` and holds them against `schema`.
pub(in crate::http::contract) fn parse(bytes: &[u8], schema: &Schema, is_form: bool) -> Result<Value, Error> {
    let mut value = if is_form { form(bytes, schema)? } else { json::read(bytes)? };
    let faults = schema.faults(&value, "")?;
    if faults.is_empty() {
        integral(&mut value);
        return Ok(value);
    }
    let mut error = Error::new(Code::InvalidRequest, "The body does not match its schema.");
    error.fields = faults;
    Err(error)
}

/// The frame of a WebSocket of `operation` that `bytes` say, held against the schema of its frames.
///
/// # Errors
/// As for a body.
pub(in crate::http) fn frame(operation: &Operation, bytes: &[u8]) -> Result<Value, Error> {
    let schema = operation.frame.as_ref().ok_or_else(|| Error::internal("the operation documents no frames"))?;
    let mut read = parse(bytes, schema, false);
    if let Err(error) = &mut read {
        error.message = error.message.replacen("The body", "The frame", 1);
    }
    read
}

/// A form's fields as an object of strings. A field that the schema does not know, where it takes such fields, may come
/// several times: it is not looked at.
fn form(bytes: &[u8], schema: &Schema) -> Result<Value, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::new(Code::BadRequest, "The form is not valid UTF-8."))?;
    let mut fields = Map::new();
    for (name, value) in pairs(text)? {
        if fields.contains_key(&*name) {
            if schema.ignores(&name)? {
                continue;
            }
            return Err(Error::field(format!("/{name}"), "is given more than once"));
        }
        fields.insert(name.into_owned(), value.into_owned().into());
    }
    Ok(fields.into())
}

/// Finds out whether a raw body has one of the media types that the operation documents, if it documents some.
pub(in crate::http::contract) fn check_raw_type(operation: &Operation, headers: &HeaderMap) -> Result<(), Error> {
    let (media_type, _) = media_type(headers);
    let is_known = |known: &String| known == "*/*" || media_type.eq_ignore_ascii_case(known);
    if operation.raw_types.is_empty() || operation.raw_types.iter().any(is_known) {
        return Ok(());
    }
    let message =
        format!("Send the body as {}; the header Content-Type must say so.", operation.raw_types.join(" or "));
    Err(Error::new(Code::UnsupportedMediaType, message))
}

/// The media type of the body, and its parameters.
fn media_type(headers: &HeaderMap) -> (&str, impl Iterator<Item = &str>) {
    let line = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let mut parts = line.split(';').map(str::trim);
    (parts.next().unwrap_or_default(), parts)
}
