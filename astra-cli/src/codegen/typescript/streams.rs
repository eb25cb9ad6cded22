//! What the runtime has to know of a stream.

use serde_json::json;

use super::code::{Code, string};
use super::declarations::Types;
use super::imports::Imports;
use crate::codegen::model::Events;

/// The type of what a stream gives: the document's events, and those that are not known.
pub(super) fn event(types: &Types, events: &Events, imports: &mut Imports) -> String {
    types.mentioned(&events.ty).for_each(|name| imports.ty("../types.ts", name));
    let known = types.text(&events.ty);
    let Some((tag, values)) = types.tag(&events.ty) else { return known };
    imports.ty("../runtime/events.ts", "UnknownEvent");
    match (tag, unknown(&values)) {
        ("type", "unknown") => format!("{known} | UnknownEvent"),
        (tag, "unknown") => format!("{known} | UnknownEvent<{}>", string(tag)),
        (tag, value) => format!("{known} | UnknownEvent<{}, {}>", string(tag), string(value)),
    }
}

/// What events that are not known have for a tag: nothing that a known one has.
fn unknown(values: &[String]) -> &'static str {
    let candidates = ["unknown", "unknown_event", "unknown_event_of_this_stream"];
    candidates.into_iter().find(|candidate| !values.iter().any(|value| value == candidate)).unwrap_or("")
}

/// The description of a stream.
pub(super) fn kind(types: &Types, events: &Events) -> Code {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: Code| fields.push((name.to_owned(), value));
    if let Some((tag, values)) = types.tag(&events.ty) {
        add("tag", Code::value(&json!({"name": tag, "known": values, "unknown": unknown(&values)})));
    }
    if let Some(resume) = &events.resume {
        add(
            "resume",
            Code::value(&match &resume.field {
                Some(field) => json!({"path": resume.path, "field": field}),
                None => json!({"path": resume.path}),
            }),
        );
    }
    let ends: Vec<&String> = events.ends_with.iter().filter(|value| *value != "[DONE]").collect();
    if !ends.is_empty() {
        add("endsWith", Code::value(&json!(ends)));
    }
    if events.ends_with_done {
        add("endsWithDone", Code::text("true"));
    }
    Code::Object(fields)
}
