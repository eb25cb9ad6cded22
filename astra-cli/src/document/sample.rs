//! A call of an operation as a command of curl, with the document's own examples.

use serde_json::{Map, Value};

use super::operations::{Operation, media, sent};
use super::place::Place;
use super::shape::Shape;

/// Schemas within schemas that are opened for an example.
const DEPTH_MAX: usize = 8;
/// Most values in an example; deeper and wider ones are cut short.
const VALUES_MAX: usize = 500;

/// The command, in lines that the shell takes for one.
pub(crate) fn curl(operation: &Operation<'_>, server: &str) -> String {
    let mut lines = vec![format!("curl{}", method(operation))];
    let is_stream =
        operation.answers().iter().flat_map(|(_, answer)| media(answer)).any(|(kind, _)| kind == "text/event-stream");
    if is_stream {
        lines[0].push_str(" --no-buffer");
    }
    lines[0].push_str(&format!(" {}", quoted(&url(operation, server))));
    if operation.needs_credential() {
        lines.push("--header \"Authorization: Bearer $ASTRA_TOKEN\"".to_owned());
    }
    for parameter in operation.parameters().iter().filter(|it| it.text("in") == Some("header") && it.is("required")) {
        lines.push(format!("--header {}", quoted(&format!("{}: {}", name(parameter), plain(&example(parameter))))));
    }
    lines.extend(body(operation));
    lines.join(" \\\n  ")
}

/// An example of what stands at `place`, a parameter or a body in a media type: the document's own, or one by its schema.
fn example(place: &Place<'_>) -> Value {
    let first = || {
        place.members("examples").into_iter().next().and_then(|(_, first)| first.followed().value.get("value").cloned())
    };
    let by_schema = || place.raw("schema").map(|schema| of_schema(&schema, 0, &mut { VALUES_MAX }));
    place.value.get("example").cloned().or_else(first).or_else(by_schema).unwrap_or_default()
}

fn of_schema(schema: &Place<'_>, depth: usize, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    let shape = Shape::of(schema);
    let given = shape.keyword("example").cloned().or_else(|| shape.keyword("examples")?.get(0).cloned());
    let given = given.or_else(|| shape.keyword("default").filter(|value| !value.is_null()).cloned());
    if let Some(value) = given.or_else(|| shape.values()?.first().map(|value| (*value).clone())) {
        return value;
    }
    if depth >= DEPTH_MAX || *left == 0 {
        return Value::Null;
    }
    if let Some(first) = shape.variants.first() {
        return of_schema(first, depth + 1, left);
    }
    let least = shape.keyword("minItems").and_then(Value::as_u64).unwrap_or(0);
    let types = shape.types();
    match types.iter().next_back().copied().filter(|_| types.len() == 1) {
        Some("object") => {
            let required = shape.required();
            let fields = shape.fields().into_iter().filter(|(name, _)| required.contains(name));
            fields
                .map(|(name, field)| (name.to_owned(), of_schema(&field, depth + 1, left)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") => {
            shape.items().filter(|_| least > 0).map(|items| of_schema(&items, depth + 1, left)).into_iter().collect()
        }
        Some("boolean") => true.into(),
        Some("integer" | "number") => shape.keyword("minimum").cloned().unwrap_or_else(|| 1.into()),
        _ => "text".into(),
    }
}

fn method(operation: &Operation<'_>) -> String {
    match (operation.method, operation.body().is_some()) {
        ("get", false) | ("post", true) => String::new(),
        ("head", _) => " --head".to_owned(),
        (method, _) => format!(" --request {}", method.to_uppercase()),
    }
}

fn url(operation: &Operation<'_>, server: &str) -> String {
    let parameters = operation.parameters();
    let of = |place: &str| parameters.iter().filter(|it| it.text("in") == Some(place)).collect::<Vec<_>>();
    let path = of("path").into_iter().fold(operation.path.to_owned(), |path, parameter| {
        path.replace(&format!("{{{}}}", name(parameter)), &escaped(&plain(&example(parameter))))
    });
    let wanted = of("query").into_iter().filter(|parameter| parameter.is("required"));
    let query: Vec<String> =
        wanted.map(|parameter| format!("{}={}", name(parameter), escaped(&plain(&example(parameter))))).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{path}{mark}{}", server.trim_end_matches('/'), query.join("&"))
}

fn body(operation: &Operation<'_>) -> Vec<String> {
    let Some((kind, body)) = operation.body().and_then(|body| sent(&body)) else { return Vec::new() };
    let body = example(&body);
    if kind == "application/x-www-form-urlencoded" {
        let fields = body.as_object().into_iter().flatten();
        return fields
            .map(|(name, value)| format!("--data-urlencode {}", quoted(&format!("{name}={}", plain(value)))))
            .collect();
    }
    let text = body.as_str().filter(|_| !kind.ends_with("json")).map_or_else(|| body.to_string(), str::to_owned);
    vec![format!("--header {}", quoted(&format!("Content-Type: {kind}"))), format!("--data {}", quoted(&text))]
}

fn name<'d>(parameter: &Place<'d>) -> &'d str {
    parameter.text("name").unwrap_or_default()
}

/// A value as it is written outside JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Percent-encoded but for what a URL takes anywhere, and commas.
fn escaped(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~,:".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    let is_harmless = |character: char| character.is_ascii_alphanumeric() || "-._~:/=@%+,".contains(character);
    if !text.is_empty() && text.chars().all(is_harmless) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::operations::operations;

    fn calls(document: &Value) -> Vec<String> {
        operations(&Place::root(document)).iter().map(|operation| curl(operation, "http://localhost:1/")).collect()
    }

    #[test]
    fn uses_the_documents_examples_and_quotes_them() {
        let document = json!({"paths": {"/a/{id}": {"patch": {
            "security": [{"bearer": []}],
            "parameters": [
                {"name": "id", "in": "path", "required": true, "example": "a/b"},
                {"name": "q", "in": "query", "required": true, "schema": {"type": "array", "items": {"enum": ["x"]}, "minItems": 1}},
                {"name": "left-out", "in": "query"},
            ],
            "requestBody": {"content": {"application/json": {"example": {"text": "it's"}}}},
        }}}});
        let expected = "curl --request PATCH 'http://localhost:1/a/a%2Fb?q=x' \\\n  \
            --header \"Authorization: Bearer $ASTRA_TOKEN\" \\\n  \
            --header 'Content-Type: application/json' \\\n  --data '{\"text\":\"it'\\''s\"}'";
        assert_eq!(calls(&document), [expected]);
    }

    #[test]
    fn makes_an_example_by_the_schema_where_there_is_none() {
        let schema = json!({
            "type": "object",
            "required": ["name", "size", "self", "kind"],
            "properties": {
                "name": {"type": "string"}, "size": {"type": "integer", "minimum": 3}, "kind": {"enum": ["k"]},
                "self": {"$ref": "#/components/schemas/A"}, "other": {"type": "string"},
            },
        });
        let document = json!({"components": {"schemas": {"A": schema}}});
        let place =
            Place::root(&document).get("components").and_then(|it| it.get("schemas")?.get("A")).expect("a schema");
        let made = of_schema(&place, 0, &mut { VALUES_MAX });
        assert_eq!((&made["name"], &made["size"], &made["kind"]), (&json!("text"), &json!(3), &json!("k")));
        assert_eq!(made["self"]["self"]["size"], 3);
        assert!(made.get("other").is_none());
    }

    #[test]
    fn a_form_is_sent_as_one_and_a_stream_unbuffered() {
        let document = json!({"paths": {"/t": {
            "post": {"requestBody": {"content": {"application/x-www-form-urlencoded": {"example": {"a": "b c", "n": 1}}}}},
            "get": {"responses": {"200": {"content": {"text/event-stream": {}}}}},
        }}});
        assert_eq!(
            calls(&document),
            [
                "curl --no-buffer http://localhost:1/t",
                "curl http://localhost:1/t \\\n  --data-urlencode 'a=b c' \\\n  --data-urlencode n=1",
            ]
        );
    }
}
