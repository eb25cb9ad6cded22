//! Texts of URLs and forms, and numbers, as values: what parameters and bodies have in common.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::error::{Code, Error};

/// Beyond these, a float may stand for more than one integer.
const EXACT_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

/// The names and values of a query or a form, decoded, in order.
pub(super) type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Decodes `text`, a query or a form (`application/x-www-form-urlencoded`).
pub(super) fn pairs(text: &str) -> Result<Pairs<'_>, Error> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((form_decode(name)?, form_decode(value)?))
        })
        .collect()
}

fn form_decode(text: &str) -> Result<Cow<'_, str>, Error> {
    if text.contains('+') {
        return decode(&text.replace('+', " ")).map(|text| Cow::Owned(text.into_owned()));
    }
    decode(text)
}

/// Decodes one segment of a path.
pub(super) fn decode(text: &str) -> Result<Cow<'_, str>, Error> {
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Error::new(Code::BadRequest, "The URL or form is not valid UTF-8 after percent-decoding."))
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
