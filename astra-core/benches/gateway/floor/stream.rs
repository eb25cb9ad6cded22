//! A streamed answer, event by event: what came together goes on together, and the end waits for the commit.

use std::time::Instant;

use axum::body::Bytes;
use bytes::BytesMut;
use futures_util::{Stream, stream};
use serde::Deserialize;

use super::Said;
use super::store::{Kept, Store};
use crate::Result;

const END_OF_EVENT: &[u8] = b"\n\n";
const DATA: &[u8] = b"data: ";
const DONE: &[u8] = b"data: [DONE]";

struct Relay {
    response: reqwest::Response,
    store: Store,
    begun: Instant,
    question: String,
    answer: String,
    unread: BytesMut,
    is_done: bool,
}

#[derive(Deserialize)]
struct Event {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Said,
}

/// The events of `response`.
pub(super) fn events(
    response: reqwest::Response,
    store: Store,
    question: String,
    begun: Instant,
) -> impl Stream<Item = Result<Bytes>> {
    let (answer, unread) = (String::new(), BytesMut::new());
    let relay = Relay { response, store, begun, question, answer, unread, is_done: false };
    stream::try_unfold(relay, |mut relay| async move { Ok(relay.next().await?.map(|bytes| (bytes, relay))) })
}

impl Relay {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.is_done {
            return Ok(None);
        }
        loop {
            let events = self.whole_events()?;
            if self.is_done {
                let (question, answer) = (std::mem::take(&mut self.question), std::mem::take(&mut self.answer));
                self.store.keep(Kept::new(question, answer, self.begun)).await?;
            }
            if !events.is_empty() {
                return Ok(Some(events));
            }
            match self.response.chunk().await? {
                Some(bytes) => self.unread.extend_from_slice(&bytes),
                None => return Err("the stream was cut".into()),
            }
        }
    }

    /// Takes the events that are complete, and their texts into the answer.
    fn whole_events(&mut self) -> Result<Bytes> {
        let mut end = 0;
        while let Some(length) = position(&self.unread[end..]) {
            let event = &self.unread[end..end + length];
            if event == DONE {
                self.is_done = true;
            } else if let Some(data) = event.strip_prefix(DATA) {
                let event: Event = serde_json::from_slice(data)?;
                self.answer.extend(event.choices.into_iter().map(|choice| choice.delta.content));
            }
            end += length + END_OF_EVENT.len();
        }
        Ok(self.unread.split_to(end).freeze())
    }
}

fn position(bytes: &[u8]) -> Option<usize> {
    bytes.windows(END_OF_EVENT.len()).position(|window| window == END_OF_EVENT)
}
