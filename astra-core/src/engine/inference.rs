//! How the engine asks models: by the agent's own choice first, then by its fallbacks, with a record of each call.

use std::time::{Duration, Instant};

use super::Engine;
use super::agent::{AgentVersion, Definition};
use super::context::{CONTEXT_TOKENS_DEFAULT, Room};
use super::error::Failure;
use crate::config::Prices;
use crate::content::without_nul;
use crate::provider::{self, Attempt, ChunkStream, Completion, Kind, Request, Target, Usage};
use crate::store::UsageRow;

/// Who is asked, in order.
pub(super) struct Targets(Vec<Target>);

/// An answer, or why there is none, with each call that was made for it.
pub(super) struct Answered<T> {
    pub(super) value: Result<T, Failure>,
    pub(super) calls: Vec<Call>,
}

/// One call of one model.
pub(super) struct Call {
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) started: Instant,
    pub(super) took: Duration,
    pub(super) error: Option<String>,
}

impl Targets {
    pub(super) fn of(definition: &Definition) -> Self {
        let model = &definition.model;
        let first = Target { provider: model.provider.clone(), model: model.model.clone() };
        let fallbacks = model.fallbacks.iter();
        let fallbacks =
            fallbacks.map(|second| Target { provider: second.provider.clone(), model: second.model.clone() });
        Self(std::iter::once(first).chain(fallbacks).collect())
    }

    /// The agent's own choice.
    pub(super) fn first(&self) -> Option<&Target> {
        self.0.first()
    }
}

impl From<Attempt> for Call {
    fn from(attempt: Attempt) -> Self {
        Self {
            provider: attempt.provider,
            model: attempt.model,
            started: attempt.started.into_std(),
            took: attempt.elapsed,
            error: attempt.error.map(|error| error.message),
        }
    }
}

impl Engine {
    /// Asks for a whole answer.
    pub(super) async fn ask_model(&self, targets: &Targets, request: Request<'_>) -> Answered<Completion> {
        settle(self.providers.complete(&targets.0, request).await)
    }

    /// Asks for an answer piece by piece.
    pub(super) async fn stream_model(&self, targets: &Targets, request: Request<'_>) -> Answered<ChunkStream> {
        settle(self.providers.stream(&targets.0, request).await)
    }

    /// How much the agent's model reads and writes.
    pub(super) fn room(&self, agent: &AgentVersion) -> Room {
        let model = &agent.definition.model;
        let known = || self.providers.context_tokens(&model.provider, model.model.as_deref());
        Room::new(model.max_context_tokens.or_else(known).unwrap_or(CONTEXT_TOKENS_DEFAULT), model.max_output_tokens)
    }

    /// What the agent's own choice of model costs, if that is known.
    pub(super) fn prices(&self, target: Option<&Target>) -> Option<Prices> {
        let target = target?;
        self.providers.price(&target.provider, target.model.as_deref())
    }

    /// What a call cost, in US dollars; 0 where no price is known.
    pub(super) fn cost_usd(&self, call: &Call, tokens: Usage) -> f64 {
        self.providers.price(&call.provider, Some(&call.model)).map_or(0.0, |prices| {
            let input = f64::from(tokens.input_tokens) * prices.input_usd_per_million;
            let output = f64::from(tokens.output_tokens) * prices.output_usd_per_million;
            (input + output) / 1e6
        })
    }
}

fn settle<T>(asked: Result<provider::Answered<T>, provider::Failure>) -> Answered<T> {
    let (value, attempts) = match asked {
        Ok(answered) => (Ok(answered.answer), answered.attempts),
        Err(failure) => (Err(failed(&failure.error)), failure.attempts),
    };
    Answered { value, calls: attempts.into_iter().map(Call::from).collect() }
}

/// What the caller hears of an upstream's fault.
pub(super) fn failed(error: &provider::Error) -> Failure {
    let code = match error.kind {
        Kind::Timeout => "upstream_timeout",
        _ => "upstream_error",
    };
    let told = without_nul(error.message.trim_end_matches('.').to_owned());
    Failure::new(code, format!("The model's provider failed: {told}."))
}

/// On whose account calls go.
pub(super) struct Account<'a> {
    pub(super) agent_id: &'a str,
    pub(super) user_id: &'a str,
    pub(super) at_ms: i64,
}

impl Account<'_> {
    /// What the calls add to the usage; the last one bears the tokens.
    pub(super) fn rows(&self, calls: &[Call], tokens: Usage, cost_usd: f64, failed: bool) -> Vec<UsageRow> {
        let row = |(place, call): (usize, &Call)| {
            let is_last = place + 1 == calls.len();
            let tokens = if is_last { tokens } else { Usage::default() };
            UsageRow {
                agent_id: self.agent_id.to_owned(),
                user_id: self.user_id.to_owned(),
                provider: call.provider.clone(),
                model: call.model.clone(),
                at_ms: self.at_ms,
                requests: 1,
                errors: u32::from(call.error.is_some() || (is_last && failed)),
                input_tokens: tokens.input_tokens,
                output_tokens: tokens.output_tokens,
                cost_usd: if is_last { cost_usd } else { 0.0 },
            }
        };
        calls.iter().enumerate().map(row).collect()
    }
}
