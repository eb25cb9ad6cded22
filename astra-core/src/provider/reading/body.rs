//! The body of an answer, as its bytes come: of which media type it is, and decompressed if need be.

use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

use super::inflate::Inflate;
use crate::provider::error::{Error, Kind};
use crate::provider::mask;
use crate::provider::upstream::{ANSWER_BYTES_MAX, Upstream};

/// What media type an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::provider) enum Media {
    /// JSON.
    Json,
    /// An event stream, lines of JSON, or plain text that may be either; or nothing is said.
    Events,
}

/// The body of an answer.
pub(in crate::provider) struct Body {
    response: Response,
    inflate: Option<Inflate>,
    /// What was read to see what it is.
    first: Option<Bytes>,
    /// The media type that it says it has.
    pub media: Media,
}

impl Body {
    /// The body of a good answer.
    ///
    /// # Errors
    /// [`Kind::Malformed`] if it is of a type or a coding that no model server gives.
    pub(in crate::provider) fn of(response: Response) -> Result<Self, Error> {
        let media = media(&header(&response, &CONTENT_TYPE))?;
        Self::of_any(response).map(|body| Self { media, ..body })
    }

    /// The body of an answer of any type, as refusals have.
    ///
    /// # Errors
    /// [`Kind::Malformed`] if it is of a coding that cannot be read.
    pub(in crate::provider) fn of_any(response: Response) -> Result<Self, Error> {
        let inflate = Inflate::of(&header(&response, &CONTENT_ENCODING))?;
        Ok(Self { response, inflate, first: None, media: Media::Events })
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// A connection that breaks, or what cannot be decompressed.
    pub(in crate::provider) async fn chunk(&mut self, upstream: &Upstream) -> Result<Option<Bytes>, Error> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Some(inflate) = &mut self.inflate else {
            return self.response.chunk().await.map_err(|fault| upstream.fault(fault));
        };
        loop {
            // What is decompressed comes from no socket: the runtime gets its turn here.
            tokio::task::coop::consume_budget().await;
            if let Some(bytes) = inflate.next()? {
                return Ok(Some(bytes).filter(|bytes| !bytes.is_empty()));
            }
            match self.response.chunk().await.map_err(|fault| upstream.fault(fault))? {
                Some(bytes) => inflate.feed(bytes),
                None => inflate.end(),
            }
        }
    }

    /// Whether it begins as JSON does and not as a stream of events.
    ///
    /// # Errors
    /// As [`Body::chunk`].
    pub(in crate::provider) async fn is_json(&mut self, upstream: &Upstream) -> Result<bool, Error> {
        let first = self.chunk(upstream).await?.unwrap_or_default();
        let is_json = begins_as_json(&first);
        self.first = Some(first);
        Ok(is_json)
    }

    /// All of it.
    ///
    /// # Errors
    /// [`Kind::TooLarge`] beyond [`ANSWER_BYTES_MAX`], [`Kind::Cut`] if it ends too early.
    pub(in crate::provider) async fn whole(mut self, upstream: &Upstream) -> Result<Vec<u8>, Error> {
        let announced = self.response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let too_large = || Error::new(Kind::TooLarge, "the provider's answer has more than 16 MiB");
        if announced > ANSWER_BYTES_MAX {
            return Err(too_large());
        }
        let mut body = Vec::with_capacity(announced);
        while let Some(bytes) = self.chunk(upstream).await? {
            if body.len() + bytes.len() > ANSWER_BYTES_MAX {
                return Err(too_large());
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }
}

/// Whether `body` is JSON rather than a stream of events.
pub(in crate::provider) fn begins_as_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    !matches!(body.first(), None | Some(b':' | b'd' | b'e' | b'i' | b'r'))
}

fn header(response: &Response, name: &HeaderName) -> String {
    let value = response.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn media(content_type: &str) -> Result<Media, Error> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        ""
        | "text/event-stream"
        | "text/plain"
        | "application/octet-stream"
        | "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonlines"
        | "application/stream+json" => Ok(Media::Events),
        json if json.ends_with("json") => Ok(Media::Json),
        _ => {
            let essence = mask::clean(&essence, &mask::Secrets::default());
            let message = format!("the provider answered {essence} instead of JSON or events: is base_url right?");
            Err(Error::new(Kind::Malformed, message))
        }
    }
}
