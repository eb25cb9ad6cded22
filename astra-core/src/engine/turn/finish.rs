//! The end of a turn: the answer is kept, then sent.

use std::sync::Arc;
use std::time::Duration;

use super::open_call::{CallState, OpenCall};
use super::progress::Progress;
use super::running::Running;
use super::skill_uses::skill_uses;
use super::spawn::has_children;
use crate::content::{Part, Role};
use crate::engine::Engine;
use crate::engine::agent::AgentVersion;
use crate::engine::error::{Error, Failure};
use crate::engine::event::{EventKind, FIRST_SEQ};
use crate::engine::export::ExportedTurn;
use crate::engine::inference::UsageOwner;
use crate::memory::extract::gate;
use crate::provider::FinishReason;
use crate::store::{self, FinishedTurn, Outcome, Remember, Rows, Status, Turn, TurnStep};

/// How long a full or unreachable store is given between two tries to keep a turn's end, ...
const RETRY: Duration = Duration::from_secs(1);
/// ... and how many tries there are: about a minute. Then the turn is left to be marked as interrupted.
const TRIES: u32 = 60;

/// How a turn ends.
pub(super) enum Ending {
    Completed,
    Failed(Failure),
    Stopped(Status, Failure),
}

impl Ending {
    pub(super) fn of(fault: Error) -> Self {
        match fault {
            Error::Turn(failure) => Self::Failed(failure),
            Error::Store(store::Error::Full(_)) => {
                Self::Failed(Failure::new("storage_full", "The gateway's store is full."))
            }
            Error::Store(fault @ (store::Error::Unavailable(_) | store::Error::Retry(_))) => {
                tracing::warn!(error = %fault, "a turn failed");
                Self::Failed(unavailable("The gateway's store cannot be reached."))
            }
            fault => {
                tracing::error!(error = %fault, "a turn failed");
                Self::Failed(Failure::new("internal", "The gateway failed."))
            }
        }
    }

    /// The end of a turn that was cancelled or interrupted.
    pub(super) fn stopped(status: Status) -> Self {
        let failure = if status == Status::Cancelled {
            Failure::new("cancelled", "The turn was cancelled.")
        } else {
            Failure::new("interrupted", "The gateway was stopped before the turn was complete.")
        };
        Self::Stopped(status, failure)
    }

    fn into_parts(self) -> (Status, Option<Failure>) {
        match self {
            Self::Completed => (Status::Completed, None),
            Self::Failed(failure) => (Status::Failed, Some(failure)),
            Self::Stopped(status, failure) => (status, Some(failure)),
        }
    }
}

/// The failure of a turn whose end the store does not take.
fn not_kept(fault: &store::Error) -> Failure {
    match fault {
        store::Error::Full(_) => {
            Failure::new("storage_full", "The answer could not be kept: the gateway's store is full.")
        }
        _ => unavailable("The answer could not be kept: the gateway's store cannot be reached."),
    }
}

fn unavailable(message: &str) -> Failure {
    Failure { retry_after_s: Some(1), ..Failure::new("unavailable", message) }
}

impl Engine {
    /// Gives a turn that has ended and is kept to the exporter, if it is to be exported.
    pub(super) fn export(&self, rows: &Rows, agent: Option<&Arc<AgentVersion>>, turn: &Arc<FinishedTurn>) {
        if let (Some(export), Some(_)) = (&self.export, &turn.trace.own) {
            let (workspace, agent, turn) = (rows.workspace().clone(), agent.cloned(), Arc::clone(turn));
            export.take(ExportedTurn { workspace, agent, turn });
        }
    }
}

impl Running {
    /// Keeps the end of the turn and publishes it.
    pub(super) async fn finish(self, ending: Ending, mut progress: Progress) {
        self.publish(progress.log.release());
        let (status, failure) = ending.into_parts();
        if !progress.open.is_empty() {
            self.keep_results(&mut progress).await;
        }
        progress.trace.each_tool(|took, is_error| self.engine.metrics.turns.note_tool(took, is_error));
        let mut finished = Arc::new(self.finished(status, failure, progress));
        let (mut told, mut is_kept) = (false, false);
        for tries_left in (0..TRIES).rev() {
            match self.rows.turns().finish(&finished).await {
                Ok(true) => {
                    is_kept = true;
                    break;
                }
                Ok(false) => {
                    // Another gateway took this one for dead and ended the turn: its word holds.
                    let finished = Arc::make_mut(&mut finished);
                    finished.status = Status::Interrupted;
                    finished.outcome.error =
                        Some(("interrupted".into(), "The turn was ended by another gateway.".into()));
                    break;
                }
                Err(fault) => {
                    tracing::error!(turn.id = %self.turn.id, tries_left, error = %fault, "the end of a turn could not be kept");
                    if !told {
                        let (failed, failure) = (Arc::make_mut(&mut finished), not_kept(&fault));
                        failed.status = Status::Failed;
                        failed.outcome.retry_after_s = failure.retry_after_s;
                        failed.outcome.error = Some((failure.code.to_owned(), failure.message));
                        self.tell(&finished);
                        told = true;
                    }
                    if tries_left == 0 || self.engine.is_draining() {
                        break;
                    }
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
        if !told {
            self.tell(&finished);
        }
        let elsewhere = Duration::from_micros(finished.trace.elsewhere_us());
        self.engine.metrics.turns.note(finished.status.as_str(), self.started.elapsed(), elsewhere);
        if is_kept {
            self.hand_on(&finished);
        }
        drop(self.guard);
        if finished.has_children {
            self.engine.end_children(&self.rows, self.turn.id).await;
        }
        if let Some(parent) = finished.parent {
            self.engine.take_on(&self.rows, parent);
        }
        self.engine.live_turns.signals.notify(self.rows.workspace(), self.turn.session_id);
    }

    /// Keeps the results that are there of calls of which some have none: the turn ends between them.
    async fn keep_results(&self, progress: &mut Progress) {
        let result = |open: OpenCall| match open.state {
            CallState::Done(result) => Some(Part::ToolResult(result)),
            _ => None,
        };
        let parts: Vec<_> = std::mem::take(&mut progress.open).into_iter().filter_map(result).collect();
        let step = TurnStep { step: progress.steps + 1, role: Role::Tool, parts, now_ms: self.engine.clock.now_ms() };
        if step.parts.is_empty() {
            return;
        }
        match self.rows.turn_steps().create(&self.turn, step, None).await {
            Ok(is_kept) => progress.steps += u16::from(is_kept),
            Err(fault) => tracing::warn!(turn.id = %self.turn.id, error = %fault, "results of tools could not be kept"),
        }
    }

    /// What is to be remembered of the question: nothing if the turn was not answered, if somebody other than the user has asked,
    /// if the message holds nothing, or if the user has asked the same before.
    fn remember(&self, status: Status) -> Option<Remember> {
        let is_told = self.engine.memory.is_enabled()
            && status == Status::Completed
            && self.ask.role == Role::User
            && self.parent().is_none()
            && self.ask.job.is_none();
        let profile = self.profile.as_ref().filter(|_| is_told)?;
        let remember =
            Remember { tiers: profile.tiers(), expires_at_ms: profile.expires_at_ms(self.engine.clock.now_ms()) };
        let question = self.ask.content.texts();
        let is_told = !remember.tiers.is_empty()
            && gate(&question)
            && !self.engine.memory.is_repeat(&self.rows, self.turn.subject, remember.tiers, &question);
        is_told.then_some(remember)
    }

    fn tell(&self, finished: &FinishedTurn) {
        let turn = Arc::new(Turn {
            status: finished.status,
            outcome: finished.outcome.clone(),
            last_seq: finished.last_seq,
            finished_at_ms: Some(finished.now_ms),
            ..self.turn.clone()
        });
        let whole = turn
            .outcome
            .content
            .as_ref()
            .filter(|content| !content.is_empty() && self.guard.live.latest() == FIRST_SEQ);
        let whole = whole.map(|content| EventKind::Content { delta: content.clone() });
        self.guard.live.publish(whole.into_iter().chain([EventKind::last(Arc::clone(&turn))]));
    }

    /// Gives a turn whose end is kept to what counts it, exports it and remembers it.
    fn hand_on(&self, finished: &Arc<FinishedTurn>) {
        self.engine.known_use.add(self.rows.workspace().number(), &finished.usage);
        self.engine.export(&self.rows, Some(&self.agent), finished);
        if finished.remember.is_some() {
            self.engine.memory.wake_extraction();
        }
    }

    fn finished(&self, status: Status, mut failure: Option<Failure>, mut progress: Progress) -> FinishedTurn {
        let now_ms = self.engine.clock.now_ms();
        progress.settle();
        let (calls, summary, has_failed) = (&progress.calls, &progress.summary, status == Status::Failed);
        let answering = calls.attempts.last().map(|call| (call.provider.clone(), call.model.clone()));
        let (provider, model) = answering.or(progress.spent.answered.take()).unzip();
        let cost_usd = self.engine.cost_usd(calls);
        let asked = UsageOwner { agent_id: self.charged_agent(), subject: self.turn.subject, at_ms: now_ms };
        let mut usage = asked.rows(summary, self.engine.cost_usd(summary), has_failed && summary.is_cut());
        let spent = &mut progress.spent;
        usage.append(&mut spent.rows);
        usage.extend(asked.rows(calls, cost_usd, has_failed));
        let contents =
            if progress.log.is_empty() { i64::from(!progress.content.is_empty()) } else { progress.log.len() };
        FinishedTurn {
            turn: self.turn.clone(),
            status,
            last_seq: FIRST_SEQ + contents + 1,
            events: progress.log.rest(),
            steps: progress.steps,
            has_waited: progress.has_waited,
            trace: progress.trace.record(),
            usage,
            skills: skill_uses(&self.agent.definition.skills, &progress.uses),
            parent: self.parent(),
            has_children: has_children(&progress.uses),
            remember: self.remember(status),
            event_id: self.engine.event_id(self.rows.workspace()),
            now_ms,
            outcome: Outcome {
                content: Some(progress.content),
                finish_reason: progress
                    .finish_reason
                    .map(|reason| reason_name(reason, progress.ends_with_calls))
                    .map(str::to_owned),
                provider,
                model,
                input_tokens: spent.tokens.input_tokens.saturating_add(calls.tokens.input_tokens),
                output_tokens: spent.tokens.output_tokens.saturating_add(calls.tokens.output_tokens),
                cost_usd: spent.cost_usd + cost_usd,
                tool_calls: progress.uses,
                context: progress.context,
                retry_after_s: failure.as_ref().and_then(|failure| failure.retry_after_s),
                upstream_code: failure.as_mut().and_then(|failure| failure.upstream_code.take()),
                param: failure.as_mut().and_then(|failure| failure.param.take()),
                error: failure.map(|failure| (failure.code.to_owned(), failure.message)),
            },
        }
    }
}

const fn reason_name(reason: FinishReason, ends_with_calls: bool) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::ToolCalls if ends_with_calls => "tool_calls",
        // A call in the last round, or of no tool that is offered, is not answered: the text is all that the answer is.
        FinishReason::Stop | FinishReason::ToolCalls => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
    }
}
