//! From an upstream's bytes to chunks: reads the body, cuts it into events, and hands over what each network read held.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::FutureExt as _;
use futures_util::stream::{self, StreamExt as _};
use reqwest::Response;

use super::error::{Error, Kind};
use super::sse::Parser;
use super::upstream::{ANSWER_BYTES_MAX, Upstream};
use super::{Chunk, ChunkStream, Completion};

/// So many reads that are already there go on together: each costs its reader one write instead of many.
const READS_MAX: usize = 32;
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
    /// The chunks of the next read and of those that are there besides; an empty list if they held events without any.
    async fn next(&mut self) -> Result<Option<Vec<Chunk>>, Error> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let (mut chunks, mut reads) = (Vec::new(), 0);
        // Reads without an event, such as comments, are no sign that the answer goes on.
        while reads < READS_MAX {
            let Some(body) = &mut self.body else { break };
            let read = if reads > 0 { at_once(body).await } else { Some(body.chunk().await) };
            let Some(read) = read else { break };
            match self.take(read, &mut chunks) {
                Ok(was_event) => reads += usize::from(was_event || reads > 0),
                Err(fault) => {
                    self.body = None;
                    if chunks.is_empty() {
                        return Err(fault);
                    }
                    self.fault = Some(fault);
                    break;
                }
            }
        }
        Ok((reads > 0 || !chunks.is_empty()).then_some(chunks))
    }

    /// Decodes what was read; answers whether there was an event in it.
    fn take(&mut self, read: reqwest::Result<Option<Bytes>>, chunks: &mut Vec<Chunk>) -> Result<bool, Error> {
        let (decoder, upstream, before) = (&mut self.decoder, &self.upstream, chunks.len());
        let mut was_event = false;
        let mut on_event = |data: &[u8]| {
            was_event = true;
            if decoder.is_done() { Ok(()) } else { decoder.event(data, upstream, chunks) }
        };
        let is_end = if let Some(bytes) = read.map_err(|fault| upstream.fault(fault))? {
            self.parser.feed(&bytes, &mut on_event)?;
            self.decoder.is_done()
        } else {
            self.parser.finish(&mut on_event)?;
            true
        };
        let text_bytes = |chunk: &Chunk| if let Chunk::Content(text) = chunk { text.len() } else { 0 };
        self.content_bytes += chunks[before..].iter().map(text_bytes).sum::<usize>();
        if self.content_bytes > ANSWER_BYTES_MAX {
            return Err(Error::new(Kind::TooLarge, "the provider's answer has more than 16 MiB"));
        }
        if is_end {
            drain(self.body.take());
            self.decoder.end(chunks)?;
        }
        Ok(was_event || is_end)
    }
}

/// The next read if it is already there. The connection is read by a task of its own, one piece at a time, so that task
/// is let run before the answer is no.
async fn at_once(body: &mut Response) -> Option<reqwest::Result<Option<Bytes>>> {
    if let Some(read) = body.chunk().now_or_never() {
        return Some(read);
    }
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
    body.chunk().now_or_never()
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
