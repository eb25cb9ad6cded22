//! The answers that every operation may give, by policy, and the headers that every answer carries.

use serde_json::{Map, Value, json};

use super::super::traits::{CredentialPlace, Declared, Refusals, Traits};
use super::super::tree;

/// Status, name of the component, and what it means.
const REFUSALS: [(&str, &str, &str); 13] = [
    ("400", "BadRequest", "The request is malformed."),
    ("401", "Unauthorized", "There is no valid credential."),
    ("403", "Forbidden", "The credential's role or scopes do not allow this operation."),
    ("404", "NotFound", "There is no such resource in the caller's reach."),
    ("406", "NotAcceptable", "`Accept` names none of the media types that this operation answers with."),
    ("412", "PreconditionFailed", "The resource has changed since the version that `If-Match` names."),
    ("413", "PayloadTooLarge", "The body is larger than the limit."),
    ("415", "UnsupportedMediaType", "The operation does not accept this media type."),
    ("421", "MisdirectedRequest", "The request's host is not one of this gateway's."),
    ("422", "InvalidRequest", "The request does not match its schema; `errors` lists the faults."),
    ("429", "RateLimited", "Too many requests: wait for `Retry-After`."),
    ("500", "InternalError", "The gateway failed; the log has the cause under the request id."),
    ("503", "Unavailable", "The gateway cannot do this now: wait for `Retry-After`."),
];

/// On answers of these classes, as component names.
const HEADERS: [(&str, &str); 4] = [
    ("Access-Control-Allow-Origin", "Access-Control-Allow-Origin"),
    ("X-Request-ID", "RequestId"),
    ("RateLimit", "RateLimit"),
    ("RateLimit-Policy", "RateLimitPolicy"),
];

/// Adds the common answers and headers to every operation, sorted by status.
pub(super) fn complete(document: &mut Value, traits: &Declared, faults: &mut Vec<String>) {
    for (path, method, operation) in tree::operations(document.get_mut("paths")) {
        complete_one(operation, traits.of(path, method));
    }
    let responses = REFUSALS.iter().map(|(status, name, meaning)| ((*name).to_owned(), refusal(status, meaning)));
    for (kind, own) in [("headers", header_components()), ("responses", responses.collect::<Map<_, _>>().into())] {
        let components = &mut document["components"][kind];
        for (name, component) in own.as_object().into_iter().flatten() {
            if components.get(name).is_some_and(|hosts| hosts != component) {
                faults.push(format!("{name} among the components of {kind} is the gateway's own: rename the host's"));
            }
            components[name] = component.clone();
        }
    }
}

fn complete_one(operation: &mut Value, traits: Traits) {
    let form = traits.refusals;
    let mut common = common(operation, traits);
    if !form.are_problems() {
        // There, a request that does not match its schema is a bad one.
        common.retain(|status| *status != "422");
    }
    let mut responses = match operation.get_mut("responses").map(Value::take) {
        Some(Value::Object(responses)) => responses,
        _ => Map::new(),
    };
    for (status, name, meaning) in REFUSALS.iter().filter(|(status, ..)| common.contains(status)) {
        let answer = match form {
            Refusals::Problem | Refusals::Close => json!({"$ref": format!("#/components/responses/{name}")}),
            form => refusal_in(form, status, meaning),
        };
        responses.entry(*status).or_insert(answer);
    }
    for (status, response) in responses.iter_mut().filter(|(_, response)| response.get("$ref").is_none()) {
        if status.starts_with(['4', '5']) && response.get("content").is_none() {
            // The operation says when; how a refusal looks is the same everywhere.
            let meaning = response["description"].as_str().unwrap_or_default().to_owned();
            *response = refusal_in(form, status, &meaning);
        }
        for (header, component) in headers_of(status) {
            response["headers"][header] = json!({"$ref": format!("#/components/headers/{component}")});
        }
    }
    responses.sort_keys();
    operation["responses"] = responses.into();
}

/// Which refusals the operation may answer.
fn common(operation: &Value, traits: Traits) -> Vec<&'static str> {
    let mut statuses = vec!["400", "421", "422", "429", "500", "503"];
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    if answers.into_iter().any(|(status, answer)| status.starts_with('2') && answer.get("content").is_some()) {
        statuses.push("406");
    }
    if operation.get("security").and_then(Value::as_array).is_some_and(|needs| !needs.is_empty()) {
        statuses.extend(["401", "403"]);
    }
    if traits.credential == CredentialPlace::Own {
        statuses.push("401");
    }
    let parameters = || operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    if parameters().any(|parameter| parameter["in"] == "path") {
        statuses.push("404");
    }
    if parameters().any(|parameter| parameter["in"] == "header" && parameter["name"] == "If-Match") {
        statuses.push("412");
    }
    if operation.get("requestBody").is_some() {
        statuses.extend(["413", "415"]);
    }
    statuses
}

fn headers_of(status: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    // A failure of the gateway may come before anything was counted.
    let is_counted = status.starts_with(['1', '2', '3', '4']);
    HEADERS.into_iter().filter(move |(header, _)| is_counted || !header.starts_with("RateLimit"))
}

fn refusal(status: &str, meaning: &str) -> Value {
    let mut headers: Map<String, Value> = headers_of(status)
        .map(|(header, component)| (header.to_owned(), json!({"$ref": format!("#/components/headers/{component}")})))
        .collect();
    match status {
        "401" => {
            drop(headers.insert("WWW-Authenticate".into(), json!({"$ref": "#/components/headers/WwwAuthenticate"})))
        }
        "429" | "503" => drop(headers.insert("Retry-After".into(), json!({"$ref": "#/components/headers/RetryAfter"}))),
        _ => {}
    }
    let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    json!({"description": meaning, "headers": headers, "content": content})
}

/// A refusal as the clients of an operation with these `refusals` read it.
fn refusal_in(refusals: Refusals, status: &str, meaning: &str) -> Value {
    let mut answer = refusal(status, meaning);
    let schema = match refusals {
        Refusals::Problem | Refusals::Close => return answer,
        Refusals::OpenAi => "OpenAiError",
        Refusals::OAuth => "OAuthError",
    };
    let may_repeat = matches!(status, "409" | "429") || status.starts_with('5');
    if refusals == Refusals::OpenAi && may_repeat {
        answer["headers"]["x-should-retry"] = json!({"$ref": "#/components/headers/ShouldRetry"});
    }
    let reference = format!("#/components/schemas/{schema}");
    answer["content"] = json!({"application/json": {"schema": {"$ref": reference}}});
    answer
}

fn header_components() -> Value {
    let text = |description: &str, is_required: bool, example: &str| {
        let schema = json!({"type": "string", "minLength": 1, "maxLength": 256, "pattern": "^[ -~]+$"});
        json!({"description": description, "required": is_required, "schema": schema, "example": example})
    };
    let seconds = json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 86400});
    json!({
        "Access-Control-Allow-Origin": text("The page's origin, if the gateway allows it.", false, "https://app.example.com"),
        "RequestId": text("The request's id, as sent or as made by the gateway.", true, "req_06a1b2c3d4e5q"),
        "RateLimit": text("The remaining quota (RateLimit header fields for HTTP).", false, "\"token\";r=1999;t=1"),
        "RateLimitPolicy": text("The quota that applies: requests and seconds.", false, "\"token\";q=2000;w=1"),
        "RetryAfter": {"description": "Seconds to wait before the next try.", "required": true, "schema": seconds, "example": 1},
        "ShouldRetry": text("`false` when the same request would be refused again: OpenAI's clients do not send it again then.", false, "false"),
        "WwwAuthenticate": text("The challenge (RFC 6750).", true, "Bearer realm=\"astra\""),
    })
}
