//! The events of an answer, as they arrive.

use std::collections::VecDeque;

use astra_core::outbound::sse::{self, EventTooLarge, Parser};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

/// Largest event, in bytes: larger than any that a gateway sends.
const EVENT_BYTES_MAX: usize = 64 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// `id:`, with which a broken stream is resumed.
    pub(crate) id: Option<String>,
    /// `data:`, its lines joined.
    pub(crate) data: String,
}

/// An answer's events, one after the other.
pub(crate) struct Events<S> {
    pieces: S,
    parser: Parser,
    complete: VecDeque<Event>,
}

impl<E, S: Stream<Item = Result<Bytes, E>> + Unpin> Events<S> {
    pub(crate) fn new(pieces: S) -> Self {
        Self { pieces, parser: Parser::new(EVENT_BYTES_MAX), complete: VecDeque::new() }
    }

    /// The next event; `None` where the answer ends or breaks off.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.complete.pop_front() {
                return Some(event);
            }
            let piece = self.pieces.next().await?.ok()?;
            let complete = &mut self.complete;
            let mut keep = |event: sse::Event<'_>| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                complete.push_back(Event { id: event.id.map(text), data: text(event.data) });
                Ok::<(), EventTooLarge>(())
            };
            self.parser.feed(&piece, &mut keep).ok()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn reads_events_however_they_are_cut() {
        let text =
            b": hello\n\nid: 1\nevent: content\ndata: {\"a\":\ndata: 1}\n\nid: 2\r\ndata:\xc3\xa4\r\n\r\ndata: cut";
        for size in 1..text.len() {
            let pieces = text.chunks(size).map(|piece| Ok::<_, ()>(Bytes::from_static(piece)));
            let (mut events, mut found) = (Events::new(stream::iter(pieces)), Vec::new());
            while let Some(event) = events.next().await {
                found.push(event);
            }
            let first = Event { id: Some("1".into()), data: "{\"a\":\n1}".into() };
            assert_eq!(found, [first, Event { id: Some("2".into()), data: "ä".into() }], "in pieces of {size}");
        }
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_ends_after_its_whole_events() {
        let pieces = [Ok(Bytes::from_static(b"data: a\n\ndata: b")), Err(()), Ok(Bytes::from_static(b"\n\n"))];
        let mut events = Events::new(stream::iter(pieces));
        assert_eq!(events.next().await, Some(Event { id: None, data: "a".into() }));
        assert_eq!(events.next().await, None);
    }
}
