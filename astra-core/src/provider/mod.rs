//! Upstream models: what is asked, what is answered, and what can go wrong, for every wire protocol alike.

mod error;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use serde::{Deserialize, Serialize};

pub use error::{Error, Kind};

/// A question to a model.
#[derive(Debug, Clone)]
pub struct Request {
    /// The provider's own name of the model.
    pub model: String,
    /// The conversation, oldest first; a system message, if any, comes first.
    pub messages: Arc<Vec<Message>>,
    /// Sampling temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Most tokens that the answer may have.
    pub max_output_tokens: Option<u32>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
    /// A tool's result.
    Tool,
}

/// One message of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: Content,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// Text alone.
    Text(String),
    /// Text and images.
    Parts(Vec<Part>),
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An image.
    ImageUrl {
        /// `https:` or `data:` URL of the image.
        url: String,
    },
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// It was done.
    Stop,
    /// It ran into a limit of tokens.
    Length,
    /// The provider withheld content.
    ContentFilter,
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the conversation sent.
    pub input_tokens: u32,
    /// Tokens of the answer.
    pub output_tokens: u32,
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The text.
    pub content: String,
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
    /// The end of the text, and why.
    Finish(FinishReason),
    /// What the provider counted.
    Usage(Usage),
}

/// A streamed answer: all chunks of one network read together, so that they can go on together. A stream that ends
/// without [`Chunk::Finish`] is an error of kind [`Kind::Cut`], which the provider reports itself.
pub type ChunkStream = BoxStream<'static, Result<Vec<Chunk>, Error>>;

/// A model as its provider lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName(pub String);

/// One upstream. A host program may hand in its own.
///
/// Implementations do one call and report faults; retries, circuit breaker, time-outs and fallbacks are the registry's.
/// Dropping a future or stream ends the call.
pub trait Provider: Send + Sync + 'static {
    /// Asks for the whole answer at once.
    fn complete<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<Completion, Error>>;

    /// Asks for the answer piece by piece; the future is ready when the upstream accepted the request.
    fn stream<'a>(&'a self, request: &'a Request) -> BoxFuture<'a, Result<ChunkStream, Error>>;

    /// The models that the upstream offers.
    fn models(&self) -> BoxFuture<'_, Result<Vec<ModelName>, Error>>;
}
