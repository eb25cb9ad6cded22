//! The words of the inference group.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clock::rfc3339;
use crate::config::Protocol;
use crate::provider::{Circuit, ErrorKind, Status};
use crate::store::usage::UsageGroup;

/// A provider of models, as the configuration or a preset describes it, and how it has been doing since the gateway
/// started. Its key is never shown.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Provider {
    /// The name that agents use.
    #[schema(max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "openai")]
    pub name: String,
    /// Whether agents can use it; a preset that is not configured lacks its key.
    #[schema(example = true)]
    pub is_configured: bool,
    /// What it speaks.
    pub protocol: ProviderProtocol,
    /// Where it is; null for providers inside the gateway.
    #[schema(max_length = 2048, example = "https://api.openai.com/v1")]
    pub base_url: Option<String>,
    /// The model of agents that name none; null for the first one that the provider lists.
    #[schema(max_length = 256, example = "gpt-4.1-mini")]
    pub default_model: Option<String>,
    /// What its circuit breaker lets through.
    pub circuit: CircuitState,
    /// Calls so far, each with its retries.
    #[schema(minimum = 0, example = 1024)]
    pub requests: u64,
    /// Those of them that failed.
    #[schema(minimum = 0, example = 3)]
    pub errors: u64,
    /// Median time to the first token, or to the answer where it is not streamed, of the last 64 good calls, in
    /// milliseconds; null before the first one.
    #[schema(minimum = 0, example = 412.5)]
    pub latency_p50_ms: Option<f64>,
    /// The last failure; null if there was none.
    pub last_error: Option<ProviderFailure>,
}

/// A wire protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProviderProtocol {
    /// OpenAI's Chat Completions.
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
    /// None: the answer is the question.
    Echo,
    /// None: the program around the gateway answers.
    Host,
}

/// The state of a circuit breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// All calls.
    Closed,
    /// None, for a minute after five failures in a minute.
    Open,
    /// One at a time; two successes close it.
    HalfOpen,
}

/// The provider's last failure. Its words are only in the gateway's log, because they may concern another workspace.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ProviderFailure {
    /// The kind of failure.
    pub kind: ProviderFailureKind,
    /// The time.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub at: String,
}

/// The kinds of provider failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderFailureKind {
    /// It could not be reached.
    Connect,
    /// It did not answer in time.
    Timeout,
    /// It asked to slow down.
    RateLimited,
    /// It did not accept the key.
    Key,
    /// It refused the request.
    Refused,
    /// It failed by its own account.
    Server,
    /// It did not speak its protocol.
    Malformed,
    /// It answered more than any answer may be.
    TooLarge,
    /// It broke off its answer.
    Cut,
    /// It was not asked, since it had failed too often.
    CircuitOpen,
    /// It is not configured.
    Unknown,
    /// Its account has no credit left.
    QuotaUsedUp,
    /// The conversation has more tokens than its model reads.
    ContextOverflow,
    /// It cannot do what a parameter asked for, and was not asked.
    Unsupported,
}

/// Which models are of interest.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct ModelQuery {
    /// Only the models of this provider.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-z0-9][a-z0-9_-]*$", example = "echo")]
    pub(super) provider: Option<String>,
}

/// Which usage, and how it is grouped.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct UsageQuery {
    /// Hours that start at this time or later; by default 30 days before `to`.
    #[param(example = "2026-11-01T00:00:00Z")]
    pub(super) from: Option<String>,
    /// Hours that start before this time; by default now.
    #[param(example = "2026-12-01T00:00:00Z")]
    pub(super) to: Option<String>,
    /// The keys to group by, separated by commas; by default there is one sum.
    #[param(style = Form, explode = false, min_items = 1, max_items = 5, inline, example = json!(["agent", "day"]))]
    pub(super) group_by: Vec<UsageKey>,
}

/// The keys that usage can be grouped by. Days are in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each name is its field")]
pub enum UsageKey {
    Agent,
    Provider,
    Model,
    User,
    Day,
}

impl From<Status> for Provider {
    fn from(status: Status) -> Self {
        let health = status.health;
        Self {
            name: status.name,
            is_configured: status.is_configured,
            protocol: status.protocol.into(),
            base_url: status.base_url,
            default_model: status.default_model,
            circuit: status.circuit.into(),
            requests: health.requests,
            errors: health.errors,
            latency_p50_ms: health.latency_p50.map(|latency| latency.as_secs_f64() * 1e3),
            last_error: health
                .last_error
                .map(|error| ProviderFailure { kind: error.kind.into(), at: rfc3339(error.at_ms) }),
        }
    }
}

impl From<Option<Protocol>> for ProviderProtocol {
    fn from(protocol: Option<Protocol>) -> Self {
        match protocol {
            Some(Protocol::OpenAi) => Self::OpenAi,
            Some(Protocol::Anthropic) => Self::Anthropic,
            Some(Protocol::Echo) => Self::Echo,
            None => Self::Host,
        }
    }
}

impl From<Circuit> for CircuitState {
    fn from(circuit: Circuit) -> Self {
        match circuit {
            Circuit::Closed => Self::Closed,
            Circuit::Open => Self::Open,
            Circuit::HalfOpen => Self::HalfOpen,
        }
    }
}

impl From<ErrorKind> for ProviderFailureKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Connect => Self::Connect,
            ErrorKind::Timeout => Self::Timeout,
            ErrorKind::RateLimited(_) => Self::RateLimited,
            ErrorKind::Key => Self::Key,
            ErrorKind::Refused(_) => Self::Refused,
            ErrorKind::Server(..) => Self::Server,
            ErrorKind::Malformed => Self::Malformed,
            ErrorKind::TooLarge => Self::TooLarge,
            ErrorKind::Cut => Self::Cut,
            ErrorKind::CircuitOpen(_) => Self::CircuitOpen,
            ErrorKind::Unknown => Self::Unknown,
            ErrorKind::QuotaUsedUp => Self::QuotaUsedUp,
            ErrorKind::ContextOverflow => Self::ContextOverflow,
            ErrorKind::Unsupported => Self::Unsupported,
        }
    }
}

impl From<UsageKey> for UsageGroup {
    fn from(key: UsageKey) -> Self {
        match key {
            UsageKey::Agent => Self::Agent,
            UsageKey::Provider => Self::Provider,
            UsageKey::Model => Self::Model,
            UsageKey::User => Self::User,
            UsageKey::Day => Self::Day,
        }
    }
}
