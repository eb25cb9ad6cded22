//! An answer, held against the document as it is read: status, media type, headers, body, each event of a stream.

use std::collections::VecDeque;
use std::sync::Arc;

use astra_core::testing::{Document, Event, EventReader};
use axum::body::{Body, BodyDataStream};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;

/// An answer whose head has been checked, and whose body has been unless it is a stream of events.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: StatusCode,
    /// The header fields.
    pub(crate) headers: HeaderMap,
    /// The body; empty for a stream, whose events come from [`Answer::next_event`].
    pub(crate) bytes: Bytes,
    method: Method,
    path: String,
    stream: Option<BodyDataStream>,
    reader: EventReader,
    complete: VecDeque<Event>,
    document: Arc<Document>,
}

impl Answer {
    /// Reads `response`, the answer to `method` and `path`, and checks it by `document`.
    pub(crate) async fn read(method: Method, path: String, response: Response, document: Arc<Document>) -> Self {
        let (parts, body) = response.into_parts();
        let is_stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "text/event-stream");
        let (bytes, stream) =
            if is_stream { (Bytes::new(), Some(body.into_data_stream())) } else { (whole(body).await, None) };
        let (status, headers) = (parts.status, parts.headers);
        let faults = document.answer_faults(&method, &path, status, &headers, &bytes);
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        let (reader, complete) = (EventReader::new(), VecDeque::new());
        Self { status, headers, bytes, method, path, stream, reader, complete, document }
    }

    /// The body as JSON (null if it is something else), after making sure that the status is `status`.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{} {}: {}", self.method, self.path, self.text());
        let media_type = self.headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
        let is_json = media_type.ends_with(b"/json") || media_type.ends_with(b"+json");
        if is_json { self.json() } else { Value::Null }
    }

    /// The problem that the body describes, after making sure of its status and code.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        problem
    }

    /// The refusal of the token endpoint that the body is, after making sure of its status and name.
    #[track_caller]
    pub(crate) fn expect_oauth(self, status: u16, error: &str) -> Value {
        let refusal = self.expect(status);
        assert_eq!(refusal["error"], error, "{refusal}");
        refusal
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|fault| panic!("{fault}: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The header field `name`, which must be there and be text.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("{name} is missing: {:?}", self.headers));
        value.to_str().expect("plain text")
    }

    /// The next event of the stream, checked; `None` at its end. Comments are passed over.
    pub(crate) async fn next_event(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.complete.pop_front() {
                let faults = self.document.event_faults(&self.method, &self.path, self.status, &event);
                assert!(faults.is_empty(), "{}", faults.join("\n"));
                // A broken stream of a turn is resumed by the id.
                assert!(event.id.is_some() || event.data.get("type").is_none(), "an event without an id: {event:?}");
                return Some(event);
            }
            let chunk = self.stream.as_mut().expect("the answer is a stream of events").next().await;
            let Some(chunk) = chunk else {
                assert!(self.reader.is_complete(), "the stream ends within an event");
                return None;
            };
            let chunk = chunk.expect("the stream goes on");
            assert!(std::str::from_utf8(&chunk).is_ok(), "whole characters: {chunk:?}");
            self.complete.extend(self.reader.feed(&chunk));
        }
    }

    /// The next bytes of the stream, comments included.
    pub(crate) async fn next_text(&mut self) -> String {
        let bytes = self.stream.as_mut().expect("the answer is a stream of events").next().await;
        String::from_utf8_lossy(&bytes.expect("the stream goes on").expect("the stream is whole")).into_owned()
    }

    /// All events until the stream ends.
    pub(crate) async fn events(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next_event().await {
            events.push(event);
        }
        events
    }
}

async fn whole(body: Body) -> Bytes {
    body.collect().await.expect("the body is whole").to_bytes()
}
