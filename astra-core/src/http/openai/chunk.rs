//! A streamed answer in OpenAI's form.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ChatCompletionRole;
use super::answer::{CompletionUsage, finish_reason};
use super::calls::StreamedCalls;
use super::tool::{CallerToolNames, ChunkToolCall};
use super::{OpenAiError, OpenAiErrorBody};
use crate::engine::event::{EventKind, TurnEvent};
use crate::engine::{TurnEvents, TurnHandle};
use crate::error::{Error, Result};
use crate::http::turn::failure;
use crate::http::{Opened, sse};

/// A piece of an answer in OpenAI's format; `[DONE]` follows the last one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChatCompletionChunk {
    /// The turn's id.
    #[schema(max_length = 64, example = "trn_06a1b2c3d4e5q")]
    pub id: String,
    /// Always `chat.completion.chunk`.
    #[schema(max_length = 32, example = "chat.completion.chunk")]
    pub object: String,
    /// When the message was stored, in seconds since 1970.
    #[schema(minimum = 0, example = 1_795_468_020)]
    pub created: i64,
    /// The agent's id.
    #[schema(max_length = 64, example = "assistant")]
    pub model: String,
    /// The new text: one item, or none in the chunk with the usage.
    #[schema(max_items = 1)]
    pub choices: Vec<ChunkChoice>,
    /// The tokens used, in the last chunk, if the request asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<CompletionUsage>,
    /// Why the answer stopped early; this is the last chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<OpenAiErrorBody>,
}

/// A new piece of an answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChunkChoice {
    /// Always 0.
    #[schema(minimum = 0, example = 0)]
    pub index: u32,
    /// What to append.
    pub delta: ChunkDelta,
    /// `stop`, `length`, `content_filter` or `tool_calls` at the end of the answer, null before.
    #[schema(max_length = 32, example = "stop")]
    pub finish_reason: Option<String>,
}

/// What to append.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ChunkDelta {
    /// `assistant`, in the first chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<ChatCompletionRole>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 16_777_216, example = "The capital")]
    pub content: Option<String>,
    /// Pieces of the calls of the caller's tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 128)]
    pub tool_calls: Option<Vec<ChunkToolCall>>,
}

/// How long the answer waits for its first text: until then a turn that fails has its own status. Proxies break a silent
/// line off, most of them after a minute.
const FIRST_WORD: Duration = Duration::from_secs(10);

struct Chunks {
    events: TurnEvents,
    /// Ends the turn when its client hangs up, if it shall end then.
    _handle: Option<TurnHandle>,
    /// Read before the answer began, since a turn that fails at once is an error and no stream.
    /// A comment stands before it if it is late.
    first: Option<(Bytes, Vec<Arc<TurnEvent>>)>,
    frame: ChatCompletionChunk,
    calls: StreamedCalls,
    with_usage: bool,
}

/// The turn as a stream of chunks, which holds `handle`; of its calls those of `tools` are in it. A turn that fails before its
/// first text, and within 10 seconds, is refused as a whole.
/// # Errors
/// Why the turn failed, or the store's.
pub async fn chunks(
    opened: Arc<Opened>,
    mut events: TurnEvents,
    handle: Option<TurnHandle>,
    model: String,
    created: i64,
    tools: CallerToolNames,
    with_usage: bool,
) -> Result<Response> {
    let mut first = Vec::new();
    let opening = tokio::time::timeout(FIRST_WORD, open(&mut events, &mut first)).await;
    let is_late = opening.is_err();
    opening.unwrap_or(Ok(()))?;
    let id = first.first().map(|event| event.turn_id.to_string()).unwrap_or_default();
    let frame = ChatCompletionChunk {
        id,
        object: "chat.completion.chunk".into(),
        created,
        model,
        choices: Vec::new(),
        usage: None,
        error: None,
    };
    let calls = StreamedCalls::new(tools);
    let comment = if is_late { sse::COMMENT } else { Bytes::new() };
    let chunks = Chunks { events, _handle: handle, first: Some((comment, first)), frame, calls, with_usage };
    Ok(sse::respond(opened.until_revoked(frames(chunks))))
}

/// Reads the events up to the first text.
async fn open(events: &mut TurnEvents, first: &mut Vec<Arc<TurnEvent>>) -> Result<()> {
    while let Some(batch) = events.next().await.map_err(Error::store)? {
        first.extend(batch);
        match first.last().map(|event| &event.kind) {
            Some(EventKind::SessionResolved { .. }) => {}
            Some(EventKind::Failed { turn }) if first.len() == 2 => return Err(failure(turn)),
            _ => break,
        }
    }
    Ok(())
}

fn frames(chunks: Chunks) -> impl Stream<Item = Bytes> + Send + 'static {
    stream::unfold(chunks, |mut chunks| async move {
        let (comment, batch) = match chunks.first.take() {
            Some(first) => first,
            None => {
                let next = chunks.events.next().await;
                (Bytes::new(), next.inspect_err(|fault| tracing::error!(error = %fault, "a stream broke off")).ok()??)
            }
        };
        let mut out = BytesMut::from(comment);
        for event in batch {
            chunks.write(&mut out, &event.kind);
        }
        Some((out.freeze(), chunks))
    })
}

impl Chunks {
    fn write(&mut self, out: &mut BytesMut, event: &EventKind) {
        match event {
            EventKind::SessionResolved { .. } => {
                let (role, content) = (Some(ChatCompletionRole::Assistant), Some(String::new()));
                self.choice(out, ChunkDelta { role, content, tool_calls: None }, None);
            }
            EventKind::Content { delta } => {
                self.choice(out, ChunkDelta { content: Some(delta.clone()), ..ChunkDelta::default() }, None)
            }
            // Of the agent's own tools nothing is written: OpenAI's clients would try to answer the calls.
            EventKind::Tool(entry) => {
                if let Some(piece) = self.calls.take(entry) {
                    self.choice(out, ChunkDelta { tool_calls: Some(vec![piece]), ..ChunkDelta::default() }, None);
                }
            }
            EventKind::Done { turn } => {
                let reason = finish_reason(turn, !self.calls.is_empty());
                self.choice(out, ChunkDelta::default(), Some(reason));
                if self.with_usage {
                    let usage = ChatCompletionChunk { usage: Some(CompletionUsage::of(turn)), ..self.frame.clone() };
                    write_data(out, &usage);
                }
                out.put_slice(b"data: [DONE]\n\n");
            }
            EventKind::Failed { turn } => {
                let error = Some(OpenAiError::new(&failure(turn)).error);
                write_data(out, &ChatCompletionChunk { error, ..self.frame.clone() });
            }
        }
    }

    fn choice(&self, out: &mut BytesMut, delta: ChunkDelta, finish_reason: Option<String>) {
        let choices = vec![ChunkChoice { index: 0, delta, finish_reason }];
        write_data(out, &ChatCompletionChunk { choices, ..self.frame.clone() });
    }
}

fn write_data(out: &mut BytesMut, data: &impl serde::Serialize) {
    out.put_slice(b"data: ");
    // Writing these types as JSON cannot fail: they hold texts and numbers.
    let _ = serde_json::to_writer(out.writer(), data);
    out.put_slice(b"\n\n");
}
