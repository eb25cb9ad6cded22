//! The body of a provider's answer: of which media type it is, read by the provider's bounds and in its words.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http::header::CONTENT_TYPE;
use hyper::body::Incoming;

use crate::outbound;
use crate::provider::error::{Error, ErrorKind};
use crate::provider::mask;
use crate::tasks::TaskGroup;

/// Largest answer that is not a stream, and largest text of one that is, in bytes.
pub(in crate::provider) const ANSWER_BYTES_MAX: usize = 16 << 20;

/// What an upstream makes of a fault on the way to it: it hides its own secrets, and knows its own name.
pub(in crate::provider) trait ExplainsFaults {
    /// The fault as the provider's.
    fn fault(&self, fault: outbound::Error) -> Error;
}

impl<T: ExplainsFaults> ExplainsFaults for Arc<T> {
    fn fault(&self, fault: outbound::Error) -> Error {
        T::fault(self, fault)
    }
}

/// What media type an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provider) enum Media {
    /// JSON.
    Json,
    /// An event stream, lines of JSON, or plain text that may be either; or nothing is said.
    Events,
}

/// What may be in an answer that is no JSON, or has no type that says more.
const EVENTS: [&str; 9] = [
    "",
    "text/event-stream",
    "text/plain",
    "application/octet-stream",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/stream+json",
];

/// The body of a good answer.
pub(in crate::provider) struct Body {
    body: outbound::Body,
    /// The media type that it says it has.
    pub media: Media,
}

impl Body {
    /// The body of `response`.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`] if it is of a type or a coding that no model server gives.
    pub(in crate::provider) fn of(response: Response<Incoming>, upstream: &impl ExplainsFaults) -> Result<Self, Error> {
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = media(content_type.unwrap_or_default())?;
        let body = outbound::Body::of(response).map_err(|fault| upstream.fault(fault))?;
        Ok(Self { body, media })
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// A connection that breaks, or what cannot be decompressed.
    pub(in crate::provider) async fn chunk(&mut self, upstream: &impl ExplainsFaults) -> Result<Option<Bytes>, Error> {
        self.body.chunk().await.map_err(|fault| upstream.fault(fault))
    }

    /// The next bytes if they are already there.
    pub(in crate::provider) async fn chunk_at_once(
        &mut self,
        upstream: &impl ExplainsFaults,
    ) -> Option<Result<Option<Bytes>, Error>> {
        Some(self.body.chunk_at_once().await?.map_err(|fault| upstream.fault(fault)))
    }

    /// Whether it begins as JSON does and not as a stream of events.
    ///
    /// # Errors
    /// As [`Body::chunk`].
    pub(in crate::provider) async fn is_json(&mut self, upstream: &impl ExplainsFaults) -> Result<bool, Error> {
        self.body.peek().await.map(begins_as_json).map_err(|fault| upstream.fault(fault))
    }

    /// All of it.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] beyond [`ANSWER_BYTES_MAX`], [`ErrorKind::Cut`] if it ends too early.
    pub(in crate::provider) async fn whole(self, upstream: &impl ExplainsFaults) -> Result<Bytes, Error> {
        self.body.whole(ANSWER_BYTES_MAX).await.map_err(|fault| upstream.fault(fault))
    }

    /// Reads on to the end among the tasks of `drains`, so that the connection can be used again.
    pub(in crate::provider) fn drain(self, drains: &TaskGroup) {
        self.body.drain(drains);
    }
}

/// Whether `body` is JSON rather than a stream of events.
pub(in crate::provider) fn begins_as_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    !matches!(body.first(), None | Some(b':' | b'd' | b'e' | b'i' | b'r'))
}

fn media(content_type: &str) -> Result<Media, Error> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let ends_as = |end: &str| {
        let start = essence.len().checked_sub(end.len());
        start.and_then(|start| essence.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    if EVENTS.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        Ok(Media::Events)
    } else if ends_as("json") {
        Ok(Media::Json)
    } else {
        let essence = mask::clean(&essence.to_ascii_lowercase(), &mask::Secrets::default());
        let message = format!("the provider answered {essence} instead of JSON or events: is base_url right?");
        Err(Error::new(ErrorKind::Malformed, message))
    }
}
