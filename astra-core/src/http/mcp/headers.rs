//! Headers that repeat what a body says, for what stands between client and server and reads no bodies: they must say the
//! same (revision 2026-07-28, "Request Metadata").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use rmcp::model::{ErrorCode, ErrorData};
use serde_json::{Map, Value};

use super::fault::Fault;
use super::message::Request;

/// A value that no header can hold stands between these, in base64.
const ENCODED: (&str, &str) = ("=?base64?", "?=");
/// The field of a schema that names the header which repeats its value.
const ANNOTATION: &str = "x-mcp-header";

/// The refusal of a request whose headers say something else than its body.
pub(super) fn mismatch(request: &Request, message: String) -> Fault {
    let error = ErrorData::new(ErrorCode::HEADER_MISMATCH, format!("Header mismatch: {message}."), None);
    request.refuse(StatusCode::BAD_REQUEST, error)
}

/// The value of the header `name`, if it was sent.
///
/// # Errors
/// In words, if it was sent more than once or is no text.
pub(super) fn single<'a>(sent: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, String> {
    let mut values = sent.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(format!("the header {name} was sent more than once"));
    }
    value.to_str().map(|text| Some(text.trim())).map_err(|_| format!("the header {name} is not plain text"))
}

/// Holds the headers of all requests against `request`.
///
/// # Errors
/// In words, if one is missing or says something else.
pub(super) fn check(request: &Request, sent: &HeaderMap) -> Result<(), String> {
    match single(sent, "mcp-method")? {
        None => return Err("the header Mcp-Method is missing".to_owned()),
        Some(method) if method != request.method => return Err(differs("Mcp-Method", method, &request.method)),
        Some(_) => {}
    }
    let field = match request.method.as_str() {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return Ok(()),
    };
    let Some(said) = request.params.get(field).and_then(Value::as_str) else { return Ok(()) };
    let Some(name) = decoded(sent, "mcp-name")? else { return Err("the header Mcp-Name is missing".to_owned()) };
    if name == said { Ok(()) } else { Err(differs("Mcp-Name", &name, said)) }
}

/// Holds the headers that `schema` asks for against the arguments that they repeat.
///
/// # Errors
/// In words, if one is missing, says something else or repeats nothing.
pub(super) fn check_arguments(
    schema: &Map<String, Value>,
    arguments: &Map<String, Value>,
    sent: &HeaderMap,
) -> Result<(), String> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Ok(()) };
    let nothing = Map::new();
    for (name, property) in properties.iter().filter_map(|(name, property)| Some((name, property.as_object()?))) {
        let value = arguments.get(name).filter(|value| !value.is_null());
        if let Some(suffix) = property.get(ANNOTATION).and_then(Value::as_str) {
            check_argument(suffix, value, sent)?;
        }
        check_arguments(property, value.and_then(Value::as_object).unwrap_or(&nothing), sent)?;
    }
    Ok(())
}

fn check_argument(suffix: &str, value: Option<&Value>, sent: &HeaderMap) -> Result<(), String> {
    let header = format!("mcp-param-{}", suffix.to_ascii_lowercase());
    match (decoded(sent, &header)?, value) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(format!("the header {header} is missing")),
        (Some(_), None) => Err(format!("the header {header} repeats an argument that is not there")),
        (Some(text), Some(value)) if is_same(&text, value) => Ok(()),
        (Some(text), Some(value)) => Err(differs(&header, &text, &value.to_string())),
    }
}

/// Numbers are compared as numbers.
fn is_same(text: &str, value: &Value) -> bool {
    match value {
        Value::String(said) => text == said,
        Value::Bool(said) => text == if *said { "true" } else { "false" },
        Value::Number(said) => {
            text == said.to_string() || text.parse::<f64>().ok().is_some_and(|number| said.as_f64() == Some(number))
        }
        _ => false,
    }
}

fn decoded(sent: &HeaderMap, name: &str) -> Result<Option<String>, String> {
    let Some(text) = single(sent, name)? else { return Ok(None) };
    let Some(encoded) = text.strip_prefix(ENCODED.0).and_then(|rest| rest.strip_suffix(ENCODED.1)) else {
        return Ok(Some(text.to_owned()));
    };
    let bytes = STANDARD.decode(encoded).ok();
    let decoded = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.map(Some).ok_or_else(|| format!("the header {name} is not text in base64"))
}

fn differs(header: &str, sent: &str, said: &str) -> String {
    let short = |text: &str| text.chars().take(128).collect::<String>();
    format!("the header {header} is {}, and the body says {}", short(sent), short(said))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn headers_repeat_the_arguments_that_the_schema_names() {
        let schema = json!({"type": "object", "properties": {
            "region": {"type": "string", "x-mcp-header": "Region"},
            "count": {"type": "integer", "x-mcp-header": "Count"},
            "within": {"type": "object", "properties": {"dry": {"type": "boolean", "x-mcp-header": "Dry"}}},
            "text": {"type": "string"},
        }});
        let arguments = json!({"region": "us", "count": 42, "within": {"dry": true}, "text": "t"});
        let verdict = |arguments: &Value, lines: &[(&'static str, &str)]| {
            let mut sent = HeaderMap::new();
            for (name, value) in lines {
                sent.append(*name, value.parse().unwrap());
            }
            check_arguments(schema.as_object().unwrap(), arguments.as_object().unwrap(), &sent).is_ok()
        };
        let (count, dry) = (("mcp-param-count", "42"), ("mcp-param-dry", "true"));
        for region in ["us", "=?base64?dXM=?="] {
            assert!(verdict(&arguments, &[("mcp-param-region", region), count, dry]), "{region}");
        }
        for region in ["eu", "=?base64?dXM?=", "=?base64?d!!=?=", "=?base64?dXM=", "US"] {
            assert!(!verdict(&arguments, &[("mcp-param-region", region), count, dry]), "{region}");
        }
        let region = ("mcp-param-region", "us");
        assert!(verdict(&arguments, &[region, ("mcp-param-count", "42.0"), dry]));
        assert!(!verdict(&arguments, &[region, ("mcp-param-count", "43"), dry]));
        assert!(!verdict(&arguments, &[region, count, ("mcp-param-dry", "false")]));
        assert!(!verdict(&arguments, &[region, region, count, dry]));
        assert!(!verdict(&arguments, &[region, count]));
        assert!(verdict(&json!({"region": null}), &[]));
        assert!(!verdict(&json!({}), &[region]));
    }
}
