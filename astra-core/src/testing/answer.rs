//! An answer, held against the document: status, header fields, media type, body.

use axum::body::to_bytes;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};

use super::beside::{has_own_protocol, is_beside};
use super::{Document, Event, EventReader};
use crate::http::contract::Refusals;
use crate::http::openai;

const STREAM: &str = "text/event-stream";
const PROBLEM: &str = "application/problem+json";

/// An answer that the document allows.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body; of a stream too.
    pub body: Bytes,
    /// The events, if it is a stream of them.
    pub events: Vec<Event>,
}

impl Answer {
    /// The body as JSON; null if it is something else.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Document {
    /// Reads `response`, the answer to `method` and `path`, to its end, and checks all of it. A stream that does not end
    /// by itself is for [`Document::answer_faults`] and [`Document::event_faults`], event by event.
    ///
    /// # Errors
    /// All that the document does not allow in it.
    pub async fn check(&self, method: &Method, path: &str, response: Response) -> Result<Answer, Vec<String>> {
        let path = path.split('?').next().unwrap_or_default();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX);
        let body = body.await.map_err(|fault| vec![format!("{method} {path}: the body breaks off: {fault}")])?;
        let (status, headers) = (parts.status, parts.headers);
        let is_stream = media_type(&headers) == STREAM;
        let mut faults = self.answer_faults(method, path, status, &headers, if is_stream { &[] } else { &body });
        let mut events = Vec::new();
        if is_stream {
            let mut reader = EventReader::new();
            events.extend(reader.feed(&body));
            if !reader.is_complete() {
                faults.push(format!("{method} {path}: the stream ends within an event"));
            }
            faults.extend(events.iter().flat_map(|event| self.event_faults(method, path, status, event)));
        }
        if faults.is_empty() { Ok(Answer { status, headers, body, events }) } else { Err(faults) }
    }

    /// What is wrong with an answer to `method` and `path`. The body of a stream is left to
    /// [`Document::event_faults`].
    #[must_use]
    pub fn answer_faults(
        &self,
        method: &Method,
        path: &str,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<String> {
        let faults = match self.operation(method, path) {
            Some((_, operation)) => self.documented(method, operation, status, headers, body),
            None if is_beside(path) && status.as_u16() < 400 => Vec::new(),
            None if is_beside(path) && matches!(status.as_u16(), 401 | 403) => {
                self.refusal(method, path, headers, body)
            }
            // What it says itself is the protocol's affair; what the gateway refuses is a problem as everywhere.
            None if has_own_protocol(path) && media_type(headers) != PROBLEM => Vec::new(),
            None if has_own_protocol(path) => self.refusal(method, path, headers, body),
            None if matches!(status.as_u16(), 400 | 404..=406 | 421 | 429) => self.refusal(method, path, headers, body),
            None => vec!["the operation is not documented".to_owned()],
        };
        faults.into_iter().map(|fault| format!("{method} {path}: {}: {fault}", status.as_u16())).collect()
    }

    fn documented(
        &self,
        method: &Method,
        operation: &Value,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Vec<String> {
        let Some(response) = operation["responses"].get(status.as_str()) else {
            return vec![format!("the status is not documented: {}", String::from_utf8_lossy(body))];
        };
        let response = self.follow(response);
        let mut faults = self.headers(response, headers);
        if !headers.contains_key("x-request-id") {
            faults.push("the header X-Request-ID is missing".to_owned());
        }
        let Some(content) = response["content"].as_object().filter(|_| method != Method::HEAD) else {
            if !body.is_empty() {
                faults.push(format!("a body where none is documented: {}", String::from_utf8_lossy(body)));
            }
            return faults;
        };
        let media_type = media_type(headers);
        match content.get(&media_type) {
            None => faults.push(format!("the media type {media_type:?} is not documented")),
            // What is compressed is for `Content-Encoding` to check.
            Some(_) if headers.contains_key(header::CONTENT_ENCODING) => {}
            Some(documented) => faults.extend(self.body(&media_type, documented, body)),
        }
        faults
    }

    fn body(&self, media_type: &str, documented: &Value, body: &[u8]) -> Vec<String> {
        let Some(schema) = documented.get("schema") else { return Vec::new() };
        let value = if media_type.ends_with("/json") || media_type.ends_with("+json") {
            serde_json::from_slice(body).map_err(|fault| format!("the body is not JSON: {fault}"))
        } else if media_type.starts_with("text/") && media_type != STREAM {
            std::str::from_utf8(body).map(Value::from).map_err(|fault| format!("the body is not text: {fault}"))
        } else {
            return Vec::new();
        };
        match value {
            Ok(value) => self.faults(schema, &value).into_iter().map(|fault| format!("{fault}\n{value:#}")).collect(),
            Err(fault) => vec![fault],
        }
    }

    /// What has no operation is refused by the gateway itself.
    fn refusal(&self, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Vec<String> {
        if method == Method::HEAD {
            return Vec::new();
        }
        let (form, schema) = if openai::refusals(path) == Refusals::OpenAi {
            ("application/json", "OpenAiError")
        } else {
            (PROBLEM, "Problem")
        };
        let media_type = media_type(headers);
        if media_type != form {
            return vec![format!("the media type is {media_type:?}, not {form}")];
        }
        self.body(form, &json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}}), body)
    }

    fn headers(&self, response: &Value, headers: &HeaderMap) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, documented) in response["headers"].as_object().into_iter().flatten() {
            let documented = self.follow(documented);
            let Some(value) = headers.get(name) else {
                if documented["required"] == true {
                    faults.push(format!("the header {name} is missing"));
                }
                continue;
            };
            let Ok(text) = value.to_str() else {
                faults.push(format!("the header {name} is no plain text"));
                continue;
            };
            let is_number = self.follow(&documented["schema"])["type"] == "integer";
            let value = if is_number { text.parse::<i64>().map_or(json!(text), Value::from) } else { json!(text) };
            let found = self.faults(&documented["schema"], &value);
            faults.extend(found.into_iter().map(|fault| format!("the header {name}: {fault}")));
        }
        faults
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
