//! The body of a request: media type, size, syntax and schema, in this order.

use std::io::{self, Write};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};
use serde_json::{Map, Value};

use super::{Operation, Schema, json, parameters};
use crate::error::{Code, Error};

const FORM: &str = "application/x-www-form-urlencoded";
/// A client that sends its body drop by drop is holding a connection, not asking a question.
const PATIENCE: Duration = Duration::from_secs(60);
/// Beyond these, a float may stand for more than one integer.
const EXACT_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// The body, checked; the extractor makes the handler's type of it.
#[derive(Debug, Clone)]
pub(in crate::http) struct BodyValue(pub Value);

/// How the bytes of a body are written (RFC 9110, 8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
}

/// The coding that the headers name.
pub(super) fn coding(headers: &HeaderMap) -> Result<Coding, Error> {
    let lines = headers.get_all(header::CONTENT_ENCODING).iter().map(|line| line.to_str().unwrap_or("?"));
    let mut codings = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|coding| !coding.is_empty());
    match (codings.next(), codings.next()) {
        (None, _) => Ok(Coding::Identity),
        (Some(coding), None) if coding.eq_ignore_ascii_case("identity") => Ok(Coding::Identity),
        (Some(coding), None) if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
            Ok(Coding::Gzip)
        }
        _ => {
            let message = "The header Content-Encoding may be gzip, once, or be left out: no other coding is read.";
            Err(Error::new(Code::UnsupportedMediaType, message))
        }
    }
}

/// Reads at most `limit` bytes, counted as they are when they are unpacked.
pub(super) async fn read(body: Body, limit: usize, coding: Coding) -> Result<Bytes, Error> {
    let body = Limited::new(body, limit);
    let read = async {
        match coding {
            Coding::Identity => body.collect().await.map(Collected::to_bytes).map_err(|fault| broken(fault, limit)),
            Coding::Gzip => unpack(body, limit).await,
        }
    };
    let late = |_| Err(Error::new(Code::BadRequest, "The body did not arrive in time."));
    tokio::time::timeout(PATIENCE, read).await.unwrap_or_else(late)
}

/// Unpacks `body` as it comes, and not a byte beyond `limit`.
async fn unpack(mut body: Limited<Body>, limit: usize) -> Result<Bytes, Error> {
    let unpacked = Unpacked { bytes: Vec::new(), limit, is_beyond: false };
    let mut decoder = MultiGzDecoder::new(unpacked);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|fault| broken(fault, limit))?;
        let Ok(packed) = frame.into_data() else { continue };
        if let Err(fault) = decoder.write_all(&packed) {
            return Err(if decoder.get_ref().is_beyond { too_large(limit) } else { not_gzip(fault) });
        }
    }
    if let Err(fault) = decoder.try_finish() {
        return Err(if decoder.get_ref().is_beyond { too_large(limit) } else { not_gzip(fault) });
    }
    Ok(std::mem::take(&mut decoder.get_mut().bytes).into())
}

/// Takes what is unpacked, up to a limit.
struct Unpacked {
    bytes: Vec<u8>,
    limit: usize,
    is_beyond: bool,
}

impl Write for Unpacked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            self.is_beyond = true;
            return Err(io::Error::other("beyond the limit"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn broken(fault: Box<dyn std::error::Error + Send + Sync>, limit: usize) -> Error {
    if fault.is::<LengthLimitError>() {
        return too_large(limit);
    }
    Error::new(Code::BadRequest, "The body ended early.").caused_by(fault)
}

fn too_large(limit: usize) -> Error {
    Error::new(Code::PayloadTooLarge, format!("The body is larger than {limit} bytes."))
}

fn not_gzip(fault: io::Error) -> Error {
    let message = "The body is not whole and valid gzip, as the header Content-Encoding says it is.";
    Error::new(Code::BadRequest, message).caused_by(fault)
}

/// Finds the schema of the body's media type.
pub(super) fn schema<'a>(operation: &'a Operation, headers: &HeaderMap) -> Result<(&'a Schema, bool), Error> {
    let line = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let mut parts = line.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
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
pub(super) fn parse(bytes: &[u8], schema: &Schema, is_form: bool) -> Result<Value, Error> {
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

/// A form's fields as an object of strings. A field that the schema does not know, where it takes such fields, may come
/// several times: it is not looked at.
fn form(bytes: &[u8], schema: &Schema) -> Result<Value, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::new(Code::BadRequest, "The form is not valid UTF-8."))?;
    let mut fields = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = parameters::form_decode(name)?.into_owned();
        if fields.contains_key(&name) {
            if schema.ignores(&name) {
                continue;
            }
            return Err(Error::field(format!("/{name}"), "is given more than once"));
        }
        fields.insert(name, parameters::form_decode(value)?.into_owned().into());
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
