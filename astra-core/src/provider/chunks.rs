//! From an upstream's bytes to chunks: reads the body, cuts it into events, and hands over what each network read held.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::FutureExt as _;
use futures_util::stream::{self, StreamExt as _};
use reqwest::Response;

use super::error::{Error, Kind};
use super::sse::Parser;
use super::upstream::{ANSWER_BYTES_MAX, Upstream};
use super::{Chunk, ChunkStream, Completion};

/// So many bytes that are already there go on together.
const READ_BYTES_MAX: usize = 64 << 10;
/// How long the end of a body is waited for once its content is complete, so that the connection can be used again.
const DRAIN_TIME: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 64 << 10;

/// What a protocol makes of the data of its events.
pub(super) trait Decoder: Send + 'static {
    /// Reads one event.
    fn event(&mut self, data: &[u8], upstream: &Upstream, chunks: &mut Vec<Chunk>) -> Result<(), Error>;

    /// Whether the event that ends the answer has been read: what follows is of no interest.
    fn is_done(&self) -> bool;

    /// There is no more.
    ///
    /// # Errors
    /// [`Kind::Cut`] if there should have been more.
    fn end(&mut self, chunks: &mut Vec<Chunk>) -> Result<(), Error>;
}

/// The chunks of an answer that comes as events.
pub(super) fn decode(response: Response, decoder: impl Decoder, upstream: Arc<Upstream>) -> ChunkStream {
    let reading =
        Reading { body: Some(response), parser: Parser::default(), decoder, upstream, content_bytes: 0, fault: None };
    stream::try_unfold(reading, |mut reading| async move { Ok(reading.next().await?.map(|chunks| (chunks, reading))) })
        .boxed()
}

/// The chunks of an answer that came whole although a stream was asked for.
pub(super) fn whole(completion: Completion) -> ChunkStream {
    let mut chunks = vec![Chunk::Content(completion.content), Chunk::Finish(completion.finish_reason)];
    chunks.extend(completion.usage.map(Chunk::Usage));
    stream::iter([Ok(chunks)]).boxed()
}

/// An event that is not of the protocol.
pub(super) fn malformed(fault: &serde_json::Error) -> Error {
    // The category alone: serde's text may quote what it read.
    let category = fault.classify();
    Error::new(Kind::Malformed, format!("the provider's answer is not of its protocol ({category:?} error)"))
}

/// The end of an answer that is not its end.
pub(super) fn cut() -> Error {
    Error::new(Kind::Cut, "the provider's answer ended before it was complete")
}

struct Reading<D> {
    /// Gone when there is nothing more to read.
    body: Option<Response>,
    parser: Parser,
    decoder: D,
    upstream: Arc<Upstream>,
    content_bytes: usize,
    /// Told after the chunks that came before it.
    fault: Option<Error>,
}

impl<D: Decoder> Reading<D> {
    /// The chunks of the next read; an empty list if it held events without any.
    async fn next(&mut self) -> Result<Option<Vec<Chunk>>, Error> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let mut chunks = Vec::new();
        loop {
            let Some(body) = &mut self.body else { return Ok(None) };
            let read = body.chunk().await;
            let (outcome, was_event) = match read {
                Ok(Some(bytes)) => self.take(bytes, &mut chunks),
                Ok(None) => {
                    self.body = None;
                    (self.finish(&mut chunks), true)
                }
                Err(fault) => (Err(self.upstream.fault(fault)), false),
            };
            if let Err(fault) = outcome {
                self.body = None;
                if chunks.is_empty() {
                    return Err(fault);
                }
                self.fault = Some(fault);
                return Ok(Some(chunks));
            }
            if was_event {
                return Ok(Some(chunks));
            }
        }
    }

    /// Decodes what was read and what is there besides; answers whether there was an event in it.
    fn take(&mut self, bytes: Bytes, chunks: &mut Vec<Chunk>) -> (Result<(), Error>, bool) {
        let (mut read, mut taken, mut was_event) = (Some(bytes), 0, false);
        while let Some(bytes) = read.take() {
            taken += bytes.len();
            let (decoder, upstream) = (&mut self.decoder, &self.upstream);
            let fed = self.parser.feed(&bytes, &mut |data| {
                was_event = true;
                if decoder.is_done() { Ok(()) } else { decoder.event(data, upstream, chunks) }
            });
            if let Err(fault) = fed {
                return (Err(fault), was_event);
            }
            if self.decoder.is_done() {
                drain(self.body.take());
                return (self.end(chunks), true);
            }
            if taken < READ_BYTES_MAX {
                // Only what is already there: nothing that was read is held back for more.
                read = self.body.as_mut().and_then(|body| body.chunk().now_or_never()?.ok().flatten());
            }
        }
        (self.weigh(chunks), was_event)
    }

    fn finish(&mut self, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        let (decoder, upstream) = (&mut self.decoder, &self.upstream);
        self.parser.finish(&mut |data| decoder.event(data, upstream, chunks))?;
        self.end(chunks)
    }

    fn end(&mut self, chunks: &mut Vec<Chunk>) -> Result<(), Error> {
        self.weigh(chunks)?;
        self.decoder.end(chunks)
    }

    fn weigh(&mut self, chunks: &[Chunk]) -> Result<(), Error> {
        self.content_bytes +=
            chunks.iter().map(|chunk| if let Chunk::Content(text) = chunk { text.len() } else { 0 }).sum::<usize>();
        if self.content_bytes > ANSWER_BYTES_MAX {
            return Err(Error::new(Kind::TooLarge, "the provider's answer has more than 16 MiB"));
        }
        Ok(())
    }
}

/// Reads on to the end of a body whose content is complete: a connection whose answer was not read to its end is closed.
fn drain(body: Option<Response>) {
    let Some(mut body) = body else { return };
    if let Some(Ok(None) | Err(_)) = body.chunk().now_or_never() {
        return;
    }
    tokio::spawn(tokio::time::timeout(DRAIN_TIME, async move {
        let mut left = DRAIN_BYTES;
        while let Ok(Some(bytes)) = body.chunk().await {
            let Some(rest) = left.checked_sub(bytes.len()) else { return };
            left = rest;
        }
    }));
}
