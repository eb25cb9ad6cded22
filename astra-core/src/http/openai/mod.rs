//! OpenAI's Chat Completions and its list of models as far as the gateway speaks them: what is asked, what is answered, how
//! it is refused, and where the credential may stand.

mod answer;
mod calls;
mod chunk;
mod content;
mod conversation;
mod credential;
mod error;
mod message;
mod models;
mod request;
mod tool;

pub use answer::{ChatCompletion, CompletionUsage};
pub use calls::answered;
pub use chunk::{ChatCompletionChunk, chunks};
pub use content::ChatCompletionContent;
pub use credential::{bearer, has_key};
pub use error::{OpenAiError, OpenAiErrorBody, SHOULD_RETRY, should_retry, status};
pub use message::{ChatCompletionMessage, ChatCompletionRole};
pub use models::{OpenAiModel, OpenAiModels};
pub use request::ChatCompletionRequest;
pub use tool::{CallerToolNames, ChatCompletionTool, ChatCompletionToolCall, ChatCompletionToolChoice};

use crate::error::{Code, Error, UpstreamTerms};
use crate::http::contract::Refusals;

/// The paths of OpenAI's API: its clients call them.
const PATHS: &str = "/v1/";

/// How the clients of a path without an operation read refusals.
#[must_use]
pub fn refusals(path: &str) -> Refusals {
    if path.starts_with(PATHS) { Refusals::OpenAi } else { Refusals::Problem }
}

/// The refusal of a model that is no agent's id.
#[must_use]
pub fn no_such_model() -> Error {
    let upstream = UpstreamTerms::boxed(Some("model_not_found".into()), Some("model".into()));
    Error { upstream, ..Error::new(Code::NotFound, "There is no agent with this id: the model names an agent.") }
}
