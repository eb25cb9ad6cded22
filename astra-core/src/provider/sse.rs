//! Server-sent events, read incrementally: whatever the reads' borders, the events are the same.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>

use super::error::{Error, Kind};

/// Longest line and longest event, in bytes.
pub(super) const EVENT_BYTES_MAX: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Cuts a stream of bytes into the data of its events. Names, ids and comments are of no use here and are dropped.
#[derive(Debug, Default)]
pub(super) struct Parser {
    /// The beginning of a line whose end has not been read.
    line: Vec<u8>,
    /// The data of the event whose end has not been read.
    data: Vec<u8>,
    has_data: bool,
    /// The last line ended with a carriage return: a line feed that follows belongs to it.
    after_carriage_return: bool,
    /// The first line has been read, so that a byte order mark is no longer one.
    is_past_start: bool,
}

impl Parser {
    /// Takes what was read and hands the data of each event that is complete now to `on_event`.
    ///
    /// # Errors
    /// [`Kind::TooLarge`] for a line or an event beyond [`EVENT_BYTES_MAX`], before it is held in memory; and what
    /// `on_event` answers.
    pub(super) fn feed(
        &mut self,
        mut bytes: &[u8],
        on_event: &mut impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.after_carriage_return && !bytes.is_empty() {
            self.after_carriage_return = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, rest) = bytes.split_at(end);
            self.end_line(line, on_event)?;
            bytes = match rest {
                [b'\r', b'\n', rest @ ..] => rest,
                [b'\r'] => {
                    self.after_carriage_return = true;
                    &[]
                }
                _ => &rest[1..],
            };
        }
        self.hold(bytes)
    }

    /// Hands over an event that the stream's end left without its empty line, as some servers do.
    pub(super) fn finish(&mut self, on_event: &mut impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        self.end_line(b"", on_event)?;
        self.end_line(b"", on_event)
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.line.len() + self.data.len() + bytes.len() > EVENT_BYTES_MAX {
            return Err(Error::new(Kind::TooLarge, "the provider's stream has an event of more than 1 MiB"));
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, line: &[u8], on_event: &mut impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        if self.line.is_empty() {
            return self.take_line(line, on_event);
        }
        self.hold(line)?;
        let mut whole = std::mem::take(&mut self.line);
        let outcome = self.take_line(&whole, on_event);
        // The allocation is kept for the next line that comes in pieces.
        whole.clear();
        self.line = whole;
        outcome
    }

    fn take_line(&mut self, line: &[u8], on_event: &mut impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let line = if self.is_past_start { line } else { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) };
        self.is_past_start = true;
        if line.is_empty() {
            if !std::mem::take(&mut self.has_data) {
                return Ok(());
            }
            let outcome = on_event(&self.data);
            self.data.clear();
            return outcome;
        }
        let Some(value) = line.strip_prefix(b"data") else { return Ok(()) };
        let value = match value {
            [] => value,
            [b':', b' ', value @ ..] | [b':', value @ ..] => value,
            // A field whose name only begins with "data".
            _ => return Ok(()),
        };
        if self.data.len() + value.len() >= EVENT_BYTES_MAX {
            return Err(Error::new(Kind::TooLarge, "the provider's stream has an event of more than 1 MiB"));
        }
        if std::mem::replace(&mut self.has_data, true) {
            self.data.push(b'\n');
        }
        self.data.extend_from_slice(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(reads: &[&[u8]]) -> Result<Vec<String>, Error> {
        let (mut parser, mut events) = (Parser::default(), Vec::new());
        let mut keep = |data: &[u8]| {
            events.push(String::from_utf8_lossy(data).into_owned());
            Ok(())
        };
        for read in reads {
            parser.feed(read, &mut keep)?;
        }
        parser.finish(&mut keep)?;
        Ok(events)
    }

    #[test]
    fn every_split_gives_the_same_events() {
        let stream = "\u{feff}data: {\"a\":\"ä€😀\"}\r\n\r\n: comment\nevent: x\ndata:no space\nid: 7\n\n\rdata\rdata: second line\r\rdatabase: no\n\ndata: last".as_bytes();
        let expected = ["{\"a\":\"ä€😀\"}", "no space", "\nsecond line", "last"];
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let reads = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(events(&reads).unwrap(), expected, "split at {first} and {second}");
            }
        }
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_is_held() {
        let (mut parser, mut nothing) = (Parser::default(), |_: &[u8]| Ok(()));
        let read = vec![b'x'; 64 * 1024];
        let fed = (0..1_600).take_while(|_| parser.feed(&read, &mut nothing).is_ok()).count();
        assert_eq!(fed, EVENT_BYTES_MAX / read.len());
        assert!(parser.line.capacity() <= 2 * EVENT_BYTES_MAX);
    }

    #[test]
    fn many_short_lines_of_one_event_are_refused_as_well() {
        let (mut parser, mut nothing) = (Parser::default(), |_: &[u8]| Ok(()));
        let read = "data: abcdefgh\n".repeat(1_000);
        let fault = (0..200).find_map(|_| parser.feed(read.as_bytes(), &mut nothing).err());
        assert_eq!(fault.map(|fault| fault.kind), Some(Kind::TooLarge));
    }
}
