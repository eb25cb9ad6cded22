//! What the document says of a stream beside its events, in the extension `x-stream` of the operation:
//! `{"resumed_by": "chat.resume", "ends_with": ["done", "error"]}`.

use super::{Events, Resume, Type};
use crate::document::operations::{Operation, operations};

/// The stream of `operation`, whose events are of type `ty`.
pub(super) fn read(operation: &Operation<'_>, ty: Type) -> Events {
    let stream = operation.place.raw("x-stream");
    let ends_with = stream.as_ref().map(|stream| stream.elements("ends_with")).unwrap_or_default();
    let ends_with: Vec<String> = ends_with.iter().filter_map(|event| event.value.as_str()).map(str::to_owned).collect();
    let resumed_by = stream.as_ref().and_then(|stream| stream.text("resumed_by"));
    let resume = resumed_by.and_then(|id| resume(operation, id));
    let ends_with_done = ends_with.iter().any(|value| value == "[DONE]");
    Events { ty, resume, ends_with, ends_with_done }
}

fn resume(operation: &Operation<'_>, id: &str) -> Option<Resume> {
    let is_wanted = |other: &Operation<'_>| other.method == "get" && other.place.text("operationId") == Some(id);
    let path = operations(&operation.place.document()).into_iter().find(is_wanted)?.path;
    let field = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name.to_owned());
    let is_itself = operation.place.text("operationId") == Some(id);
    Some(Resume { path: path.to_owned(), field: field.filter(|_| !is_itself) })
}
