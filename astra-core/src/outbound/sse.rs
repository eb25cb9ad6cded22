//! Server-sent events, read incrementally: whatever the reads' borders, the events are the same.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>

/// Longest line and longest event of an upstream, in bytes.
const EVENT_BYTES_MAX: usize = 1 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Longest name of an event that is kept: the names that mean something are short.
const NAME_BYTES_MAX: usize = 64;
/// Longest id of an event: a longer one is passed over, since a part of it would lead to another event.
const ID_BYTES_MAX: usize = 1_024;

/// An event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Event<'a> {
    /// The id that the event itself has, with which a stream is resumed behind it; that of an earlier event is not
    /// repeated.
    pub id: Option<&'a [u8]>,
    /// Its name; empty if it has none.
    pub name: &'a [u8],
    /// Its data.
    pub data: &'a [u8],
}

/// A line or an event has more bytes than the parser takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTooLarge;

/// Cuts a stream of bytes into its events, in whatever pieces they come. Comments are dropped.
#[derive(Debug)]
pub struct Parser {
    event_bytes_max: usize,
    /// Whether JSON without `data:` is an event, and one of the name `error` without data.
    is_lenient: bool,
    /// The beginning of a line whose end has not been read.
    line: Vec<u8>,
    id: Vec<u8>,
    has_id: bool,
    name: Vec<u8>,
    /// The data of the event whose end has not been read.
    data: Vec<u8>,
    has_data: bool,
    /// JSON without `data:` whose end has not been read; its text is in `data`.
    bare: Option<Nesting>,
    /// The last line ended with a carriage return: a line feed that follows belongs to it.
    after_carriage_return: bool,
    /// The first line has been read, so that a byte order mark is no longer one.
    is_past_start: bool,
    /// The last line was empty, or there was none yet.
    is_between_events: bool,
}

/// How deep JSON is nested where its reader is.
#[derive(Debug, Clone, Copy, Default)]
struct Nesting {
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
}

impl Nesting {
    /// Reads on; answers whether this is the JSON's end.
    fn read(&mut self, text: &[u8]) -> bool {
        for byte in text {
            match byte {
                _ if std::mem::take(&mut self.is_escaped) => {}
                b'\\' if self.is_in_string => self.is_escaped = true,
                b'"' => self.is_in_string = !self.is_in_string,
                b'{' | b'[' if !self.is_in_string => self.depth += 1,
                b'}' | b']' if !self.is_in_string => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.depth == 0
    }
}

impl Parser {
    /// A parser by the letter of the standard, of lines and events of at most `event_bytes_max` bytes.
    #[must_use]
    pub const fn new(event_bytes_max: usize) -> Self {
        Self {
            event_bytes_max,
            is_lenient: false,
            line: Vec::new(),
            id: Vec::new(),
            has_id: false,
            name: Vec::new(),
            data: Vec::new(),
            has_data: false,
            bare: None,
            after_carriage_return: false,
            is_past_start: false,
            is_between_events: true,
        }
    }

    /// A parser for models' providers, of events of at most 1 MiB. JSON that stands in the stream without `data:`, on one
    /// line or on several, is an event as well: errors come so, and answers as lines of JSON.
    pub(crate) fn lenient() -> Self {
        Self { is_lenient: true, ..Self::new(EVENT_BYTES_MAX) }
    }

    /// Takes what was read and hands each event that is complete now to `on_event`.
    ///
    /// # Errors
    /// [`EventTooLarge`] for a line or an event that is too large, before it is held in memory; and what `on_event`
    /// answers.
    pub fn feed<E: From<EventTooLarge>>(
        &mut self,
        mut bytes: &[u8],
        on_event: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
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
        Ok(self.hold(bytes)?)
    }

    /// Whether the stream may end here: what was read consists of whole events and comments.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.line.is_empty() && self.is_between_events
    }

    /// Hands over an event that the stream's end left without its empty line, as some servers do.
    ///
    /// # Errors
    /// As [`Parser::feed`].
    pub(crate) fn finish<E: From<EventTooLarge>>(
        &mut self,
        on_event: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.end_line(b"", on_event)?;
        if self.bare.is_some() { self.dispatch(on_event) } else { self.end_line(b"", on_event) }
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), EventTooLarge> {
        if self.line.len() + self.data.len() + bytes.len() > self.event_bytes_max {
            return Err(EventTooLarge);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line<E: From<EventTooLarge>>(
        &mut self,
        line: &[u8],
        on_event: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
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

    fn take_line<E: From<EventTooLarge>>(
        &mut self,
        line: &[u8],
        on_event: &mut impl FnMut(Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let line = if self.is_past_start { line } else { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) };
        (self.is_past_start, self.is_between_events) = (true, line.is_empty());
        if let Some(value) = field(line, b"data") {
            if self.bare.take().is_some() {
                // It was no JSON after all.
                self.data.clear();
            }
            let is_first = !std::mem::replace(&mut self.has_data, true);
            return Ok(self.keep(if is_first { b"" } else { b"\n" }, value)?);
        }
        if let Some(nesting) = &mut self.bare {
            let is_end = nesting.read(line);
            self.keep(b"\n", line)?;
            return if is_end { self.dispatch(on_event) } else { Ok(()) };
        }
        if line.is_empty() {
            // An event without data is none, but one that says by its name that something is wrong.
            if self.has_data || self.is_lenient && self.name.eq_ignore_ascii_case(b"error") {
                return self.dispatch(on_event);
            }
            self.has_id = false;
            self.name.clear();
            return Ok(());
        }
        if let Some(name) = field(line, b"event") {
            self.name.clear();
            self.name.extend_from_slice(&name[..name.len().min(NAME_BYTES_MAX)]);
        } else if let Some(id) = field(line, b"id") {
            if id.len() <= ID_BYTES_MAX && !id.contains(&0) {
                self.has_id = true;
                self.id.clear();
                self.id.extend_from_slice(id);
            }
        } else if self.is_lenient && !self.has_data && matches!(line.trim_ascii_start().first(), Some(b'{' | b'[')) {
            let mut nesting = Nesting::default();
            let is_end = nesting.read(line);
            self.bare = Some(nesting);
            self.keep(b"", line)?;
            return if is_end { self.dispatch(on_event) } else { Ok(()) };
        }
        Ok(())
    }

    fn keep(&mut self, separator: &[u8], value: &[u8]) -> Result<(), EventTooLarge> {
        if self.data.len() + value.len() >= self.event_bytes_max {
            return Err(EventTooLarge);
        }
        self.data.extend_from_slice(separator);
        self.data.extend_from_slice(value);
        Ok(())
    }

    fn dispatch<E>(&mut self, on_event: &mut impl FnMut(Event<'_>) -> Result<(), E>) -> Result<(), E> {
        let id = self.has_id.then_some(self.id.as_slice());
        let outcome = on_event(Event { id, name: self.name.trim_ascii(), data: &self.data });
        (self.has_id, self.has_data, self.bare) = (false, false, None);
        self.name.clear();
        self.data.clear();
        outcome
    }
}

/// The value of the field called `name`, if the line is one.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    match line.strip_prefix(name)? {
        value @ [] => Some(value),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        // A field whose name only begins so.
        _ => None,
    }
}

impl std::fmt::Display for EventTooLarge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an event of the stream is too large")
    }
}

impl std::error::Error for EventTooLarge {}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(reads: &[&[u8]]) -> Result<Vec<String>, EventTooLarge> {
        let (mut parser, mut events) = (Parser::lenient(), Vec::new());
        let mut keep = |event: Event<'_>| {
            let [name, data] = [event.name, event.data].map(String::from_utf8_lossy);
            events.push(if name.is_empty() { data.into_owned() } else { format!("{name}={data}") });
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
        let expected = ["{\"a\":\"ä€😀\"}", "x=no space", "\nsecond line", "last"];
        for first in 0..=stream.len() {
            for second in first..=stream.len() {
                let reads = [&stream[..first], &stream[first..second], &stream[second..]];
                assert_eq!(events(&reads).unwrap(), expected, "split at {first} and {second}");
            }
        }
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_is_held() {
        let (mut parser, mut nothing) = (Parser::lenient(), |_: Event<'_>| Ok::<(), EventTooLarge>(()));
        let read = vec![b'x'; 64 * 1024];
        let fed = (0..1_600).take_while(|_| parser.feed(&read, &mut nothing).is_ok()).count();
        assert_eq!(fed, EVENT_BYTES_MAX / read.len());
        assert!(parser.line.capacity() <= 2 * EVENT_BYTES_MAX);
    }

    #[test]
    fn many_short_lines_of_one_event_are_refused_as_well() {
        let (mut parser, mut nothing) = (Parser::lenient(), |_: Event<'_>| Ok::<(), EventTooLarge>(()));
        let read = "data: abcdefgh\n".repeat(1_000);
        let fault = (0..200).find_map(|_| parser.feed(read.as_bytes(), &mut nothing).err());
        assert_eq!(fault, Some(EventTooLarge));
    }

    #[test]
    fn json_without_data_is_an_event_on_one_line_or_on_several() {
        let stream = b"{\"a\": \"}\\\"{\"}\n [1]\r\n{\n  \"error\": {\r\n\n    \"message\": \"no\"\n  }\n}\nevent: error\n\ndata: x\n{not here}\n\n{\ndata: y\n\n[DONE]\n{\"cut\":";
        let expected = [
            "{\"a\": \"}\\\"{\"}",
            " [1]",
            "{\n  \"error\": {\n\n    \"message\": \"no\"\n  }\n}",
            "error=",
            "x",
            "y",
            "[DONE]",
            "{\"cut\":",
        ];
        for place in 0..=stream.len() {
            assert_eq!(events(&[&stream[..place], &stream[place..]]).unwrap(), expected, "split at {place}");
        }
    }

    #[test]
    fn by_the_letter_events_have_ids_and_nothing_is_guessed() {
        let stream = b": hello\n\nid: 1\nevent: a\ndata: x\n\n{\"bare\": 1}\n\nevent: error\n\nid: 2\n\ndata: y\n\nid: 3\0\ndata:\n\nid\r\ndata: z\r\n\r\ndata: cut";
        let expected = [(Some("1"), "a", "x"), (None, "", "y"), (None, "", ""), (Some(""), "", "z")];
        for place in 0..=stream.len() {
            let (mut parser, mut found) = (Parser::new(64), Vec::new());
            let mut keep = |event: Event<'_>| {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                found.push((event.id.map(text), text(event.name), text(event.data)));
                Ok::<(), EventTooLarge>(())
            };
            parser.feed(&stream[..place], &mut keep).unwrap();
            parser.feed(&stream[place..], &mut keep).unwrap();
            let found: Vec<_> =
                found.iter().map(|(id, name, data)| (id.as_deref(), name.as_str(), data.as_str())).collect();
            assert_eq!(found, expected, "split at {place}");
            assert!(!parser.is_complete(), "the last event is cut");
        }
    }

    #[test]
    fn a_stream_may_end_between_events_alone() {
        for (stream, is_complete) in
            [("", true), ("data: a\n\n", true), (": x\n\n", true), ("data: a\n", false), (": x", false), ("\r\n", true)]
        {
            let mut parser = Parser::new(64);
            parser.feed(stream.as_bytes(), &mut |_| Ok::<(), EventTooLarge>(())).unwrap();
            assert_eq!(parser.is_complete(), is_complete, "{stream:?}");
        }
    }
}
