//! One event of a stream, as it is sent and as the document describes it.

use http::{Method, StatusCode};
use serde_json::Value;

use super::Document;
use crate::http::contract::COMPLETIONS;

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

impl Event {
    /// Reads the lines of one event; `None` for what carries no data, such as a comment.
    #[must_use]
    pub fn parse(block: &str) -> Option<Self> {
        let (mut id, mut event, mut data) = (None, "message".to_owned(), Vec::new());
        for line in block.lines() {
            match line.split_once(':').map(|(name, value)| (name, value.strip_prefix(' ').unwrap_or(value))) {
                Some(("id", value)) => id = Some(value.to_owned()),
                Some(("event", value)) => value.clone_into(&mut event),
                Some(("data", value)) => data.push(value),
                _ => {}
            }
        }
        let data = data.join("\n");
        let value = serde_json::from_str(&data).unwrap_or_else(|_| Value::String(data.clone()));
        (!data.is_empty()).then_some(Self { id, event, data: value })
    }
}

impl Document {
    /// What is wrong with `event` in an answer with `status` to `method` and `path`: its data by the schema of
    /// `text/event-stream`, and its name, where the data has a `type` that must be the same.
    #[must_use]
    pub fn event_faults(&self, method: &Method, path: &str, status: StatusCode, event: &Event) -> Vec<String> {
        let context = format!("{method} {path}: the event {}", event.event);
        let Some((_, operation)) = self.operation(method, path) else {
            return vec![format!("{context}: the operation is not documented")];
        };
        let content = &self.follow(&operation["responses"][status.as_str()])["content"];
        let Some(schema) = content.pointer("/text~1event-stream/schema") else {
            return vec![format!("{context}: no stream of events is documented for {status}")];
        };
        if event.data == "[DONE]" && operation["operationId"] == COMPLETIONS {
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
