//! Reads server-sent events, as WHATWG defines them, from bytes that break anywhere.

use std::collections::VecDeque;
use std::time::Duration;

/// An event as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawEvent {
    /// The last id that came, with this event or before.
    pub(crate) id: Option<String>,
    /// Empty if it has no name.
    pub(crate) name: String,
    pub(crate) data: String,
}

/// Bytes on their way to events.
#[derive(Debug)]
pub(crate) struct Parser {
    line: Vec<u8>,
    is_at_start: bool,
    is_after_return: bool,
    name: String,
    data: String,
    id: Option<String>,
    events: VecDeque<RawEvent>,
    /// How long to wait before coming again, if the server said so.
    pub(crate) retry: Option<Duration>,
}

impl Parser {
    /// A parser that goes on after the event `id`.
    pub(crate) fn new(id: Option<String>) -> Self {
        Self {
            line: Vec::new(),
            is_at_start: true,
            is_after_return: false,
            name: String::new(),
            data: String::new(),
            id,
            events: VecDeque::new(),
            retry: None,
        }
    }

    /// Takes what came.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
            let is_second_half = self.is_after_return && piece == b"\n";
            self.is_after_return = piece.ends_with(b"\r");
            if is_second_half {
                continue;
            }
            match piece {
                [line @ .., b'\r' | b'\n'] => {
                    self.line.extend_from_slice(line);
                    let line = std::mem::take(&mut self.line);
                    self.end_line(&line);
                }
                part => self.line.extend_from_slice(part),
            }
        }
    }

    /// The next event that is complete.
    pub(crate) fn pop(&mut self) -> Option<RawEvent> {
        self.events.pop_front()
    }

    fn end_line(&mut self, line: &[u8]) {
        let is_first = std::mem::take(&mut self.is_at_start);
        let line = if is_first {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            return self.end_event();
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
            }
            // A comment has no name before its colon.
            _ => {}
        }
    }

    fn end_event(&mut self) {
        let (name, mut data) = (
            std::mem::take(&mut self.name),
            std::mem::take(&mut self.data),
        );
        if data.pop().is_some() {
            // An empty id takes back the one before.
            let id = self.id.clone().filter(|id| !id.is_empty());
            self.events.push_back(RawEvent { id, name, data });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Option<&str>, name: &str, data: &str) -> RawEvent {
        RawEvent {
            id: id.map(str::to_owned),
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    fn read(pieces: &[&[u8]]) -> Vec<RawEvent> {
        let mut parser = Parser::new(None);
        pieces.iter().for_each(|piece| parser.push(piece));
        std::iter::from_fn(|| parser.pop()).collect()
    }

    #[test]
    fn every_place_to_break_gives_the_same() {
        let text = "\u{feff}id: 1\r\nevent: a\ndata: ü\rdata:  b\r\n\r\n: hm\nretry: 5\ndata\n\nid\ndata:{}\n\ndata: lost";
        let expected = [
            event(Some("1"), "a", "ü\n b"),
            event(Some("1"), "", ""),
            event(None, "", "{}"),
        ];
        assert_eq!(read(&[text.as_bytes()]), expected);
        for at in 0..text.len() {
            let (one, other) = text.as_bytes().split_at(at);
            assert_eq!(read(&[one, other]), expected, "broken at {at}");
        }
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(read(&bytes), expected);
    }

    #[test]
    fn what_is_no_event_is_none() {
        assert_eq!(
            read(&[b"event: a\n\nid: 7\n\n\n\n", b"data: x\n\n"]),
            [event(Some("7"), "", "x")]
        );
        assert_eq!(read(&[b"id: a\0b\ndata: x\n\n"]), [event(None, "", "x")]);
    }

    #[test]
    fn the_time_to_wait_is_read() {
        let mut parser = Parser::new(None);
        parser.push(b"retry: 20\nretry: 1s\n");
        assert_eq!(parser.retry, Some(Duration::from_millis(20)));
    }
}
