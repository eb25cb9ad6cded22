//! The events of an answer over HTTP, as the protocol's crate takes them.

use std::collections::VecDeque;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use rmcp::transport::streamable_http_client::SseError;
use sse_stream::Sse;

use super::fault::{HttpFault, Seen};
use crate::outbound::sse::Parser;
use crate::outbound::{Event, EventTooLarge, GuardedResponse};

/// Most bytes of one message, whichever way it comes.
pub(super) const MESSAGE_BYTES_MAX: usize = 4 << 20;
/// Most bytes of one stream of events; behind them it ends.
const STREAM_BYTES_MAX: usize = 16 << 20;

/// The events of an answer while it comes.
struct Events {
    response: GuardedResponse,
    parser: Parser,
    ready: VecDeque<Sse>,
    bytes: usize,
    is_over: bool,
    seen: Seen,
}

/// The events of `response`.
pub(super) fn events(response: GuardedResponse, seen: &Seen) -> BoxStream<'static, Result<Sse, SseError>> {
    let parser = Parser::new(MESSAGE_BYTES_MAX);
    let events = Events { response, parser, ready: VecDeque::new(), bytes: 0, is_over: false, seen: seen.clone() };
    stream::unfold(events, |mut events| async move { Some((events.next().await?, events)) }).boxed()
}

impl Events {
    async fn next(&mut self) -> Option<Result<Sse, SseError>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            if self.is_over {
                return None;
            }
            match self.read().await {
                Ok(has_more) => self.is_over = !has_more,
                Err(fault) => {
                    self.is_over = true;
                    self.seen.note(fault.to_string());
                    return Some(Err(SseError::Body(Box::new(fault))));
                }
            }
        }
    }

    /// Reads on; whether there may be more.
    async fn read(&mut self) -> Result<bool, HttpFault> {
        let Some(chunk) = self.response.chunk().await? else { return Ok(false) };
        self.bytes += chunk.len();
        if self.bytes > STREAM_BYTES_MAX {
            return Err(HttpFault::TooLarge);
        }
        let ready = &mut self.ready;
        let mut keep = |event: Event<'_>| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let name = Some(text(event.name)).filter(|name| !name.is_empty());
            ready.push_back(Sse { event: name, data: Some(text(event.data)), id: event.id.map(text), retry: None });
            Ok::<(), EventTooLarge>(())
        };
        self.parser.feed(&chunk, &mut keep).map_err(|_| HttpFault::TooLarge)?;
        Ok(true)
    }
}
