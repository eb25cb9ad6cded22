//! OpenAPI 3.2: a stream is a sequence of frames, each described by `itemSchema`.

use serde_json::{Map, Value, json};

use crate::document::place::Place;
use crate::document::shape::Shape;
use crate::document::walk::{Kind, walk};

const EVENT_STREAM: &str = "text/event-stream";

/// Rewrites a document of 3.1.
pub(super) fn rewrite(document: &mut Value) {
    let original = document.clone();
    walk(document, &mut |kind, object| match kind {
        Kind::Document => {
            object.insert("openapi".into(), "3.2.0".into());
        }
        Kind::Answer | Kind::Body => {
            let media = object.get_mut("content").and_then(|content| content.get_mut(EVENT_STREAM));
            if let Some(media) = media.and_then(Value::as_object_mut) {
                describe_frames(media, &original);
            }
        }
        _ => {}
    });
}

fn describe_frames(media: &mut Map<String, Value>, document: &Value) {
    let Some(event) = media.shift_remove("schema") else { return };
    let is_tagged = Shape::of(&Place::root(document).beside(&event)).tags().is_some();
    media.insert("itemSchema".into(), frame(event, is_tagged));
}

/// A frame with `event` as the JSON in its data. Events that differ by their type have it as `event:` and are
/// numbered by `id:`; others are data alone.
fn frame(event: Value, is_tagged: bool) -> Value {
    let line = |description: &str| json!({"type": "string", "description": description, "maxLength": 256, "pattern": "^[^\\x00\\r\\n]*$"});
    let data = json!({
        "type": "string",
        "description": "The event as JSON.",
        "contentMediaType": "application/json",
        "contentSchema": event,
    });
    if !is_tagged {
        return json!({"type": "object", "description": "One frame of the stream.", "required": ["data"], "properties": {"data": data}});
    }
    json!({
        "type": "object",
        "description": "One frame of the stream.",
        "required": ["event", "id", "data"],
        "properties": {
            "event": line("The event's type, as in `data`."),
            "id": line("What `Last-Event-ID` takes to go on after this frame."),
            "data": data,
        },
    })
}
