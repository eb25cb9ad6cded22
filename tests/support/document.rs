//! The OpenAPI document as the judge of answers.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use http::{HeaderMap, Method, StatusCode, header};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::answer::Event;

/// The built-in document.
pub(crate) fn document() -> &'static Document {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| {
        let value = astra_core::openapi().unwrap_or_else(|fault| panic!("the document is made: {:?}", fault.source));
        Document { value, validators: Mutex::default() }
    });
    &DOCUMENT
}

/// What is served beside the contract, to browsers.
fn is_beside(path: &str) -> bool {
    path == "/" || path == "/docs" || path.starts_with("/docs/")
}

/// A document, with the validators that have been needed so far.
pub(crate) struct Document {
    /// The document.
    pub(crate) value: Value,
    validators: Mutex<BTreeMap<String, &'static Validator>>,
}

impl Document {
    /// Every operation: path, method in capitals, and what the document says of it.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&str, String, &Value)> {
        let paths = self.value["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            let operations = item.as_object().into_iter().flatten();
            operations.map(move |(method, operation)| (path.as_str(), method.to_uppercase(), operation))
        })
    }

    /// `value`, or what it refers to.
    pub(crate) fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let target = self.value.pointer(reference.trim_start_matches('#'));
                self.follow(target.unwrap_or_else(|| panic!("{reference} points to nothing")))
            }
            None => value,
        }
    }

    /// What is wrong with `value` by `schema`, which is part of this document.
    pub(crate) fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        self.validator(schema).iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
    }

    /// Fails unless the document allows this answer.
    #[track_caller]
    pub(crate) fn check_head(&self, method: &Method, path: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
        let context = format!("{method} {path}: {status}");
        let Some((template, operation)) = self.operation(method, path) else {
            if is_beside(path) && status.as_u16() < 400 {
                return;
            }
            assert!(matches!(status.as_u16(), 404..=406 | 429), "{context} from an operation that is not documented");
            return self.check_problem(&context, method, headers, body);
        };
        assert!(headers.contains_key("x-request-id"), "{context}: X-Request-ID is missing");
        let Some(response) = operation["responses"].get(status.as_str()) else {
            panic!("{context}: {template} does not document it: {}", String::from_utf8_lossy(body))
        };
        let response = self.follow(response);
        self.check_headers(&context, response, headers);
        if method == Method::HEAD {
            assert!(body.is_empty(), "{context}: a body for HEAD");
            return;
        }
        let Some(content) = response["content"].as_object() else {
            return assert!(body.is_empty(), "{context}: it documents no body");
        };
        let media_type = media_type(headers);
        let documented =
            content.get(&media_type).unwrap_or_else(|| panic!("{context}: {media_type:?} is not documented"));
        if media_type.ends_with("json") && !headers.contains_key(header::CONTENT_ENCODING) {
            let value = serde_json::from_slice(body).unwrap_or_else(|fault| panic!("{context}: {fault}"));
            let faults = self.faults(&documented["schema"], &value);
            assert!(faults.is_empty(), "{context}: {faults:#?}\n{value:#}");
        }
    }

    /// Fails unless the document allows this event in the answer's stream.
    #[track_caller]
    pub(crate) fn check_event(&self, method: &Method, path: &str, event: &Event) {
        let (_, operation) = self.operation(method, path).expect("a documented stream");
        if event.data == "[DONE]" {
            return;
        }
        let schema = &operation["responses"]["200"]["content"]["text/event-stream"]["schema"];
        let faults = self.faults(schema, &event.data);
        assert!(faults.is_empty(), "{method} {path}: event {}: {faults:#?}\n{:#}", event.event, event.data);
        if event.data.get("type").is_some() {
            assert_eq!(event.data["type"], event.event, "the type is the event's name");
            assert!(event.id.is_some(), "an event without an id: {event:?}");
        }
    }

    /// The operation that answers `method` at `path`, and the path as the document writes it.
    pub(crate) fn operation(&self, method: &Method, path: &str) -> Option<(&str, &Value)> {
        let method = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_lowercase() };
        let paths = self.value["paths"].as_object().into_iter().flatten();
        let mut matching: Vec<_> = paths.filter(|(template, _)| matches(template, path)).collect();
        // A literal path goes before one with variables.
        matching.sort_by_key(|(template, _)| template.matches('{').count());
        let (template, item) = matching.first()?;
        Some((template.as_str(), item.get(&method)?))
    }

    #[track_caller]
    fn check_problem(&self, context: &str, method: &Method, headers: &HeaderMap, body: &[u8]) {
        if method == Method::HEAD {
            return;
        }
        assert_eq!(media_type(headers), "application/problem+json", "{context}");
        let problem = serde_json::from_slice(body).unwrap_or_else(|fault| panic!("{context}: {fault}"));
        let faults = self.faults(&json!({"$ref": "#/components/schemas/Problem"}), &problem);
        assert!(faults.is_empty(), "{context}: {faults:#?}");
    }

    #[track_caller]
    fn check_headers(&self, context: &str, response: &Value, headers: &HeaderMap) {
        for (name, documented) in response["headers"].as_object().into_iter().flatten() {
            let documented = self.follow(documented);
            let Some(text) = headers.get(name).map(|value| value.to_str().expect("plain text")) else {
                assert!(documented["required"] != true, "{context}: the header {name} is missing");
                continue;
            };
            let is_number = self.follow(&documented["schema"])["type"] == "integer";
            let value = if is_number { text.parse::<i64>().map_or(json!(text), Value::from) } else { json!(text) };
            let faults = self.faults(&documented["schema"], &value);
            assert!(faults.is_empty(), "{context}: header {name}: {faults:?}");
        }
    }

    fn validator(&self, schema: &Value) -> &'static Validator {
        let mut validators = self.validators.lock().expect("no panic while compiling");
        validators.entry(schema.to_string()).or_insert_with(|| {
            let components = self.value.get("components").cloned().unwrap_or_else(|| Map::new().into());
            let root = json!({"allOf": [schema], "components": components});
            let options =
                jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
            // One for each schema of one process: not worth returning.
            Box::leak(Box::new(options.build(&root).unwrap_or_else(|fault| panic!("{fault}: {schema:#}"))))
        })
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn matches(template: &str, path: &str) -> bool {
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(|(known, given)| known.starts_with('{') || known == given)
}
