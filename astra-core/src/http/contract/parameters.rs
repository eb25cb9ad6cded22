//! Query, headers and path of a request, held against the operation's parameters.

use std::borrow::Cow;

use http::{HeaderMap, Uri};
use serde_json::{Map, Value};

use super::decoding::{Pairs, decode, integral, pairs};
use super::operation::{Operation, Parameter, ParameterForm, ParameterPlace};
use crate::error::{Code, Error, FieldError};

/// Reads and checks all parameters; answers the query's values, each of its type.
///
/// # Errors
/// All that is wrong with them at once; 400 if something is no UTF-8.
pub(super) fn parameters(operation: &Operation, uri: &Uri, headers: &HeaderMap) -> Result<Map<String, Value>, Error> {
    let mut faults = Vec::new();
    let pairs = match uri.query() {
        Some(query) if !query.is_empty() => pairs(query)?,
        _ => Vec::new(),
    };
    for (name, _) in pairs.iter().filter(|_| !operation.ignores_unknown) {
        if !operation.parameters.iter().any(|known| known.place == ParameterPlace::Query && known.name == *name) {
            faults.push(FieldError { pointer: format!("query/{name}"), detail: "is not a known parameter".into() });
        }
    }
    let mut query = Map::new();
    for parameter in &operation.parameters {
        let given = given(parameter, uri, headers, &pairs)?;
        let Some(value) = read(parameter, given, &mut faults) else { continue };
        faults.extend(parameter.schema.faults(&value, &parameter.pointer)?);
        if parameter.place == ParameterPlace::Query {
            query.insert(parameter.name.clone(), value);
        }
    }
    if faults.is_empty() {
        return Ok(query);
    }
    let mut error = Error::new(Code::InvalidRequest, "The request does not match its schema.");
    error.fields = faults;
    Err(error)
}

/// The texts that the request gives for `parameter`.
fn given<'a>(
    parameter: &Parameter,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    pairs: &Pairs<'a>,
) -> Result<Vec<Cow<'a, str>>, Error> {
    match parameter.place {
        ParameterPlace::Query => {
            Ok(pairs.iter().filter(|(name, _)| *name == parameter.name).map(|(_, value)| value.clone()).collect())
        }
        ParameterPlace::Header => {
            let lines = headers.get_all(parameter.name.as_str()).iter();
            lines
                .map(|line| std::str::from_utf8(line.as_bytes()).map(Cow::Borrowed))
                .collect::<Result<_, _>>()
                .map_err(|_| Error::new(Code::BadRequest, format!("The header {} is not valid UTF-8.", parameter.name)))
        }
        ParameterPlace::Path(number) => {
            let segment = uri.path().split('/').skip(1).nth(number).unwrap_or_default();
            Ok(vec![decode(segment)?])
        }
    }
}

/// The parameter's value; `None` if it is absent or cannot be read.
fn read(parameter: &Parameter, mut given: Vec<Cow<'_, str>>, faults: &mut Vec<FieldError>) -> Option<Value> {
    let mut refuse =
        |detail: &str| faults.push(FieldError { pointer: parameter.pointer.clone(), detail: detail.into() });
    if given.is_empty() {
        if parameter.is_required {
            refuse("is required");
        }
        return None;
    }
    if let ParameterForm::List { item, has_commas } = &parameter.kind {
        let separator = if *has_commas { ',' } else { '\0' };
        let items = given.iter().flat_map(|text| text.split(separator).map(|text| typed(item, text)));
        return Some(Value::Array(items.collect()));
    }
    // A list in a header may come in several lines (RFC 9110, 5.2); nothing else may come twice.
    match (parameter.place, given.len()) {
        (_, 1) => Some(typed(&parameter.kind, &given.swap_remove(0))),
        (ParameterPlace::Header, _) => Some(Value::String(given.join(", "))),
        _ => {
            refuse("is given more than once");
            None
        }
    }
}

/// `text` as the type that the schema names; left as it is when it does not fit, for the schema to refuse.
fn typed(kind: &ParameterForm, text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    match kind {
        // "+5" and "007" are no numbers of JSON.
        ParameterForm::Integer | ParameterForm::Number => match serde_json::from_str::<Value>(text) {
            Ok(mut number @ Value::Number(_)) => {
                integral(&mut number);
                number
            }
            _ => as_text(),
        },
        ParameterForm::Boolean => text.parse::<bool>().map_or_else(|_| as_text(), Value::Bool),
        ParameterForm::Text | ParameterForm::List { .. } => as_text(),
    }
}
