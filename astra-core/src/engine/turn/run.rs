//! One turn, from its place in the queue to its end. Whatever ends it, what was said so far is kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::calls::{Wait, add_step};
use super::finish::Ending;
use super::progress::Progress;
use super::running::Running;
use crate::content::Role;
use crate::engine::Engine;
use crate::engine::context::{self, Context, Prompt};
use crate::engine::error::{Error, Failure, Result};
use crate::engine::event::EventKind;
use crate::engine::prefetch::Prefetch;
use crate::engine::recall::{Recall, Recalled};
use crate::engine::token_budget::TokenBudget;
use crate::engine::trace::{Trace, TraceOrigin};
use crate::ids::TurnId;
use crate::memory::profile::MemoryProfileSettings;
use crate::store::{LogEntry, Rows, Status, TURN_STRIDE, TraceStage, VisibleTo};

/// How often another gateway's wish to cancel is looked for, and a queued turn's predecessors when nothing notifies it.
const POLL: Duration = Duration::from_millis(500);

/// Why a turn is not gone on with.
enum Stop {
    Ends(Ending),
    Waits(Wait),
}

impl Stop {
    fn of(answered: Result<Option<Wait>>) -> Self {
        match answered {
            Ok(Some(wait)) => Self::Waits(wait),
            Ok(None) => Self::Ends(Ending::Completed),
            Err(fault) => Self::Ends(Ending::of(fault)),
        }
    }
}

impl Running {
    /// Answers the question and keeps the answer; only then is the turn reported as done.
    /// `prefetch` is the search of memory for it, if one was begun.
    pub(super) async fn run(mut self, prefetch: Option<Prefetch>) {
        let parent = self.ask.trace_parent.take();
        let own = self.engine.export.as_ref().and_then(|export| export.begin(parent.as_deref()));
        let origin = TraceOrigin { parent, own, request_id: self.request_id.take() };
        let mut progress = Progress { prefetch, ..Progress::new(Trace::new(self.started, origin)) };
        progress.trace.note(TraceStage::Storage, self.started);
        self.go_on(progress).await;
    }

    /// Goes on with the turn until it ends or has to wait.
    pub(super) async fn go_on(mut self, mut progress: Progress) {
        let limit = Duration::from_secs(self.engine.config.turn_timeout_s);
        let (left, since) = (limit.saturating_sub(progress.ran), Instant::now());
        let live = Arc::clone(&self.guard.live);
        let (engine, rows, turn_id) = (Arc::clone(&self.engine), self.rows.clone(), self.turn.id);
        let stop = {
            let work = std::panic::AssertUnwindSafe(self.answer(&mut progress)).catch_unwind();
            tokio::select! {
                biased;
                status = live.ended() => Stop::Ends(Ending::stopped(status)),
                answered = work => Stop::of(answered.unwrap_or_else(|_| Err(Error::Turn(Failure::new("internal", "The gateway failed."))))),
                () = tokio::time::sleep(left) => {
                    let message = format!("The turn took more than {} s.", limit.as_secs());
                    Stop::Ends(Ending::Failed(Failure::new("upstream_timeout", message)))
                }
                () = engine.cancelled_elsewhere(&rows, turn_id) => Stop::Ends(Ending::stopped(Status::Cancelled)),
            }
        };
        progress.ran += since.elapsed();
        match stop {
            Stop::Ends(ending) => self.finish(ending, progress).await,
            Stop::Waits(wait) => match self.suspend(wait, &mut progress).await {
                Ok(entries) => {
                    let parent = self.parent();
                    self.leave(entries);
                    // It waits as well, or is about to: what its caller follows says for what.
                    parent.into_iter().for_each(|parent| engine.take_on(&rows, parent));
                }
                Err(ending) => self.finish(ending, progress).await,
            },
        }
    }

    async fn answer(&mut self, progress: &mut Progress) -> Result<Option<Wait>> {
        if self.turn.status == Status::Queued {
            let since = Instant::now();
            self.wait_for_my_turn().await?;
            progress.trace.note(TraceStage::Queue, since);
        }
        if self.turn.agent_version != self.agent.version {
            let (workspace, version) = (self.rows.workspace(), self.turn.agent_version);
            let missing = || {
                Error::Turn(Failure::new(
                    "not_found",
                    "The session's pinned version of the agent does not exist any more.",
                ))
            };
            self.agent =
                self.engine.agents.resolve_begun(workspace, &self.turn.agent_id, version).await?.ok_or_else(missing)?;
        }
        let mut context = self.context(progress).await?;
        if progress.steps > 0 {
            for (role, content) in self.rows.turn_steps().list(&self.turn).await? {
                add_step(&mut context, role, content);
            }
        }
        let answered = self.rounds(&mut context, progress).await;
        if answered.is_ok() || !context.has_history || !progress.was_too_long() {
            return answered;
        }
        // The model reads less than was thought: once, a summary takes the place of what it said no to.
        let mut context = self.shortened(context.tokens, progress).await?;
        self.rounds(&mut context, progress).await
    }

    async fn wait_for_my_turn(&mut self) -> Result<()> {
        let signal = self.engine.live_turns.signals.listen(self.rows.workspace(), self.turn.session_id);
        loop {
            let notified = signal.notified();
            tokio::pin!(notified);
            notified.as_mut().enable();
            match self.rows.turns().promote(self.turn.id).await? {
                Some(true) => break,
                Some(false) => {
                    let _ = tokio::time::timeout(POLL, notified).await;
                }
                None => return Err(Error::Turn(Failure::new("interrupted", "The turn was ended by another gateway."))),
            }
        }
        self.turn.status = Status::Running;
        // The turns before this one may have been compacted while it waited.
        if let Some(session) = self.rows.sessions().find(self.turn.session_id, VisibleTo::All).await? {
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
    async fn compact(&mut self, room: TokenBudget, progress: &mut Progress) -> bool {
        let since = Instant::now();
        let before = self.turn.number * TURN_STRIDE;
        progress.summary.context = progress.trace.outgoing();
        let (rows, calls) = (&self.rows, &mut progress.summary);
        let compacted = self.engine.compact_for(rows, &self.session, &self.agent, room, before, calls).await;
        progress.trace.note(TraceStage::Compaction, since);
        progress.summary.trace(&mut progress.trace);
        if !progress.summary.attempts.is_empty() {
            progress.trace.note_usage(progress.summary.tokens, None);
        }
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

    async fn read(&mut self, room: TokenBudget, progress: &mut Progress) -> Result<Context> {
        let since = Instant::now();
        let now_ms = self.turn.created_at_ms;
        let (profile, prefetch) = (self.profile().await?, progress.prefetch.take());
        let skills = &self.engine.skills;
        let suffix = &profile.system_prompt_suffix;
        let system = context::system_prompt(&self.rows, &self.agent, &self.session, skills, room, suffix, now_ms);
        let (system, recalled) = tokio::join!(system, self.recall(&profile, prefetch));
        let system = system?;
        let is_first = self.recalled.is_none();
        let (prompt, recent) = (Prompt { system, memory: recalled.block(room) }, self.recent.take());
        self.recalled = Some(Arc::clone(&recalled));
        let mut context =
            context::build(&self.rows, &self.turn, &self.session, prompt, &self.ask, room, recent).await?;
        if recalled.is_searched && is_first {
            self.engine.note_read(&self.rows, &context.memory);
            let memories = std::mem::take(&mut context.memory.memories);
            progress.trace.note_memory(since, recalled.took, memories, recalled.fault.clone());
        }
        self.has_read_tools = context.messages.iter().any(|message| message.role == Role::Tool);
        progress.trace.note_context(since, context.told);
        Ok(context)
    }

    /// What the agent remembers and recalls; it is looked up once.
    async fn profile(&mut self) -> Result<Arc<MemoryProfileSettings>> {
        if let Some(profile) = &self.profile {
            return Ok(Arc::clone(profile));
        }
        let profile = Arc::new(self.engine.memory_profile(&self.rows, &self.agent.definition).await?);
        self.profile = Some(Arc::clone(&profile));
        Ok(profile)
    }

    /// What memory has for the question; it is searched once.
    async fn recall(&self, profile: &MemoryProfileSettings, prefetch: Option<Prefetch>) -> Arc<Recalled> {
        if let Some(recalled) = &self.recalled {
            return Arc::clone(recalled);
        }
        if self.ask.role != Role::User {
            return Arc::default();
        }
        let recall = Recall {
            user_id: &self.session.user_id,
            question: &self.ask.content.texts(),
            session: self.session.id,
            profile,
            now_ms: self.turn.created_at_ms,
        };
        Arc::new(self.engine.recall(&self.rows, recall, prefetch).await)
    }

    /// Tells those who follow more of the answer.
    pub(super) fn publish(&self, entries: impl IntoIterator<Item = LogEntry>) {
        self.guard.live.publish(entries.into_iter().map(EventKind::from));
    }
}

impl Engine {
    /// Waits until another gateway was asked to end this turn; for ever where there is no other.
    async fn cancelled_elsewhere(&self, rows: &Rows, turn_id: TurnId) {
        if !self.has_peers() {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(POLL).await;
            match rows.turns().is_cancel_requested(turn_id).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(fault) => {
                    tracing::warn!(turn.id = %turn_id, error = %fault, "the wish to cancel could not be looked up")
                }
            }
        }
    }
}
