//! Server-sent events, read from an answer that arrives in pieces.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Event {
    /// `id:`, where a broken stream is taken up again.
    pub(crate) id: Option<String>,
    /// `data:`, its lines joined.
    pub(crate) data: String,
}

/// An answer's events, one after the other.
pub(crate) struct Events<S> {
    pieces: S,
    parser: Parser,
    ended: bool,
}

#[derive(Default)]
struct Parser {
    bytes: Vec<u8>,
    event: Event,
    has_data: bool,
}

impl<S: Stream<Item = Result<Bytes, reqwest::Error>> + Unpin> Events<S> {
    pub(crate) fn new(pieces: S) -> Self {
        Self { pieces, parser: Parser::default(), ended: false }
    }

    /// The next event; `None` at the end of the answer.
    pub(crate) async fn next(&mut self) -> Option<Result<Event, reqwest::Error>> {
        loop {
            if let Some(event) = self.parser.take() {
                return Some(Ok(event));
            }
            if self.ended {
                return None;
            }
            match self.pieces.next().await {
                Some(Ok(piece)) => self.parser.bytes.extend_from_slice(&piece),
                Some(Err(fault)) => return Some(Err(fault)),
                None => self.ended = true,
            }
        }
    }
}

impl Parser {
    /// The first whole event among the bytes, if there is one.
    fn take(&mut self) -> Option<Event> {
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\n', '\r']);
            if line.is_empty() {
                let event = std::mem::take(&mut self.event);
                if std::mem::take(&mut self.has_data) {
                    return Some(event);
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => self.event.id = Some(value.to_owned()),
                "data" => {
                    if std::mem::replace(&mut self.has_data, true) {
                        self.event.data.push('\n');
                    }
                    self.event.data.push_str(value);
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_events_however_they_are_cut() {
        let text =
            b": hello\n\nid: 1\nevent: content\ndata: {\"a\":\ndata: 1}\n\nid: 2\r\ndata:\xc3\xa4\r\n\r\ndata: cut";
        for size in 1..text.len() {
            let mut parser = Parser::default();
            let mut found = Vec::new();
            for piece in text.chunks(size) {
                parser.bytes.extend_from_slice(piece);
                found.extend(std::iter::from_fn(|| parser.take()));
            }
            let first = Event { id: Some("1".into()), data: "{\"a\":\n1}".into() };
            assert_eq!(found, [first, Event { id: Some("2".into()), data: "ä".into() }], "in pieces of {size}");
        }
    }
}
