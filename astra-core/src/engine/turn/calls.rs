//! The calls of one answer of the model: kept before the first one runs, run side by side, and their results kept before the model
//! reads them.

use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::ask::OnCall;
use super::progress::Progress;
use super::running::Running;
use crate::content::{Content, Part, Role, ToolCall, ToolResult};
use crate::engine::context::Context;
use crate::engine::error::{Error, Failure, Result};
use crate::engine::estimate::estimate_message;
use crate::engine::inference::UsageOwner;
use crate::provider::{FinishReason, Message};
use crate::store::TurnStep;
use crate::tools::{Offered, Outcome, ToolContext};

/// What comes after the calls of an answer.
pub(super) enum RoundEnd {
    /// All of them have results: the model is asked again.
    Answered,
    /// The others are for the caller, and the turn is complete.
    EndsTurn,
}

/// A call of the answer, and its result when it is there.
pub(super) struct OpenCall {
    call: ToolCall,
    result: Option<ToolResult>,
    is_callers: bool,
}

impl Running {
    /// Runs the tools that the model called. The calls are on disk before the first one runs, each result when it is there, and all
    /// of them before the model reads them.
    pub(super) async fn use_tools(
        &self,
        offered: &Offered,
        context: &mut Context,
        progress: &mut Progress,
    ) -> Result<RoundEnd> {
        let calls = std::mem::take(&mut progress.wanted);
        let mut calls: Vec<_> = calls.into_iter().map(|call| self.open_call(call)).collect();
        let ends_turn = calls.iter().any(|open| open.is_callers) && self.on_call() == Some(OnCall::EndTurn);
        let reason = progress.finish_reason;
        let now_ms = self.engine.clock.now_ms();
        let owner = UsageOwner { agent_id: &self.turn.agent_id, subject: self.turn.subject, at_ms: now_ms };
        progress.end_round(&self.engine, &owner);
        // What is said with calls that end the turn is the turn's answer.
        let said = if ends_turn { String::new() } else { std::mem::take(&mut progress.content) };
        let text = (!said.is_empty()).then_some(Part::Text { text: said });
        let parts = text.into_iter().chain(calls.iter().map(|open| Part::ToolCall(open.call.clone()))).collect();
        self.keep_step(Role::Assistant, parts, context, progress).await?;
        self.run_tools(offered, &mut calls, progress).await?;
        let results: Vec<_> = calls.into_iter().filter_map(|open| open.result).map(Part::ToolResult).collect();
        if !results.is_empty() {
            self.keep_step(Role::Tool, results, context, progress).await?;
        }
        if ends_turn {
            (progress.finish_reason, progress.ends_with_calls) = (reason.or(Some(FinishReason::ToolCalls)), true);
            return Ok(RoundEnd::EndsTurn);
        }
        Ok(RoundEnd::Answered)
    }

    fn open_call(&self, call: ToolCall) -> OpenCall {
        let given = self.ask.tools.as_deref();
        let is_callers = given.is_some_and(|given| given.tools.iter().any(|tool| *tool.name == *call.name));
        OpenCall { call, result: None, is_callers }
    }

    fn on_call(&self) -> Option<OnCall> {
        self.ask.tools.as_deref().map(|given| given.on_call)
    }

    /// Runs those of `calls` that are the agent's. Each result is kept and published when it is there; the last one is kept with the
    /// step that is made of them.
    async fn run_tools(&self, offered: &Offered, calls: &mut [OpenCall], progress: &mut Progress) -> Result<()> {
        let run = async |place: usize, call: ToolCall| {
            let since = Instant::now();
            let outcome = offered.call(&call, &self.tool_context(&call)).await;
            (place, since, outcome)
        };
        let own = calls.iter().enumerate().filter(|(_, open)| !open.is_callers && open.result.is_none());
        let mut running: FuturesUnordered<_> = own.map(|(place, open)| run(place, open.call.clone())).collect();
        while let Some((place, since, Outcome { content, is_error })) = running.next().await {
            let open = &mut calls[place];
            let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            progress.trace.note_tool(&open.call.name, since, is_error);
            let entries = progress.take_result(&open.call.id, &content, is_error, elapsed_ms);
            open.result = Some(ToolResult { call_id: open.call.id.clone(), content, is_error });
            if !running.is_empty() {
                progress.log.keep(&self.rows, self.turn.id).await?;
            }
            self.publish(entries);
        }
        Ok(())
    }

    /// Who calls a tool by `call`, and within what.
    fn tool_context(&self, call: &ToolCall) -> ToolContext {
        let mut context = ToolContext::new(self.rows.workspace().clone(), &self.turn.user_id, &call.id);
        context.agent_id = Some(self.turn.agent_id.clone());
        context.session_id = Some(self.turn.session_id);
        context.turn_id = Some(self.turn.id);
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
        let now_ms = self.engine.clock.now_ms();
        let kept = TurnStep { step, role, parts: parts.clone(), now_ms };
        if !self.rows.turn_steps().create(&self.turn, kept, progress.log.unkept()).await? {
            return Err(Error::Turn(Failure::new("interrupted", "The turn was ended by another gateway.")));
        }
        progress.log.kept();
        progress.steps = step;
        let content = Content::Parts(parts);
        context.tokens = context.tokens.saturating_add(estimate_message(&content));
        context.messages.push(Message { role, content });
        Ok(())
    }
}
