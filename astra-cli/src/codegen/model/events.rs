//! What the document says of a stream beside its events, in the extension `x-stream` of the operation:
//! `{"resumed_by": "chat.resume", "ends_with": ["done", "error"]}`.

use serde_json::Value;

use super::{Events, Resume, Type};

/// The stream of `operation`, whose events are of type `ty`.
pub(super) fn read(document: &Value, operation: &Value, ty: Type) -> Events {
    let stream = operation.get("x-stream");
    let ends_with = stream.and_then(|stream| stream.get("ends_with")).and_then(Value::as_array);
    let ends_with: Vec<String> = ends_with.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let resumed_by = stream.and_then(|stream| stream.get("resumed_by")).and_then(Value::as_str);
    let own_id = operation.get("operationId").and_then(Value::as_str);
    let resume = resumed_by.and_then(|id| resume(document, id, Some(id) == own_id));
    let ends_with_done = ends_with.iter().any(|value| value == "[DONE]");
    Events { ty, resume, ends_with, ends_with_done }
}

fn resume(document: &Value, id: &str, is_itself: bool) -> Option<Resume> {
    let paths = document.get("paths")?.as_object()?;
    let has_id = |item: &Value| item.get("get").and_then(|get| get.get("operationId")).is_some_and(|other| other == id);
    let (path, _) = paths.iter().find(|(_, item)| has_id(item))?;
    let field = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name.to_owned());
    Some(Resume { path: path.clone(), field: field.filter(|_| !is_itself) })
}
