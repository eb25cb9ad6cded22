//! One event of a stream, as it is sent and as the document describes it.

use http::{Method, StatusCode};
use serde_json::Value;

use super::Document;
use super::beside::has_own_protocol;
use crate::outbound::sse::{self, EventTooLarge, Parser};

/// One server-sent event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The `id` field.
    pub id: Option<String>,
    /// The `event` field; `message` where there is none.
    pub event: String,
    /// The JSON of the `data` field, or its text (`[DONE]`).
    pub data: Value,
}

/// Reads the events of a stream from its bytes, in whatever pieces they come.
#[derive(Debug)]
pub struct EventReader(Parser);

impl EventReader {
    /// A reader at the beginning of a stream.
    #[must_use]
    pub const fn new() -> Self {
        // A test takes what its gateway sends.
        Self(Parser::new(usize::MAX))
    }

    /// Takes the next bytes; answers the events that are complete with them. What carries no data, such as a comment, is
    /// none.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        let mut keep = |event: sse::Event<'_>| {
            events.push(Event::of(event));
            Ok::<(), EventTooLarge>(())
        };
        // No event is too large.
        let _ = self.0.feed(bytes, &mut keep);
        events
    }

    /// Whether the stream may end here: no event has begun.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.0.is_complete()
    }
}

impl Default for EventReader {
    fn default() -> Self {
        Self::new()
    }
}

impl Event {
    fn of(event: sse::Event<'_>) -> Self {
        let [name, data] = [event.name, event.data].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Self {
            id: event.id.map(|id| String::from_utf8_lossy(id).into_owned()),
            event: if name.is_empty() { "message".to_owned() } else { name },
            data: serde_json::from_str(&data).unwrap_or(Value::String(data)),
        }
    }
}

impl Document {
    /// What is wrong with `event` in an answer with `status` to `method` and `path`: its data by the schema of
    /// `text/event-stream`, and its name, where the data has a `type` that must be the same.
    #[must_use]
    pub fn event_faults(&self, method: &Method, path: &str, status: StatusCode, event: &Event) -> Vec<String> {
        let context = format!("{method} {path}: the event {}", event.event);
        let Some((_, operation)) = self.operation(method, path) else {
            let is_own = has_own_protocol(path);
            return if is_own { Vec::new() } else { vec![format!("{context}: the operation is not documented")] };
        };
        let content = &self.follow(&operation["responses"][status.as_str()])["content"];
        let Some(schema) = content.pointer("/text~1event-stream/schema") else {
            return vec![format!("{context}: no stream of events is documented for {status}")];
        };
        // What ends the stream may be a word that is no JSON.
        let mut ends = operation["x-stream"]["ends_with"].as_array().into_iter().flatten();
        if event.id.is_none() && event.data.is_string() && ends.any(|end| *end == event.data) {
            return Vec::new();
        }
        let faults = self.faults(schema, &event.data).into_iter();
        let mut faults: Vec<String> = faults.map(|fault| format!("{context}: {fault}\n{:#}", event.data)).collect();
        if event.data.get("type").is_some_and(|kind| *kind != event.event) {
            faults.push(format!("{context}: its data says that it is {}", event.data["type"]));
        }
        faults
    }
}
