//! Upstream models: what is asked, what is answered, and what can go wrong, for every wire protocol alike.

mod address;
mod anthropic;
mod call_ids;
mod chunks;
mod echo;
mod embedding_request;
mod embeddings;
mod entry;
mod error;
mod fallback;
mod health;
mod mask;
mod models;
mod ollama;
mod openai;
mod parameters;
mod presets;
mod reading;
mod refusal;
mod registry;
mod retry;
mod settings;
mod tools;
mod upstream;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

use crate::config::Prices;
pub use crate::content::{Arguments, Content, Part, Role, ToolCall, ToolResult};
pub use crate::outbound::{Circuit, Jitter};
use crate::trace_context::TraceContext;
pub use embedding_request::EmbeddingRequest;
pub use error::{Error, ErrorKind};
pub use fallback::{Attempt, Target};
pub use health::{Health, LastError};
pub(crate) use mask::{Secrets, clean};
pub use ollama::detect_ollama;
pub use parameters::{Parameter, Parameters};
pub use presets::{Preset, preset, presets};
pub use registry::{Check, Listing, ModelInfo, Registry, Status};
pub use tools::{Tool, ToolChoice};

/// A question to a model, borrowed for the time of the call: nothing of a conversation is copied on its way upstream.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The conversation, oldest first; system messages, if any, come first. A message that calls tools is followed by the
    /// results of all its calls, in one message or in several of the role `tool`.
    pub messages: &'a [Message],
    /// Sampling temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Maximum number of tokens of the answer.
    pub max_output_tokens: Option<u32>,
    /// What else the caller asks of the model; `None` for nothing.
    pub parameters: Option<&'a Parameters>,
    /// The tools that the model may call; without any, the fields below mean nothing.
    pub tools: &'a [Tool],
    /// Whether it may, must or must not call one.
    pub tool_choice: ToolChoice<'a>,
    /// Whether one answer may call several; `None` leaves it to the provider.
    pub parallel_tool_calls: Option<bool>,
    /// Its place in a distributed trace, which goes with the call; `None` if it is in none.
    pub trace: Option<&'a TraceContext>,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The author of the message.
    pub role: Role,
    /// The content.
    pub content: Content,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It was done.
    #[default]
    Stop,
    /// It ran into a limit of tokens.
    Length,
    /// The provider withheld content.
    ContentFilter,
    /// It calls tools and waits for their results. An answer that ran into a limit may have calls as well, of which the last
    /// one may be cut off; its reason is [`FinishReason::Length`].
    ToolCalls,
}

impl FinishReason {
    /// The name, as it is written in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
            Self::ToolCalls => "tool_calls",
        }
    }
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the conversation sent, those of caches included.
    pub input_tokens: u32,
    /// Tokens of the answer.
    pub output_tokens: u32,
    /// Those of the input that the provider read from its cache.
    #[serde(default)]
    pub cached_input_tokens: u32,
    /// Those of the input that the provider wrote to its cache.
    #[serde(default)]
    pub cache_write_tokens: u32,
}

impl Usage {
    /// What it costs at `prices`, in US dollars.
    #[must_use]
    pub fn cost_usd(&self, prices: &Prices) -> f64 {
        let cached = self.cached_input_tokens.min(self.input_tokens);
        let written = self.cache_write_tokens.min(self.input_tokens - cached);
        let input = prices.input_usd_per_million;
        let usd = [
            (self.input_tokens - cached - written, input),
            (cached, prices.cached_input_usd_per_million.unwrap_or(input)),
            (written, prices.cache_write_usd_per_million.unwrap_or(input)),
            (self.output_tokens, prices.output_usd_per_million),
        ];
        usd.into_iter().map(|(tokens, usd_per_million)| f64::from(tokens) * usd_per_million).sum::<f64>() / 1e6
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Completion {
    /// The text.
    pub content: String,
    /// The tools that the model calls, in order; their ids are unique.
    pub calls: Vec<ToolCall>,
    /// Why the model stopped.
    pub finish_reason: FinishReason,
    /// What the provider counted, if it did.
    pub usage: Option<Usage>,
}

/// A piece of a streamed answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Chunk {
    /// More text.
    Content(String),
    /// The model begins to call a tool.
    ToolCall {
        /// The call's number in the answer, from 0 on.
        index: u32,
        /// Its id, unique in the answer.
        id: String,
        /// The tool's name, as the model wrote it.
        name: String,
    },
    /// More of a call's arguments, as the model writes them: all pieces together are JSON, if the model makes no mistake.
    ToolArguments {
        /// The call's number in the answer.
        index: u32,
        /// More of the text.
        delta: String,
    },
    /// A call is complete. Comes once for each [`Chunk::ToolCall`], before [`Chunk::Finish`], with the arguments read or, where
    /// that cannot be done, as text. A provider that has a call at once need not send its arguments in pieces.
    ToolCallComplete {
        /// The call's number in the answer.
        index: u32,
        /// The call.
        call: Box<ToolCall>,
    },
    /// The end of text and calls, and why. Comes once; [`Chunk::Usage`] may follow.
    Finish(FinishReason),
    /// What the provider counted so far; a later one replaces an earlier one.
    Usage(Usage),
}

/// A streamed answer: all chunks of one network read together, so that they can go on together. An empty item says
/// that the upstream is alive. A stream that ends without [`Chunk::Finish`] has failed ([`ErrorKind::Cut`]); nothing
/// follows an error.
pub type ChunkStream = BoxStream<'static, Result<Vec<Chunk>, Error>>;

/// One upstream. A host program may hand in its own.
///
/// Implementations do one call and report faults; retries, circuit breaker, time-outs and fallbacks are the registry's.
/// Dropping a future or stream ends the call.
pub trait Provider: Send + Sync + 'static {
    /// Asks `model` for the whole answer at once.
    fn complete<'a>(&'a self, model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<Completion, Error>>;

    /// Asks `model` for the answer piece by piece; the future is ready when the upstream accepted the request.
    fn stream<'a>(&'a self, model: &'a str, request: Request<'a>) -> BoxFuture<'a, Result<ChunkStream, Error>>;

    /// The first of `parameters` that this provider cannot do: a request with it is refused, or goes to the next provider,
    /// without a call. A provider that does not say otherwise can do none of them.
    fn unsupported(&self, parameters: &Parameters) -> Option<Parameter> {
        parameters.given().next()
    }

    /// What of `request`, which has tools, this provider cannot do: [`Parameter::Tools`], [`Parameter::ToolChoice`] or
    /// [`Parameter::ParallelToolCalls`]. The request is refused, or goes to the next provider, without a call. A provider that
    /// does not say otherwise calls no tools.
    fn unsupported_tools(&self, request: Request<'_>) -> Option<Parameter> {
        let _ = request;
        Some(Parameter::Tools)
    }

    /// The names of the models that the upstream offers.
    fn models(&self) -> BoxFuture<'_, Result<Vec<String>, Error>>;

    /// Makes a vector of each text, in their order. A provider that does not say otherwise makes none.
    fn embed<'a>(&'a self, request: EmbeddingRequest<'a>) -> BoxFuture<'a, Result<Vec<Vec<f32>>, Error>> {
        let _ = request;
        let error = Error::new(ErrorKind::Unsupported, "the provider makes no vectors of texts");
        Box::pin(std::future::ready(Err(error)))
    }
}
