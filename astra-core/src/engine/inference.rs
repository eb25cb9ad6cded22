//! How the engine asks models: by the agent's own choice first, then by its fallbacks, with a record of each call.

use super::Engine;
use super::agent::AgentDefinition;
use super::error::{Error, Failure, Result, code_of};
use super::trace::Trace;
use crate::config::Prices;
use crate::content::without_nul;
use crate::provider::{self, Attempt, ChunkStream, Completion, Request, Target, Usage};
use crate::store::{Rows, UsageRow};
use crate::trace_context::TraceContext;

/// Who is asked, in order.
pub(super) struct Targets(Vec<Target>);

/// The calls that were made for one answer, and what they used.
#[derive(Default)]
pub(super) struct Calls {
    /// Each from its beginning on; the last one answers, if any does.
    pub(super) attempts: Vec<Attempt>,
    /// As far as it is known, or thought.
    pub(super) tokens: Usage,
    /// The place in a distributed trace that goes with them.
    pub(super) context: Option<TraceContext>,
    /// So many are in the trace.
    traced: usize,
}

impl Targets {
    pub(super) fn of(definition: &AgentDefinition) -> Self {
        let model = &definition.model;
        let first = Target { provider: model.provider.clone(), model: model.model.clone() };
        let fallbacks = model.fallbacks.iter();
        let fallbacks =
            fallbacks.map(|second| Target { provider: second.provider.clone(), model: second.model.clone() });
        Self(std::iter::once(first).chain(fallbacks).collect())
    }

    /// All of them, in order.
    pub(super) fn all(&self) -> &[Target] {
        &self.0
    }

    /// The agent's own choice.
    pub(super) fn first(&self) -> Option<&Target> {
        self.0.first()
    }
}

impl Calls {
    /// Puts those into the trace that are not in it yet.
    pub(super) fn trace(&mut self, trace: &mut Trace) {
        for attempt in &self.attempts[self.traced..] {
            let started = attempt.started.into_std();
            // One that was cut off has taken until now.
            trace.note_call(attempt, started, attempt.elapsed.unwrap_or_else(|| started.elapsed()));
        }
        self.traced = self.attempts.len();
    }

    /// Whether the last one was cut off.
    pub(super) fn is_cut(&self) -> bool {
        self.attempts.last().is_some_and(|attempt| attempt.elapsed.is_none())
    }
}

impl Engine {
    /// Asks for a whole answer those that the workspace of `rows` may ask; the calls are in `attempts` even if their end is not
    /// waited for.
    pub(super) async fn ask_model(
        &self,
        rows: &Rows,
        targets: &Targets,
        request: Request<'_>,
        attempts: &mut Vec<Attempt>,
    ) -> Result<Completion> {
        let targets = self.allowed(rows, targets).await?;
        let answered = self.providers.complete(&targets, request, attempts).await;
        answered.map_err(|fault| Error::Turn(failed(&fault)))
    }

    /// Asks for an answer piece by piece, with the same account.
    pub(super) async fn stream_model(
        &self,
        rows: &Rows,
        targets: &Targets,
        request: Request<'_>,
        attempts: &mut Vec<Attempt>,
    ) -> Result<ChunkStream> {
        let targets = self.allowed(rows, targets).await?;
        let answered = self.providers.stream(&targets, request, attempts).await;
        answered.map_err(|fault| Error::Turn(failed(&fault)))
    }

    /// What the agent's own choice of model costs, if that is known.
    pub(super) fn prices(&self, target: Option<&Target>) -> Option<Prices> {
        let target = target?;
        self.providers.price(&target.provider, target.model.as_deref())
    }

    /// What calls cost, in US dollars; 0 where no price is known.
    pub(super) fn cost_usd(&self, calls: &Calls) -> f64 {
        let answering = calls.attempts.last();
        let prices = answering.and_then(|attempt| self.providers.price(&attempt.provider, Some(&attempt.model)));
        prices.map_or(0.0, |prices| calls.tokens.cost_usd(&prices))
    }
}

/// What the caller reads of an upstream's fault.
pub(super) fn failed(error: &provider::Error) -> Failure {
    let wait = error.retry_after();
    let retry_after_s = wait.map(|wait| wait.as_millis().div_ceil(1000)).and_then(|seconds| seconds.try_into().ok());
    let (upstream_code, param) = (error.code.clone(), error.param.clone());
    Failure { retry_after_s, upstream_code, param, ..Failure::new(code_of(error), sentence(&error.message)) }
}

/// The sentence for the caller, which knows of one provider: its model's.
fn sentence(told: &str) -> String {
    let told = without_nul(told.to_owned());
    let end = if told.ends_with(['.', '?', '!']) { "" } else { "." };
    match told.strip_prefix("the provider ") {
        Some(predicate) => format!("The model's provider {predicate}{end}"),
        None => format!("The model's provider failed: {told}{end}"),
    }
}

/// On whose account calls go.
pub(super) struct UsageOwner<'a> {
    pub(super) agent_id: &'a str,
    pub(super) subject: i64,
    pub(super) at_ms: i64,
}

impl UsageOwner<'_> {
    /// What the calls add to the usage; the last one bears the tokens, and the fault if `has_failed`.
    pub(super) fn rows(&self, calls: &Calls, cost_usd: f64, has_failed: bool) -> Vec<UsageRow> {
        let row = |(place, call): (usize, &Attempt)| {
            let is_last = place + 1 == calls.attempts.len();
            let tokens = if is_last { calls.tokens } else { Usage::default() };
            UsageRow {
                agent_id: self.agent_id.to_owned(),
                subject: self.subject,
                provider: call.provider.clone(),
                model: call.model.clone(),
                at_ms: self.at_ms,
                requests: 1,
                errors: u32::from(call.error.is_some() || (is_last && has_failed)),
                input_tokens: tokens.input_tokens,
                output_tokens: tokens.output_tokens,
                cost_usd: if is_last { cost_usd } else { 0.0 },
            }
        };
        calls.attempts.iter().enumerate().map(row).collect()
    }
}
