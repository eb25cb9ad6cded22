//! The end of a turn: the answer kept, then told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::{Error, Failure};
use super::event::{EventKind, FIRST_SEQ};
use super::inference::{Account, Calls};
use super::run::Running;
use super::tokens::estimate;
use super::trace::Trace;
use crate::ids::TurnId;
use crate::provider::{self, FinishReason, Usage};
use crate::store::{self, FinishedTurn, Outcome, Scoped, Status, Turn, TurnContext};

/// How long a full or unreachable store is given between two tries to keep a turn's end, ...
const RETRY: Duration = Duration::from_secs(1);
/// ... and how many tries there are: about a minute. Then the turn is left to be marked as interrupted.
const TRIES: u32 = 60;

/// What a turn has so far.
pub(super) struct Progress {
    pub(super) trace: Trace,
    pub(super) content: String,
    pub(super) finish_reason: Option<FinishReason>,
    /// What the provider counted.
    pub(super) usage: Option<Usage>,
    /// What we think was sent, should the provider not count.
    pub(super) input_estimate: u32,
    /// How much of the conversation was sent.
    pub(super) context: Option<TurnContext>,
    /// The calls for the answer.
    pub(super) calls: Calls,
    /// The calls for a summary of what was said before.
    pub(super) summary: Calls,
    /// When the first content of a stream was there whose end is not yet.
    pub(super) streaming_since: Option<Instant>,
    /// Texts of the event log that the store does not have yet.
    pub(super) unflushed: Vec<String>,
    /// How many events the answer has made.
    pub(super) pieces: u32,
    /// Text that is not in the event log yet.
    pub(super) held: String,
    flushed: i64,
}

/// How a turn ends.
pub(super) enum Ending {
    Completed,
    Failed(Failure),
    Stopped(Status, Failure),
}

impl Ending {
    pub(super) fn of(answered: super::Result<()>) -> Self {
        match answered {
            Ok(()) => Self::Completed,
            Err(Error::Turn(failure)) => Self::Failed(failure),
            Err(Error::Store(store::Error::Full(_))) => {
                Self::Failed(Failure::new("storage_full", "The gateway's store is full."))
            }
            Err(Error::Store(fault @ (store::Error::Unavailable(_) | store::Error::Retry(_)))) => {
                tracing::warn!(error = %fault, "a turn failed");
                Self::Failed(unavailable("The gateway's store cannot be reached."))
            }
            Err(fault) => {
                tracing::error!(error = %fault, "a turn failed");
                Self::Failed(Failure::new("internal", "The gateway failed."))
            }
        }
    }

    /// The end of a turn that somebody ended.
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

impl Progress {
    pub(super) fn new(trace: Trace) -> Self {
        Self {
            trace,
            content: String::new(),
            finish_reason: None,
            usage: None,
            input_estimate: 0,
            context: None,
            calls: Calls::default(),
            summary: Calls::default(),
            streaming_since: None,
            unflushed: Vec::new(),
            pieces: 0,
            held: String::new(),
            flushed: 0,
        }
    }

    /// Takes note of the end of a stream, whose call was noted when its first content was there.
    pub(super) fn end_stream(&mut self, error: Option<provider::Error>) {
        let (Some(since), Some(call)) = (self.streaming_since.take(), self.calls.attempts.last_mut()) else { return };
        call.error = error;
        self.trace.note_call(call, since, since.elapsed());
    }

    /// Takes note of the calls that were cut off, and of what all of them used.
    fn settle(&mut self) {
        self.end_stream(None);
        self.summary.trace(&mut self.trace);
        self.calls.trace(&mut self.trace);
        self.calls.tokens = self.tokens();
    }

    /// Writes the texts of the event log that the store does not have yet. What it does not take now goes with the next
    /// ones, or with the turn's end.
    pub(super) async fn flush(&mut self, scoped: &Scoped, turn_id: TurnId) {
        if self.unflushed.is_empty() {
            return;
        }
        match scoped.append_events(turn_id, FIRST_SEQ + 1 + self.flushed, &self.unflushed).await {
            Ok(()) => {
                self.flushed += i64::try_from(self.unflushed.len()).unwrap_or(i64::MAX);
                self.unflushed.clear();
            }
            Err(fault) => {
                tracing::warn!(turn.id = %turn_id, error = %fault, "events could not be kept; trying again later");
            }
        }
    }

    fn tokens(&self) -> Usage {
        let asked = self.calls.attempts.iter().any(|call| call.error.is_none());
        let counted = self.usage.unwrap_or_default();
        let output_tokens = if counted.output_tokens > 0 { counted.output_tokens } else { estimate(&self.content) };
        let was_read = asked || output_tokens > 0;
        let input_tokens =
            if counted.input_tokens == 0 && was_read { self.input_estimate } else { counted.input_tokens };
        Usage { input_tokens, output_tokens, ..counted }
    }
}

impl Running {
    /// Keeps the end of the turn and tells it.
    pub(super) async fn finish(self, ending: Ending, mut progress: Progress) {
        self.publish(progress.release());
        let (status, failure) = ending.into_parts();
        let mut finished = Arc::new(self.finished(status, failure, progress));
        let mut told = false;
        for tries_left in (0..TRIES).rev() {
            match self.scoped.finish_turn(&finished).await {
                Ok(true) => break,
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
        drop(self.seat);
        self.engine.hub.signals.notify(self.scoped.workspace(), self.turn.session_id);
    }

    fn tell(&self, finished: &FinishedTurn) {
        let turn = Arc::new(Turn {
            status: finished.status,
            outcome: finished.outcome.clone(),
            last_seq: finished.last_seq,
            finished_at_ms: Some(finished.now_ms),
            ..self.turn.clone()
        });
        let whole =
            turn.outcome.content.as_ref().filter(|content| !content.is_empty() && self.seat.live.latest() == FIRST_SEQ);
        let whole = whole.map(|content| EventKind::Content { delta: content.clone() });
        self.seat.live.publish(whole.into_iter().chain([EventKind::last(Arc::clone(&turn))]));
    }

    fn finished(&self, status: Status, mut failure: Option<Failure>, mut progress: Progress) -> FinishedTurn {
        let now_ms = self.engine.clock.now_ms();
        progress.settle();
        let (calls, summary, has_failed) = (&progress.calls, &progress.summary, status == Status::Failed);
        let (provider, model) = calls.attempts.last().map(|call| (call.provider.clone(), call.model.clone())).unzip();
        let cost_usd = self.engine.cost_usd(calls);
        let asked = Account { agent_id: &self.turn.agent_id, subject: self.turn.subject, at_ms: now_ms };
        let mut usage = asked.rows(summary, self.engine.cost_usd(summary), has_failed && summary.is_cut());
        usage.extend(asked.rows(calls, cost_usd, has_failed));
        let tokens = calls.tokens;
        let texts = progress.flushed + i64::try_from(progress.unflushed.len()).unwrap_or(0);
        let contents = if texts == 0 { i64::from(!progress.content.is_empty()) } else { texts };
        let events = std::mem::take(&mut progress.unflushed);
        FinishedTurn {
            turn: self.turn.clone(),
            status,
            last_seq: FIRST_SEQ + contents + 1,
            events: if events.is_empty() { None } else { Some((FIRST_SEQ + 1 + progress.flushed, events)) },
            trace: progress.trace.record(),
            usage,
            now_ms,
            outcome: Outcome {
                content: Some(progress.content),
                finish_reason: progress.finish_reason.map(reason_name).map(str::to_owned),
                provider,
                model,
                input_tokens: tokens.input_tokens,
                output_tokens: tokens.output_tokens,
                cost_usd,
                context: progress.context,
                retry_after_s: failure.as_ref().and_then(|failure| failure.retry_after_s),
                upstream_code: failure.as_mut().and_then(|failure| failure.upstream_code.take()),
                param: failure.as_mut().and_then(|failure| failure.param.take()),
                error: failure.map(|failure| (failure.code.to_owned(), failure.message)),
            },
        }
    }
}

const fn reason_name(reason: FinishReason) -> &'static str {
    match reason {
        // No tools are offered: with calls of none, the text is all that the answer is.
        FinishReason::Stop | FinishReason::ToolCalls => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
    }
}
