//! Operations become calls.

use super::events;
use super::pages;
use super::shape::{Types, text};
use super::{Answer, Body, Location, Operation, PAGE_CURSOR, Parameter, Type, deep, fit, is_text};
use crate::codegen::naming;
use crate::document::operations::{self as documented, media, payload, sent};

/// Headers that clients set by themselves.
const OWN_HEADERS: [&str; 3] = ["idempotency-key", "last-event-id", "x-request-id"];

/// The call that `described` is.
pub(super) fn read<'d>(types: &mut Types<'d>, described: &documented::Operation<'d>) -> Result<Operation, String> {
    let (method, path, place) = (described.method.to_uppercase(), described.path, &described.place);
    let id = place.text("operationId").unwrap_or_default().to_owned();
    if id.is_empty() {
        return Err(format!("{method} {path} has no operationId"));
    }
    fit::check_name("operation", &id)?;
    let name = id.split_once('.').map_or(id.as_str(), |(_, name)| name).to_owned();
    let ty = naming::pascal(&id);
    let all = parameters(types, described, &ty)?;
    let takes = |name: &str| all.iter().any(|parameter| parameter.name.eq_ignore_ascii_case(name));
    let takes_idempotency_key = takes("Idempotency-Key");
    let takes_last_event_id = takes("Last-Event-ID");
    let answer = answer(types, described, &ty);
    let page = if takes(PAGE_CURSOR) { pages::read(types, &answer) } else { None };
    let is_own = |parameter: &Parameter| {
        let is_header = parameter.location == Location::Header;
        (is_header && OWN_HEADERS.contains(&parameter.name.to_ascii_lowercase().as_str()))
            || (page.is_some() && parameter.location == Location::Query && parameter.name == PAGE_CURSOR)
    };
    let mut parameters: Vec<Parameter> = all.into_iter().filter(|parameter| !is_own(parameter)).collect();
    parameters.sort_by_key(|parameter| match parameter.location {
        Location::Path => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(usize::MAX - 1),
        Location::Query | Location::Header => usize::MAX,
    });
    let statuses: Vec<&str> = described.answers().into_iter().map(|(status, _)| status).collect();
    let numbers = statuses.iter().filter_map(|status| status.parse().ok());
    Ok(Operation {
        name,
        summary: text(place, "summary"),
        description: text(place, "description"),
        method,
        path: path.to_owned(),
        parameters,
        body: body(types, described, &ty)?,
        success: numbers.filter(|status| (200..300).contains(status)).collect(),
        answer,
        page,
        takes_idempotency_key,
        takes_last_event_id,
        needs_token: described.needs_credential(),
        may_be_unchanged: statuses.contains(&"304"),
        is_deprecated: place.is("deprecated"),
        id,
    })
}

fn parameters<'d>(
    types: &mut Types<'d>,
    operation: &documented::Operation<'d>,
    ty: &str,
) -> Result<Vec<Parameter>, String> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for parameter in operation.parameters() {
        let name = parameter.text("name").unwrap_or_default().to_owned();
        fit::check_name("parameter", &name)?;
        let to = match parameter.text("in") {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            // A cookie is the browser's.
            _ => continue,
        };
        // Of two with one name, the last is meant.
        parameters.retain(|other| (other.location, &other.name) != (to, &name));
        let schema = parameter.raw("schema");
        let example = parameter.raw("example").or_else(|| schema.as_ref()?.raw("example"));
        let known = types.named.len();
        let read = Parameter {
            location: to,
            description: text(&parameter, "description"),
            ty: schema.map_or(Type::Any, |schema| types.ty(&schema, &format!("{ty}{}", naming::pascal(&name)))),
            is_required: to == Location::Path || parameter.is("required"),
            is_joined: parameter.value.get("explode").is_some_and(|explode| explode == false) || to == Location::Header,
            example: example.map(|example| example.value.clone()),
            name,
        };
        let is_deep = to == Location::Query && parameter.text("style") == Some("deepObject");
        parameters.extend(if is_deep { deep::members(types, read, known) } else { vec![read] });
    }
    Ok(parameters)
}

fn body<'d>(types: &mut Types<'d>, operation: &documented::Operation<'d>, ty: &str) -> Result<Option<Body>, String> {
    let Some(body) = operation.body() else { return Ok(None) };
    let Some((media_type, described)) = sent(&body) else { return Ok(None) };
    fit::check_name("media type", media_type)?;
    Ok(Some(Body {
        media_type: media_type.to_owned(),
        ty: described.raw("schema").map_or(Type::Any, |schema| types.ty(&schema, &format!("{ty}Body"))),
        is_required: body.is("required"),
        description: text(&body, "description"),
        example: described.value.get("example").cloned(),
    }))
}

/// What success gives.
fn answer<'d>(types: &mut Types<'d>, operation: &documented::Operation<'d>, ty: &str) -> Answer {
    let success = operation.answers().into_iter().find(|(status, _)| status.starts_with('2'));
    let Some((_, success)) = success else { return Answer::Nothing };
    let mut json = None;
    let mut events = None;
    let mut other = None;
    for (media_type, described) in media(&success) {
        let mut of = |name: &str| payload(&described).map_or(Type::Any, |schema| types.ty(&schema, name));
        if media_type == "text/event-stream" {
            events = Some(events::read(operation, of(&format!("{ty}Event"))));
        } else if media_type == "application/json" || media_type.ends_with("+json") {
            json = json.or_else(|| Some(of(&format!("{ty}Answer"))));
        } else {
            other = Some(if is_text(media_type) { Answer::Text } else { Answer::Bytes });
        }
    }
    match (json, events) {
        (Some(json), Some(events)) => Answer::Either { json, events, switch: "stream".to_owned() },
        (Some(json), None) => Answer::Json(json),
        (None, Some(events)) => Answer::Events(events),
        (None, None) => other.unwrap_or(Answer::Nothing),
    }
}
