//! Operations become calls.

use serde_json::Value;

use super::events;
use super::pages;
use super::shape::{Types, flag, text};
use super::{Answer, Body, Operation, PAGE_CURSOR, Parameter, Place, deep, fit};
use crate::codegen::naming;

/// Headers that clients set by themselves.
const OWN_HEADERS: [&str; 3] = ["idempotency-key", "last-event-id", "x-request-id"];

/// The operation at `method` and `path`. `item` is the path's entry, `document` what references point into.
pub(super) fn read(
    document: &Value,
    types: &mut Types,
    (path, item): (&str, &Value),
    (method, operation): (&str, &Value),
) -> Result<Operation, String> {
    let id = name(operation, "operationId");
    if id.is_empty() {
        return Err(format!("{} {path} has no operationId", method.to_uppercase()));
    }
    fit::check_name("operation", &id)?;
    let name = id.split_once('.').map_or(id.as_str(), |(_, name)| name).to_owned();
    let place = naming::pascal(&id);
    let all = parameters(document, types, item, operation, &place)?;
    let takes = |name: &str| all.iter().any(|parameter| parameter.name.eq_ignore_ascii_case(name));
    let takes_idempotency_key = takes("Idempotency-Key");
    let takes_last_event_id = takes("Last-Event-ID");
    let (answer, may_be_unchanged) = answer(document, types, operation, &place);
    let page = if takes(PAGE_CURSOR) { pages::read(types, &answer) } else { None };
    let is_own = |parameter: &Parameter| {
        let is_header = parameter.place == Place::Header;
        (is_header && OWN_HEADERS.contains(&parameter.name.to_ascii_lowercase().as_str()))
            || (page.is_some() && parameter.place == Place::Query && parameter.name == PAGE_CURSOR)
    };
    let mut parameters: Vec<Parameter> = all.into_iter().filter(|parameter| !is_own(parameter)).collect();
    parameters.sort_by_key(|parameter| match parameter.place {
        Place::Path => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(usize::MAX - 1),
        Place::Query | Place::Header => usize::MAX,
    });
    Ok(Operation {
        name,
        summary: text(operation, "summary"),
        description: text(operation, "description"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        parameters,
        body: body(document, types, operation, &place)?,
        success: success(operation),
        answer,
        page,
        takes_idempotency_key,
        takes_last_event_id,
        needs_token: needs_token(document, operation),
        may_be_unchanged,
        is_deprecated: flag(operation, "deprecated"),
        id,
    })
}

/// A name as it is written.
fn name(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What `value` refers to, or itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let target = value.get("$ref").and_then(Value::as_str).and_then(|path| document.pointer(path.strip_prefix('#')?));
    target.unwrap_or(value)
}

fn needs_token(document: &Value, operation: &Value) -> bool {
    let security = operation.get("security").or_else(|| document.get("security")).and_then(Value::as_array);
    let is_open = |entry: &Value| entry.as_object().is_some_and(serde_json::Map::is_empty);
    security.is_some_and(|entries| !entries.is_empty() && !entries.iter().any(is_open))
}

fn parameters(
    document: &Value,
    types: &mut Types,
    item: &Value,
    operation: &Value,
    place: &str,
) -> Result<Vec<Parameter>, String> {
    let listed = [item, operation].into_iter().filter_map(|it| it.get("parameters")?.as_array()).flatten();
    let mut parameters: Vec<Parameter> = Vec::new();
    for parameter in listed.map(|parameter| resolved(document, parameter)) {
        let name = name(parameter, "name");
        fit::check_name("parameter", &name)?;
        let to = match parameter.get("in").and_then(Value::as_str) {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            // A cookie is the browser's.
            _ => continue,
        };
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let example = parameter.get("example").or_else(|| schema.get("example")).cloned();
        // The operation's own word goes before that of its path.
        parameters.retain(|other| (other.place, &other.name) != (to, &name));
        let known = types.named.len();
        let read = Parameter {
            place: to,
            description: text(parameter, "description"),
            ty: types.ty(schema, &format!("{place}{}", naming::pascal(&name))),
            is_required: to == Place::Path || flag(parameter, "required"),
            is_joined: parameter.get("explode") == Some(&Value::Bool(false)) || to == Place::Header,
            example,
            name,
        };
        let is_deep = to == Place::Query && parameter.get("style").is_some_and(|style| style == "deepObject");
        parameters.extend(if is_deep { deep::members(types, read, known) } else { vec![read] });
    }
    Ok(parameters)
}

fn body(document: &Value, types: &mut Types, operation: &Value, place: &str) -> Result<Option<Body>, String> {
    let body = operation.get("requestBody").map_or(&Value::Null, |body| resolved(document, body));
    let content = body.get("content").and_then(Value::as_object);
    let kind = content.and_then(|content| content.get_key_value("application/json").or_else(|| content.iter().next()));
    let Some((media_type, described)) = kind else { return Ok(None) };
    fit::check_name("media type", media_type)?;
    let ty = described.get("schema").map_or(super::Type::Any, |schema| types.ty(schema, &format!("{place}Body")));
    Ok(Some(Body {
        media_type: media_type.clone(),
        ty,
        is_required: flag(body, "required"),
        description: text(body, "description"),
        example: described.get("example").cloned(),
    }))
}

/// The statuses of success; a range of them (`2XX`) is none.
fn success(operation: &Value) -> Vec<u16> {
    let responses = operation.get("responses").and_then(Value::as_object);
    let statuses = responses.into_iter().flatten().filter_map(|(status, _)| status.parse().ok());
    statuses.filter(|status| (200..300).contains(status)).collect()
}

/// What success gives, and whether it may also be that nothing changed.
fn answer(document: &Value, types: &mut Types, operation: &Value, place: &str) -> (Answer, bool) {
    let responses = operation.get("responses").and_then(Value::as_object);
    let may_be_unchanged = responses.is_some_and(|responses| responses.contains_key("304"));
    let success = responses.into_iter().flatten().find(|(status, _)| status.starts_with('2'));
    let success = success.map(|(_, response)| resolved(document, response));
    let Some(content) = success.and_then(|response| response.get("content")?.as_object()) else {
        return (Answer::Nothing, may_be_unchanged);
    };
    let mut json = None;
    let mut events = None;
    let mut other = None;
    for (media_type, described) in content {
        // 3.2 has the schema of the whole event.
        let schema = described
            .get("schema")
            .or_else(|| described.pointer("/itemSchema/properties/data/contentSchema"))
            .unwrap_or(&Value::Null);
        if media_type == "text/event-stream" {
            let ty = types.ty(schema, &format!("{place}Event"));
            events = Some(events::read(document, operation, ty));
        } else if media_type == "application/json" || media_type.ends_with("+json") {
            json = json.or_else(|| Some(types.ty(schema, &format!("{place}Answer"))));
        } else {
            let is_text =
                media_type.starts_with("text/") || media_type.ends_with("yaml") || media_type.ends_with("xml");
            other = Some(if is_text { Answer::Text } else { Answer::Bytes });
        }
    }
    let answer = match (json, events) {
        (Some(json), Some(events)) => Answer::Either { json, events, switch: "stream".to_owned() },
        (Some(json), None) => Answer::Json(json),
        (None, Some(events)) => Answer::Events(events),
        (None, None) => other.unwrap_or(Answer::Nothing),
    };
    (answer, may_be_unchanged)
}
