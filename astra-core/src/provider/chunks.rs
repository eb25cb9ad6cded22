//! From an upstream's bytes to chunks: reads the body, cuts it into events, and hands over what each network read held.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http::Response;
use hyper::body::Incoming;

use super::error::{Error, ErrorKind};
use super::reading::ANSWER_BYTES_MAX;
use super::reading::{Body, Media, Reported, begins_as_json};
use super::upstream::Upstream;
use super::{Chunk, ChunkStream, Completion};
use crate::outbound::{Event, Parser};

/// So many reads that are already there go on together: each costs its reader one write instead of many.
const READS_MAX: usize = 32;

/// What a protocol makes of its events. A whole answer is one event.
pub(super) trait Decoder: Default + Send + 'static {
    /// Reads one event, which is neither empty nor of the name `error`.
    fn event(&mut self, event: Event<'_>, upstream: &Upstream, chunks: &mut Vec<Chunk>) -> Result<(), Error>;

    /// Whether `[DONE]` is the end of a stream; if not, it is passed over.
    const ENDS_WITH_DONE: bool;

    /// The answer is complete.
    fn done(&mut self);

    /// Whether the event that ends the answer has been read: what follows is of no interest.
    fn is_done(&self) -> bool;

    /// There is no more.
    ///
    /// # Errors
    /// If there should have been more.
    fn end(&mut self, chunks: &mut Vec<Chunk>) -> Result<(), Error>;
}

/// The chunks of an answer, as they come. One that comes whole although a stream was asked for is read as well.
pub(super) async fn streamed<D: Decoder>(
    response: Response<Incoming>,
    upstream: &Arc<Upstream>,
) -> Result<ChunkStream, Error> {
    let mut body = Body::of(response, upstream)?;
    if body.media == Media::Json && body.is_json(upstream).await? {
        let chunks = read_whole::<D>(&body.whole(upstream).await?, upstream)?;
        return Ok(stream::iter([Ok(chunks)]).boxed());
    }
    let reading = Reading {
        body: Some(body),
        parser: Parser::lenient(),
        decoder: D::default(),
        upstream: Arc::clone(upstream),
        content_bytes: 0,
        fault: None,
    };
    let read = |mut reading: Reading<D>| async move { Ok(reading.next().await?.map(|chunks| (chunks, reading))) };
    Ok(stream::try_unfold(reading, read).boxed())
}

/// A whole answer. One that comes as events although it was asked for whole is read as well.
pub(super) async fn whole<D: Decoder>(response: Response<Incoming>, upstream: &Upstream) -> Result<Completion, Error> {
    let body = Body::of(response, upstream)?.whole(upstream).await?;
    let mut whole = Completion::default();
    for chunk in read_whole::<D>(&body, upstream)? {
        match chunk {
            Chunk::Content(text) if whole.content.is_empty() => whole.content = text,
            Chunk::Content(text) => whole.content.push_str(&text),
            Chunk::ToolCall { .. } | Chunk::ToolArguments { .. } => {}
            Chunk::ToolCallComplete { call, .. } => whole.calls.push(*call),
            Chunk::Finish(reason) => whole.finish_reason = reason,
            Chunk::Usage(usage) => whole.usage = Some(usage),
        }
    }
    Ok(whole)
}

fn read_whole<D: Decoder>(body: &[u8], upstream: &Upstream) -> Result<Vec<Chunk>, Error> {
    let (mut decoder, mut chunks) = (D::default(), Vec::new());
    let mut fault = Error::new(ErrorKind::Malformed, "the provider's answer is empty");
    if begins_as_json(body) {
        match decode(&mut decoder, Event { data: body, ..Event::default() }, upstream, &mut chunks) {
            Ok(()) => {
                decoder.done();
                decoder.end(&mut chunks)?;
                return Ok(chunks);
            }
            Err(other) if other.kind == ErrorKind::Malformed && body.contains(&b'\n') => fault = other,
            Err(other) => return Err(other),
        }
    }
    // Events, or lines of JSON.
    let (mut parser, mut count) = (Parser::lenient(), 0);
    let mut on_event = |event: Event<'_>| {
        count += 1;
        decode(&mut decoder, event, upstream, &mut chunks)
    };
    parser.feed(body, &mut on_event)?;
    parser.finish(&mut on_event)?;
    if count == 0 {
        return Err(fault);
    }
    decoder.end(&mut chunks)?;
    Ok(chunks)
}

/// Reads one event, in whatever protocol.
fn decode<D: Decoder>(
    decoder: &mut D,
    event: Event<'_>,
    upstream: &Upstream,
    chunks: &mut Vec<Chunk>,
) -> Result<(), Error> {
    let event = Event { data: event.data.trim_ascii(), ..event };
    if decoder.is_done() {
        return Ok(());
    }
    if event.name.eq_ignore_ascii_case(b"error") {
        return Err(upstream.reported(Reported::certain(event.data)));
    }
    match event.data {
        // Sent to keep the connection alive.
        b"" | b"null" => Ok(()),
        data if is_done_mark(data) => {
            if D::ENDS_WITH_DONE {
                decoder.done();
            }
            Ok(())
        }
        _ => decoder.event(event, upstream, chunks),
    }
}

/// Whether it is OpenAI's end of a stream, however it is spaced or quoted.
fn is_done_mark(data: &[u8]) -> bool {
    let letters = || data.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b'"');
    data.len() <= 16 && letters().map(u8::to_ascii_uppercase).eq(b"[DONE]".iter().copied())
}

struct Reading<D> {
    /// Gone when there is nothing more to read.
    body: Option<Body>,
    parser: Parser,
    decoder: D,
    upstream: Arc<Upstream>,
    content_bytes: usize,
    /// Passed on after the chunks that came before it.
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
            let read = if reads > 0 {
                body.chunk_at_once(&self.upstream).await
            } else {
                Some(body.chunk(&self.upstream).await)
            };
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
    fn take(&mut self, read: Result<Option<Bytes>, Error>, chunks: &mut Vec<Chunk>) -> Result<bool, Error> {
        let (decoder, upstream, before) = (&mut self.decoder, &self.upstream, chunks.len());
        let mut was_event = false;
        let mut on_event = |event: Event<'_>| {
            was_event = true;
            decode(decoder, event, upstream, chunks)
        };
        let is_end = if let Some(bytes) = read? {
            self.parser.feed(&bytes, &mut on_event)?;
            self.decoder.is_done()
        } else {
            self.parser.finish(&mut on_event)?;
            true
        };
        let text_bytes = |chunk: &Chunk| if let Chunk::Content(text) = chunk { text.len() } else { 0 };
        self.content_bytes += chunks[before..].iter().map(text_bytes).sum::<usize>();
        if self.content_bytes > ANSWER_BYTES_MAX {
            return Err(Error::new(ErrorKind::TooLarge, "the provider's answer has more than 16 MiB"));
        }
        if is_end {
            if let Some(body) = self.body.take() {
                body.drain(self.upstream.drains());
            }
            self.decoder.end(chunks)?;
        }
        Ok(was_event || is_end)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use http::header::AUTHORIZATION;

    use super::super::settings::resolve;
    use super::super::{FinishReason, ToolCall, Usage, anthropic, openai};
    use super::*;
    use crate::clock::ManualClock;
    use crate::config::ProviderConfig;
    use crate::outbound::DRAINS;
    use crate::tasks::TaskGroup;

    type Outcome = (
        String,
        Option<FinishReason>,
        Option<Usage>,
        Option<(ErrorKind, String)>,
        Vec<ToolCall>,
        Vec<(String, String)>,
    );

    /// What streams are made of: whole events and pieces of them, good and bad.
    const PIECES: [&[u8]; 52] = [
        b"data: ",
        b"data:",
        b"data",
        b"event: error\n",
        b"event: content_block_delta\n",
        b"\n",
        b"\n\n",
        b"\r\n",
        b"\r",
        b": comment\n",
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b"\\",
        b"[DONE]",
        b"null",
        b"5",
        b"\xef\xbb\xbf",
        b"\xe2\x82",
        b"\xac",
        b"\xff",
        b"\x00",
        b"\\ud83d",
        b"\\ude00",
        b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"content\":\"\\ud83d\"}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"content\":\"\\ude00\xe2\x82\"}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"content\":\"\xac\x01\"}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1.5}}\n\n",
        b"data: {\"choices\":[{\"finish_reason\":\"error\"}]}\n\n",
        b"data: [DONE]\n\n",
        b"{\"error\": {\"message\": \"no\", \"code\": 429}}\n",
        b"{\n\"choices\": [\n{\"message\": {\"content\": \"b\"}}]}\n",
        b"data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"c\\ud83d\"}}\n\n",
        b"data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":\"7\"}}}\n\n",
        b"data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n",
        b"data: {\"type\":\"message_stop\"}\n\n",
        b"data: {\"object\":\"error\",\"message\":\"no\"}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"look\",\"arguments\":\"\"}}]}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}]}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"\\ud83d\"}}]}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"function\":{\"arguments\":\"\\ude00\\\"}\"}}]}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"b\",\"function\":{\"name\":\"\\ud83d\",\"arguments\":{\"b\":\"\\ud83d\"}}}]}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{\"tool_calls\":[{},{\"name\":\"look\"},5]}}]}\n\n",
        b"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
        b"data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"look\",\"input\":{}}}\n\n",
        b"data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\",\"input\":{\"a\":1}}}\n\n",
        b"data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"partial_json\":\"{\\\"a\\\":\"}}\n\n",
        b"data: {\"type\":\"content_block_delta\",\"delta\":{\"partial_json\":\"1}\\ud83d\"}}\n\n",
        b"{\"content\":[\"a\",{\"type\":\"tool_use\",\"name\":\"look\",\"input\":{\"a\":1}},{\"type\":\"text\",\"text\":5}]}\n",
    ];

    fn upstream() -> Upstream {
        let config = ProviderConfig { base_url: Some("http://127.0.0.1:1/v1".into()), ..ProviderConfig::default() };
        let settings = resolve("up", &config, &TaskGroup::new(DRAINS)).unwrap();
        Upstream::new(&settings, Arc::new(ManualClock::new(0)), (AUTHORIZATION, ""), HeaderMap::new())
    }

    fn outcome<D: Decoder>(reads: &[&[u8]], upstream: &Upstream) -> Outcome {
        let (mut parser, mut decoder, mut chunks) = (Parser::lenient(), D::default(), Vec::new());
        let mut on_event = |event: Event<'_>| decode(&mut decoder, event, upstream, &mut chunks);
        let read = reads.iter().try_for_each(|read| parser.feed(read, &mut on_event));
        let read = read.and_then(|()| parser.finish(&mut on_event)).and_then(|()| decoder.end(&mut chunks));
        let fault = read.err().map(|fault| (fault.kind, fault.message));
        let mut outcome: Outcome = (String::new(), None, None, fault, Vec::new(), Vec::new());
        for chunk in chunks {
            match chunk {
                Chunk::Content(text) => outcome.0.push_str(&text),
                Chunk::ToolCall { index, id, .. } => {
                    assert_eq!(usize::try_from(index).unwrap(), outcome.5.len());
                    assert!(outcome.5.iter().all(|(known, _)| *known != id), "one id, one call");
                    outcome.5.push((id, String::new()));
                }
                Chunk::ToolArguments { index, delta } => outcome.5[usize::try_from(index).unwrap()].1.push_str(&delta),
                Chunk::ToolCallComplete { index, call } => {
                    assert_eq!((usize::try_from(index).unwrap(), outcome.1), (outcome.4.len(), None));
                    assert_eq!(outcome.5[outcome.4.len()].0, call.id);
                    outcome.4.push(*call);
                }
                Chunk::Finish(reason) => assert_eq!(outcome.1.replace(reason), None, "one end"),
                Chunk::Usage(usage) => outcome.2 = Some(usage),
            }
        }
        assert!(outcome.1.is_none() || outcome.4.len() == outcome.5.len(), "each call is complete at the end");
        outcome
    }

    fn holds<D: Decoder>(stream: &[u8], upstream: &Upstream) {
        let expected = outcome::<D>(&[stream], upstream);
        for place in 0..=stream.len() {
            let (first, second) = stream.split_at(place);
            assert_eq!(outcome::<D>(&[first, second], upstream), expected, "{:?} at {place}", stream.escape_ascii());
        }
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(outcome::<D>(&single, upstream), expected, "{:?}", stream.escape_ascii());
        let is_whole = |text: &str| text.chars().all(|letter| !('\u{10d800}'..='\u{10dfff}').contains(&letter));
        assert!(is_whole(&expected.0), "{expected:?}");
        let are_whole = expected.4.iter().all(|call| is_whole(&call.name) && is_whole(&call.arguments.text()));
        assert!(are_whole && expected.5.iter().all(|(id, text)| is_whole(id) && is_whole(text)), "{expected:?}");
        // Read as a whole answer it is an answer or a fault as well.
        let _ = read_whole::<D>(stream, upstream);
    }

    #[test]
    fn any_bytes_are_an_answer_or_a_fault_wherever_they_are_split() {
        let upstream = upstream();
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = |below: usize| {
            // xorshift64: the same streams at every run.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % 1_000_003).unwrap() % below
        };
        for _ in 0..200 {
            let count = 1 + next(12);
            let stream: Vec<u8> = (0..count).flat_map(|_| PIECES[next(PIECES.len())].iter().copied()).collect();
            holds::<openai::Decoder>(&stream, &upstream);
            holds::<anthropic::Decoder>(&stream, &upstream);
        }
    }

    #[test]
    fn calls_are_whole_wherever_their_stream_is_split() {
        fn calls<D: Decoder>(pieces: &[usize]) -> Vec<(String, String, String)> {
            let upstream = upstream();
            let stream: Vec<u8> = pieces.iter().flat_map(|piece| PIECES[*piece]).copied().collect();
            holds::<D>(&stream, &upstream);
            let calls = outcome::<D>(&[&stream], &upstream).4.into_iter();
            calls.map(|call| (call.id, call.name, call.arguments.text().into_owned())).collect()
        }
        let call = |id: &str, name: &str, text: &str| (id.to_owned(), name.to_owned(), text.to_owned());
        let both = [call("a", "look", "{\"a\":\"\u{1f600}\"}"), call("b", "\u{fffd}", "{\"b\":\"\u{fffd}\"}")];
        assert_eq!(calls::<openai::Decoder>(&[26, 40, 41, 42, 43, 44, 46, 32]), both);
        let broken = [call("a", "look", "{\"a\":1}\u{fffd}")];
        assert_eq!(calls::<anthropic::Decoder>(&[36, 47, 49, 50, 37, 38]), broken);
    }
}
