//! How the tests ask: a registry with one provider, a question, and answers boiled down.

use std::sync::Arc;

use astra_core::clock::ManualClock;
use astra_core::config::{Protocol, ProviderConfig, ProviderConfigs, Secret};
use astra_core::provider::{
    Chunk, Completion, Content, Error, ErrorKind, FinishReason, Message, Registry, Request, Role, Target, Tool,
    ToolCall, Usage,
};
use futures_util::StreamExt as _;
use serde_json::json;

/// 2026-11-23T21:07:00Z
pub(crate) const NOW_MS: i64 = 1_795_468_020_000;
pub(crate) const KEY: &str = "sk-test-0123456789abcdef";

/// A stream as its reader saw it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Heard {
    pub(crate) pieces: Vec<String>,
    /// The calls that have begun: id, name, and the arguments as they were streamed.
    pub(crate) begun: Vec<(String, String, String)>,
    pub(crate) calls: Vec<ToolCall>,
    pub(crate) finish_reason: Option<FinishReason>,
    pub(crate) usage: Option<Usage>,
    pub(crate) error: Option<Error>,
}

impl Heard {
    pub(crate) fn text(&self) -> String {
        self.pieces.concat()
    }

    pub(crate) fn error_kind(&self) -> Option<ErrorKind> {
        self.error.as_ref().map(|error| error.kind)
    }
}

/// The configuration of a provider at `url` that is tried once.
pub(crate) fn config(url: &str, protocol: Protocol) -> ProviderConfig {
    ProviderConfig {
        protocol: Some(protocol),
        base_url: Some(url.to_owned()),
        api_key: Some(Secret::new(KEY)),
        default_model: Some("model-1".into()),
        max_retries: Some(0),
        ..ProviderConfig::default()
    }
}

/// A registry whose provider `up` is `config`.
pub(crate) fn registry(config: ProviderConfig) -> Registry {
    let configs = ProviderConfigs::from([("up".to_owned(), config)]);
    Registry::new(&configs, Arc::new(ManualClock::new(NOW_MS))).unwrap().with_jitter(Arc::new(|| 0.0))
}

/// A registry whose provider `up` speaks OpenAI's protocol at `url` and is tried once.
pub(crate) fn openai(url: &str) -> Registry {
    registry(config(url, Protocol::OpenAi))
}

/// The same with Anthropic's.
pub(crate) fn anthropic(url: &str) -> Registry {
    registry(config(url, Protocol::Anthropic))
}

pub(crate) fn target(provider: &str) -> Target {
    Target { provider: provider.to_owned(), model: None }
}

pub(crate) fn message(role: Role, text: &str) -> Message {
    Message { role, content: Content::Text(text.to_owned()) }
}

/// What the user asks in these tests.
pub(crate) fn messages() -> Vec<Message> {
    vec![message(Role::System, "Be brief."), message(Role::User, "Hello, you.")]
}

pub(crate) fn request(messages: &[Message]) -> Request<'_> {
    Request { messages, ..Request::default() }
}

/// What was counted, without any cache.
pub(crate) fn usage(input_tokens: u32, output_tokens: u32) -> Usage {
    Usage { input_tokens, output_tokens, ..Usage::default() }
}

/// Asks `up` for the whole answer.
pub(crate) async fn complete(registry: &Registry) -> Result<Completion, Error> {
    registry.complete(&[target("up")], request(&messages()), &mut Vec::new()).await
}

/// Asks `up` for the whole answer and expects a failure.
pub(crate) async fn failure(registry: &Registry) -> Error {
    complete(registry).await.unwrap_err()
}

/// Asks `up` for a stream and listens to its end; a failure before the first content is an error as well.
pub(crate) async fn listen(registry: &Registry) -> Heard {
    listen_to(registry, &[target("up")]).await
}

/// The same of several targets.
pub(crate) async fn listen_to(registry: &Registry, targets: &[Target]) -> Heard {
    ask(registry, targets, request(&messages())).await
}

/// A tool that takes the name of a city.
pub(crate) fn tool(name: &str) -> Tool {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let parameters = Arc::new(schema.as_object().unwrap().clone());
    Tool { name: name.into(), description: "Looks out of the window.".into(), parameters, is_strict: false }
}

/// Asks with a request of one's own.
pub(crate) async fn ask(registry: &Registry, targets: &[Target], request: Request<'_>) -> Heard {
    let place = |index: u32| usize::try_from(index).unwrap();
    let mut heard = Heard::default();
    let mut stream = match registry.stream(targets, request, &mut Vec::new()).await {
        Ok(stream) => stream,
        Err(error) => return Heard { error: Some(error), ..heard },
    };
    while let Some(read) = stream.next().await {
        match read {
            Ok(chunks) => chunks.into_iter().for_each(|chunk| match chunk {
                Chunk::Content(text) => heard.pieces.push(text),
                Chunk::ToolCall { index, id, name } => {
                    assert_eq!(place(index), heard.begun.len());
                    heard.begun.push((id, name, String::new()));
                }
                Chunk::ToolArguments { index, delta } => heard.begun[place(index)].2.push_str(&delta),
                Chunk::ToolCallComplete { index, call } => {
                    assert_eq!((place(index), heard.finish_reason), (heard.calls.len(), None));
                    heard.calls.push(*call);
                }
                Chunk::Finish(reason) => assert_eq!(heard.finish_reason.replace(reason), None, "one end"),
                Chunk::Usage(usage) => heard.usage = Some(usage),
            }),
            Err(error) => heard.error = Some(error),
        }
    }
    heard
}
