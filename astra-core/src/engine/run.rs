//! One turn, from its place in the queue to the last token. Whatever ends it, what was said so far is kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;

use super::Engine;
use super::agent::AgentVersion;
use super::begin::{Ask, TurnHandle};
use super::budget::output_allowance;
use super::context::{self, Context, Room};
use super::error::{Error, Failure, Result};
use super::event::EventKind;
use super::finish::{Ending, Progress};
use super::inference::{Targets, failed};
use super::live::Seat;
use super::trace::{Part, Trace};
use crate::content::without_nul;
use crate::ids::TurnId;
use crate::provider::{self, Attempt, Chunk, Request};
use crate::store::{Scoped, Session, Status, TURN_STRIDE, Turn};

/// How often another gateway's wish to cancel is looked for, and a queued turn's predecessors when nothing notifies it.
const POLL: Duration = Duration::from_millis(500);
/// So many pieces of an answer are events of their own, the moment they come. What comes after them is joined, ...
const PIECES_MAX: u32 = 32_768;
/// ... to pieces of so many bytes, ...
const HELD_BYTES: usize = 512;
/// ... or of what came within this time.
const HOLD: Duration = Duration::from_millis(100);

/// A turn in progress.
pub(super) struct Running {
    pub(super) engine: Arc<Engine>,
    pub(super) scoped: Scoped,
    pub(super) turn: Turn,
    pub(super) seat: Seat,
    agent: Arc<AgentVersion>,
    session: Session,
    ask: Ask,
    started: Instant,
}

impl Running {
    #[expect(clippy::too_many_arguments, reason = "all that a turn is made of, once")]
    pub(super) fn new(
        engine: Arc<Engine>,
        scoped: Scoped,
        agent: Arc<AgentVersion>,
        session: Session,
        turn: Turn,
        seat: Seat,
        ask: Ask,
        started: Instant,
    ) -> Self {
        Self { engine, scoped, turn, seat, agent, session, ask, started }
    }

    /// For those who want to hear of it.
    pub(super) fn handle(&self) -> TurnHandle {
        TurnHandle::new(self.turn.id, Arc::clone(&self.seat.live), self.ask.ends_with_caller)
    }

    /// Answers the question and keeps the answer; only then does anybody hear that the turn is done.
    pub(super) async fn run(mut self) {
        let mut progress = Progress::new(Trace::new(self.started, self.ask.trace_parent.take()));
        progress.trace.note(Part::Storage, self.started);
        let limit = Duration::from_secs(self.engine.config.turn_timeout_s);
        let live = Arc::clone(&self.seat.live);
        let (engine, scoped, turn_id) = (Arc::clone(&self.engine), self.scoped.clone(), self.turn.id);
        let ending = {
            let work = std::panic::AssertUnwindSafe(self.answer(&mut progress)).catch_unwind();
            tokio::select! {
                biased;
                status = live.ended() => Ending::stopped(status),
                answered = work => Ending::of(answered.unwrap_or_else(|_| Err(Error::Turn(Failure::new("internal", "The gateway failed."))))),
                () = tokio::time::sleep(limit) => {
                    Ending::Failed(Failure::new("upstream_timeout", format!("The turn took more than {} s.", limit.as_secs())))
                }
                () = engine.cancelled_elsewhere(&scoped, turn_id) => Ending::stopped(Status::Cancelled),
            }
        };
        self.finish(ending, progress).await;
    }

    async fn answer(&mut self, progress: &mut Progress) -> Result<()> {
        if self.turn.status == Status::Queued {
            let since = Instant::now();
            self.wait_for_my_turn().await?;
            progress.trace.note(Part::Queue, since);
        }
        if self.turn.agent_version != self.agent.version {
            let (workspace, pinned) = (self.scoped.workspace(), Some(self.turn.agent_version));
            let missing = || {
                Error::Turn(Failure::new(
                    "not_found",
                    "The session's pinned version of the agent does not exist any more.",
                ))
            };
            self.agent =
                self.engine.agents.resolve(workspace, &self.turn.agent_id, pinned).await?.ok_or_else(missing)?;
        }
        let context = self.context(progress).await?;
        let answered = self.ask_once(&context, progress).await;
        if answered.is_ok() || !context.has_history || !progress.was_too_long() {
            return answered;
        }
        // The model reads less than was thought: once, a summary takes the place of what it said no to.
        let context = self.shortened(context.tokens, progress).await?;
        self.ask_once(&context, progress).await
    }

    /// Asks the model, or those that stand in for it.
    async fn ask_once(&self, context: &Context, progress: &mut Progress) -> Result<()> {
        let model = &self.agent.definition.model;
        let wanted = self.ask.overrides.max_output_tokens.or(model.max_output_tokens);
        let targets = Targets::of(&self.agent.definition);
        let prices = self.engine.prices(targets.first());
        progress.input_estimate = context.tokens;
        progress.context = Some(context.told);
        let request = Request {
            messages: &context.messages,
            temperature: self.ask.overrides.temperature.or(model.temperature),
            max_output_tokens: output_allowance(&self.agent.definition.budget, prices, context.tokens, wanted)
                .map_err(Error::Turn)?,
            parameters: self.ask.parameters.as_deref(),
            ..Request::default()
        };
        if self.ask.is_streamed {
            self.stream(&targets, request, progress).await
        } else {
            self.complete(&targets, request, progress).await
        }
    }

    async fn wait_for_my_turn(&mut self) -> Result<()> {
        let signal = self.engine.hub.signals.listen(self.scoped.workspace(), self.turn.session_id);
        loop {
            let notified = signal.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            match self.scoped.promote_turn(self.turn.id).await? {
                Some(true) => break,
                Some(false) => {
                    let _ = tokio::time::timeout(POLL, notified).await;
                }
                None => return Err(Error::Turn(Failure::new("interrupted", "The turn was ended by another gateway."))),
            }
        }
        self.turn.status = Status::Running;
        // The turns before this one may have been compacted while it waited.
        if let Some(session) = self.scoped.session(self.turn.session_id, None).await? {
            self.session = session;
        }
        Ok(())
    }

    /// What the model reads; a session that crowds its context is compacted first.
    async fn context(&mut self, progress: &mut Progress) -> Result<Context> {
        let room = self.engine.room(&self.agent);
        let context = self.read(room, progress).await?;
        let crowded = u64::from(context.tokens) * 100
            > u64::from(room.context) * u64::from(self.engine.config.compact_at_percent);
        if !context.is_cut && (!crowded || !context.has_history) {
            return Ok(context);
        }
        if self.compact(room, progress).await { self.read(room, progress).await } else { Ok(context) }
    }

    /// What the model reads after it refused `tokens` tokens for their number.
    async fn shortened(&mut self, tokens: u32, progress: &mut Progress) -> Result<Context> {
        let room = self.engine.room(&self.agent).after_refusal(tokens);
        if progress.summary.attempts.is_empty() {
            self.compact(room, progress).await;
        }
        self.read(room, progress).await
    }

    /// Compacts the session for `room`; answers whether it has another summary now.
    async fn compact(&mut self, room: Room, progress: &mut Progress) -> bool {
        let since = Instant::now();
        let before = self.turn.number * TURN_STRIDE;
        let (scoped, calls) = (&self.scoped, &mut progress.summary);
        let compacted = self.engine.compact_for(scoped, &self.session, &self.agent, room, before, calls).await;
        progress.trace.note(Part::Compaction, since);
        progress.summary.trace(&mut progress.trace);
        match compacted {
            Ok(Some(compacted)) => {
                self.session = compacted.session;
                true
            }
            Ok(None) => false,
            Err(fault) => {
                // The conversation goes on with its oldest turns left out.
                tracing::warn!(session.id = %self.session.id, error = %fault, "a session could not be compacted");
                false
            }
        }
    }

    async fn read(&self, room: Room, progress: &mut Progress) -> Result<Context> {
        let since = Instant::now();
        let now_ms = self.turn.created_at_ms;
        let system = context::system_prompt(&self.scoped, &self.agent, &self.session, room, now_ms).await?;
        let context = context::build(&self.scoped, &self.turn, &self.session, system, &self.ask, room).await?;
        progress.trace.note_context(since, context.told);
        Ok(context)
    }

    async fn complete(&self, targets: &Targets, request: Request<'_>, progress: &mut Progress) -> Result<()> {
        let answered = self.engine.ask_model(targets, request, &mut progress.calls.attempts).await;
        let completion = answered.map_err(Error::Turn)?;
        progress.usage = completion.usage;
        progress.finish_reason = Some(completion.finish_reason);
        progress.content = without_nul(completion.content);
        Ok(())
    }

    async fn stream(&self, targets: &Targets, request: Request<'_>, progress: &mut Progress) -> Result<()> {
        let answered = self.engine.stream_model(targets, request, &mut progress.calls.attempts).await;
        let mut chunks = answered.map_err(Error::Turn)?;
        progress.calls.trace(&mut progress.trace);
        progress.streaming_since = Some(Instant::now());
        let flush_every = Duration::from_millis(self.engine.config.event_flush_ms);
        let mut flushed = Instant::now();
        loop {
            let next = chunks.next();
            let Ok(batch) = (if progress.holds_text() { timeout(HOLD, next).await } else { Ok(next.await) }) else {
                self.publish(progress.release());
                continue;
            };
            let Some(batch) = batch else { break };
            let batch = match batch {
                Ok(batch) => batch,
                Err(fault) => {
                    let failure = failed(&fault);
                    progress.end_stream(Some(fault));
                    return Err(Error::Turn(failure));
                }
            };
            let texts = batch.into_iter().filter_map(|chunk| progress.take(chunk)).collect::<Vec<_>>();
            self.publish(texts);
            if flushed.elapsed() >= flush_every {
                progress.flush(&self.scoped, self.turn.id).await;
                flushed = Instant::now();
            }
        }
        progress.end_stream(None);
        Ok(())
    }

    /// Tells those who follow more of the answer.
    pub(super) fn publish(&self, texts: impl IntoIterator<Item = String>) {
        self.seat.live.publish(texts.into_iter().map(|delta| EventKind::Content { delta }));
    }
}

impl Progress {
    /// Whether a model refused what it was sent for its length, before it said anything.
    fn was_too_long(&self) -> bool {
        let refused = |call: &Attempt| call.error.as_ref().is_some_and(provider::Error::is_context_overflow);
        self.content.is_empty() && self.calls.attempts.iter().any(refused)
    }

    /// Takes a piece of the answer; gives its text back, for those who follow.
    fn take(&mut self, chunk: Chunk) -> Option<String> {
        match chunk {
            Chunk::Content(text) if text.is_empty() => None,
            Chunk::Content(text) => {
                let text = without_nul(text);
                self.content.push_str(&text);
                self.piece(text)
            }
            Chunk::Finish(reason) => {
                self.finish_reason = Some(reason);
                None
            }
            Chunk::Usage(usage) => {
                self.usage = Some(usage);
                None
            }
            // No tools are offered, so that these are calls of none.
            Chunk::ToolCall { .. } | Chunk::ToolArguments { .. } | Chunk::ToolCallComplete { .. } => None,
        }
    }
}

impl Progress {
    /// The next piece of the event log, if `text` makes one.
    fn piece(&mut self, text: String) -> Option<String> {
        if self.pieces < PIECES_MAX {
            return Some(self.logged(text));
        }
        self.held.push_str(&text);
        if self.held.len() < HELD_BYTES { None } else { self.release() }
    }

    const fn holds_text(&self) -> bool {
        !self.held.is_empty()
    }

    /// The piece that is being joined, as it is.
    pub(super) fn release(&mut self) -> Option<String> {
        let text = std::mem::take(&mut self.held);
        (!text.is_empty()).then(|| self.logged(text))
    }

    fn logged(&mut self, text: String) -> String {
        self.pieces = self.pieces.saturating_add(1);
        self.unflushed.push(text.clone());
        text
    }
}

impl Engine {
    /// Waits until another gateway was asked to end this turn; for ever where there is no other.
    async fn cancelled_elsewhere(&self, scoped: &Scoped, turn_id: TurnId) {
        if !self.has_peers() {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(POLL).await;
            match scoped.cancel_requested(turn_id).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(fault) => {
                    tracing::warn!(turn.id = %turn_id, error = %fault, "the wish to cancel could not be looked up")
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_many_pieces_are_joined_and_none_is_lost() {
        let mut progress = Progress::new(Trace::new(Instant::now(), None));
        let letter = |number: u32| char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)).to_string();
        let count = PIECES_MAX * 2;
        let take = |number| progress.take(Chunk::Content(letter(number)));
        let mut published: Vec<String> = (0..count).filter_map(take).collect();
        assert!(published.iter().take(PIECES_MAX as usize).all(|piece| piece.len() == 1), "each at once");
        published.extend(progress.release());
        assert!(published.len() <= (PIECES_MAX + PIECES_MAX / 512 + 1) as usize, "{}", published.len());
        let whole: String = (0..count).map(letter).collect();
        assert!(published.concat() == whole && progress.content == whole && progress.unflushed == published);
        assert_eq!(progress.release(), None);
    }
}
