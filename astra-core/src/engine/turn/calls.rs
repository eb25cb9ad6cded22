//! The calls of one answer of the model: kept before the first one runs, run side by side, and their results kept before the model
//! reads them. Those that a person decides on, or that the caller makes, are waited for.

use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::ask::OnCall;
use super::open_call::{CallState, Child, OpenCall};
use super::progress::Progress;
use super::running::Running;
use super::spawn::{Ran, is_spawn};
use crate::content::{Arguments, Content, Part, Role, ToolCall, ToolResult};
use crate::engine::context::Context;
use crate::engine::error::{Error, Failure, Result};
use crate::engine::estimate::estimate_message;
use crate::engine::inference::UsageOwner;
use crate::provider::{FinishReason, Message};
use crate::store::{LogEntry, TraceStage, TurnStep};
use crate::tools::{Decision, Offered, Outcome, ToolContext};
use crate::trace_context::TraceContext;

/// What comes after the calls of an answer.
pub(super) enum RoundEnd {
    /// All of them have results: the model is asked again.
    Answered,
    /// The others are for the caller, and the turn is complete.
    EndsTurn,
    /// The others have to be waited for.
    Waits(Wait),
}

/// What a turn waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// A person's decisions, on its own calls or on those of turns that it has begun.
    Approvals,
    /// Results of the caller.
    Results,
}

impl Running {
    /// Keeps the calls of the model's answer before the first one is made.
    pub(super) async fn open_calls(
        &self,
        offered: &Offered,
        context: &mut Context,
        progress: &mut Progress,
    ) -> Result<()> {
        let calls = std::mem::take(&mut progress.wanted);
        progress.open = calls.into_iter().map(|call| self.open_call(offered, call)).collect();
        let reason = progress.finish_reason;
        let owner = self.usage_owner();
        progress.end_round(&self.engine, &owner);
        let mut text = None;
        if self.ends_turn(&progress.open) {
            // What is said with calls that end the turn is the turn's answer.
            progress.finish_reason = reason.or(Some(FinishReason::ToolCalls));
        } else {
            progress.said = std::mem::take(&mut progress.content);
            text = (!progress.said.is_empty()).then(|| Part::Text { text: progress.said.clone() });
        }
        let parts =
            text.into_iter().chain(progress.open.iter().map(|open| Part::ToolCall(open.call.clone()))).collect();
        self.keep_step(Role::Assistant, parts, context, progress).await
    }

    /// Makes the calls that can be made. When all have results, these are kept for the model to read.
    pub(super) async fn make_calls(
        &self,
        offered: &Offered,
        context: &mut Context,
        progress: &mut Progress,
    ) -> Result<RoundEnd> {
        self.refuse_beyond_budget(progress);
        self.refuse_unreadable(progress);
        self.run_tools(offered, progress).await?;
        let is_asked = |open: &OpenCall| {
            matches!(open.state, CallState::NeedsApproval | CallState::AwaitsApproval(_) | CallState::Spawned(_))
        };
        if progress.open.iter().any(is_asked) {
            return Ok(RoundEnd::Waits(Wait::Approvals));
        }
        let ends_turn = self.ends_turn(&progress.open);
        if !ends_turn && progress.open.iter().any(OpenCall::is_callers) {
            return Ok(RoundEnd::Waits(Wait::Results));
        }
        let result = |open: OpenCall| match open.state {
            CallState::Done(result) => Some(Part::ToolResult(result)),
            _ => None,
        };
        let results: Vec<_> = std::mem::take(&mut progress.open).into_iter().filter_map(result).collect();
        if !results.is_empty() {
            self.keep_step(Role::Tool, results, context, progress).await?;
        }
        progress.ends_with_calls = ends_turn;
        Ok(if ends_turn { RoundEnd::EndsTurn } else { RoundEnd::Answered })
    }

    /// On whose account what the turn uses goes.
    pub(super) fn usage_owner(&self) -> UsageOwner<'_> {
        let at_ms = self.engine.clock.now_ms();
        UsageOwner { agent_id: self.charged_agent(), subject: self.turn.subject, at_ms }
    }

    fn open_call(&self, offered: &Offered, call: ToolCall) -> OpenCall {
        let given = self.ask.tools.as_deref();
        let is_callers = given.is_some_and(|given| given.tools.iter().any(|tool| *tool.name == *call.name));
        // A person is not asked for a call that cannot be made.
        let is_asked = || call.arguments.object().is_ok() && offered.decide(&call.name) == Decision::NeedsApproval;
        let state = match is_callers {
            true => CallState::Callers,
            false if is_asked() => CallState::NeedsApproval,
            false => CallState::Runs,
        };
        OpenCall { call, state }
    }

    fn on_call(&self) -> Option<OnCall> {
        self.ask.tools.as_deref().map(|given| given.on_call)
    }

    /// Whether the turn is complete with these calls.
    pub(super) fn ends_turn(&self, calls: &[OpenCall]) -> bool {
        self.on_call() == Some(OnCall::EndTurn) && calls.iter().any(OpenCall::is_callers)
    }

    /// Answers calls whose arguments are no JSON object in the place of the caller, who submits results: the model made a mistake.
    fn refuse_unreadable(&self, progress: &mut Progress) {
        if self.on_call() != Some(OnCall::AwaitResults) {
            return;
        }
        for place in 0..progress.open.len() {
            let open = &progress.open[place];
            if let (CallState::Callers, Arguments::Text(_), Err(fault)) =
                (&open.state, &open.call.arguments, open.call.arguments.object())
            {
                self.answer_call(progress, place, format!("The tool was not called: {fault}."), true, 0);
            }
        }
    }

    /// Gives a call its result, and tells those who follow.
    pub(super) fn answer_call(
        &self,
        progress: &mut Progress,
        place: usize,
        content: String,
        is_error: bool,
        elapsed_ms: u64,
    ) {
        let call_id = progress.open[place].call.id.clone();
        self.publish(progress.take_result(&call_id, &content, is_error, elapsed_ms));
        progress.open[place].state = CallState::Done(ToolResult { call_id, content, is_error });
    }

    /// Makes the calls of the agent's tools, and follows the turns that they begin or have begun. Each result is kept when it is
    /// there; the last one is kept with what follows.
    async fn run_tools(&self, offered: &Offered, progress: &mut Progress) -> Result<()> {
        let family = self.family(offered, progress);
        let trace = progress.trace.outgoing();
        let has_results = progress.round > 0;
        let run = async |place: usize, call: ToolCall, child: Option<Child>| {
            let since = Instant::now();
            let context = self.tool_context(&call, trace.as_ref(), has_results);
            let span = match child {
                Some(child) => child.span,
                None => context.trace.as_ref().and_then(TraceContext::exported_span),
            };
            let ran = match (child, &family) {
                (Some(child), _) => self.follow_child(offered, &call, child).await,
                (None, Some(family)) if is_spawn(offered, &call) => {
                    self.spawn(offered, &call, place, family, context.trace).await
                }
                _ => Ok(Ran::Answered(offered.call(&call, &context).await)),
            };
            (place, call, span, since, ran)
        };
        let own = progress.open.iter().enumerate();
        let own = own.filter(|(_, open)| open.state == CallState::Runs || open.child().is_some());
        let mut running: FuturesUnordered<_> =
            own.map(|(place, open)| run(place, open.call.clone(), open.child())).collect();
        while let Some((place, call, span, since, ran)) = running.next().await {
            let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            let (Outcome { content, is_error }, elapsed_ms) = match ran? {
                Ran::Answered(outcome) => (outcome, elapsed_ms),
                Ran::Ended(outcome, took_ms, used) => {
                    progress.spent.below.add(used);
                    (outcome, took_ms)
                }
                Ran::Waits(child, asked) => {
                    progress.open[place].state = CallState::Spawned(child);
                    progress.asked.extend(asked.into_iter().map(LogEntry::Tool));
                    continue;
                }
            };
            progress.trace.note_tool(&call, span, since, is_error);
            self.answer_call(progress, place, content, is_error, elapsed_ms);
            if !running.is_empty() {
                progress.log.keep(&self.rows, self.turn.id).await?;
            }
        }
        Ok(())
    }

    /// Who calls a tool by `call`, and within what; the turn may have results of tools already.
    fn tool_context(&self, call: &ToolCall, trace: Option<&TraceContext>, has_results: bool) -> ToolContext {
        let mut context = ToolContext::new(self.rows.workspace().clone(), &self.turn.user_id, &call.id);
        context.agent_id = Some(self.turn.agent_id.clone());
        context.session_id = Some(self.turn.session_id);
        context.turn_id = Some(self.turn.id);
        context.skills.clone_from(&self.agent.definition.skills);
        context.trace = trace.map(TraceContext::step);
        context.has_read_tools = self.has_read_tools || has_results;
        context
    }

    /// Keeps what was said together with what the log has of it, and adds it to what the model reads.
    async fn keep_step(
        &self,
        role: Role,
        parts: Vec<Part>,
        context: &mut Context,
        progress: &mut Progress,
    ) -> Result<()> {
        let step = progress.steps + 1;
        let (now_ms, since) = (self.engine.clock.now_ms(), Instant::now());
        let kept = TurnStep { step, role, parts: parts.clone(), now_ms };
        if !self.rows.turn_steps().create(&self.turn, kept, progress.log.unkept()).await? {
            return Err(Error::Turn(Failure::new("interrupted", "The turn was ended by another gateway.")));
        }
        progress.trace.note(TraceStage::Storage, since);
        progress.log.kept();
        progress.steps = step;
        add_step(context, role, Content::Parts(parts));
        Ok(())
    }
}

/// Adds what was said in the turn to what the model reads.
pub(super) fn add_step(context: &mut Context, role: Role, content: Content) {
    context.tokens = context.tokens.saturating_add(estimate_message(&content));
    context.messages.push(Message { role, content });
}
