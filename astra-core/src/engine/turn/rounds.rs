//! The rounds of a turn: the model is asked, the tools that it calls are run, and it is asked again with their results.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::timeout;

use super::log::HOLD;
use super::progress::Progress;
use super::running::Running;
use crate::content::{Content, Part, Role, ToolCall, ToolResult, without_nul};
use crate::engine::budget::output_allowance;
use crate::engine::context::Context;
use crate::engine::error::{Error, Failure, Result};
use crate::engine::estimate::estimate_message;
use crate::engine::event::EventKind;
use crate::engine::inference::{Targets, UsageOwner, failed};
use crate::provider::{Chunk, Message, Request, Tool, ToolChoice};
use crate::store::{LogEntry, TurnStep};
use crate::tools::Outcome;

/// After so many rounds with tools the model must answer.
pub(super) const TOOL_ROUNDS_MAX: u32 = 5;

impl Running {
    /// Asks the model, and runs the tools that it calls, until it answers without a call.
    pub(super) async fn rounds(&mut self, context: &mut Context, progress: &mut Progress) -> Result<()> {
        let tools = self.engine.tools.offered(&self.agent.definition.tools.allow);
        for round in 0..=TOOL_ROUNDS_MAX {
            let choice = if round == TOOL_ROUNDS_MAX { ToolChoice::None } else { ToolChoice::Auto };
            self.ask_once(context, &tools, choice, progress).await?;
            if progress.wanted.is_empty() {
                break;
            }
            self.use_tools(context, progress).await?;
        }
        Ok(())
    }

    /// Asks the model once, or those that stand in for it.
    async fn ask_once(
        &self,
        context: &Context,
        tools: &[Tool],
        tool_choice: ToolChoice<'_>,
        progress: &mut Progress,
    ) -> Result<()> {
        let model = &self.agent.definition.model;
        let wanted = self.ask.overrides.max_output_tokens.or(model.max_output_tokens);
        let targets = Targets::of(&self.agent.definition);
        let prices = self.engine.prices(targets.first());
        progress.input_estimate = context.tokens;
        progress.context = Some(context.told);
        let allowance =
            output_allowance(&self.agent.definition.budget, prices, &progress.spent.so_far(), context.tokens, wanted);
        let request = Request {
            messages: &context.messages,
            temperature: self.ask.overrides.temperature.or(model.temperature),
            max_output_tokens: allowance.map_err(Error::Turn)?,
            parameters: self.ask.parameters.as_deref(),
            tools,
            tool_choice,
            ..Request::default()
        };
        if self.ask.is_streamed {
            self.stream(&targets, request, progress).await
        } else {
            self.complete(&targets, request, progress).await
        }
    }

    async fn complete(&self, targets: &Targets, request: Request<'_>, progress: &mut Progress) -> Result<()> {
        let answered = self.engine.ask_model(targets, request, &mut progress.calls.attempts).await;
        let completion = answered.map_err(Error::Turn)?;
        progress.usage = completion.usage;
        progress.finish_reason = Some(completion.finish_reason);
        progress.content = without_nul(completion.content);
        let calls = if takes_calls(&request) { completion.calls } else { Vec::new() };
        // The answer of a turn without tools is one event, which follows from the turn's row.
        let has_events = !calls.is_empty() || !progress.log.is_empty();
        if has_events && !progress.content.is_empty() {
            let text = progress.log.text(progress.content.clone());
            self.publish(text);
        }
        for call in calls {
            self.publish(progress.take_call(call));
        }
        Ok(())
    }

    async fn stream(&self, targets: &Targets, request: Request<'_>, progress: &mut Progress) -> Result<()> {
        let takes_calls = takes_calls(&request);
        let answered = self.engine.stream_model(targets, request, &mut progress.calls.attempts).await;
        let mut chunks = answered.map_err(Error::Turn)?;
        progress.calls.trace(&mut progress.trace);
        progress.streaming_since = Some(Instant::now());
        let flush_every = Duration::from_millis(self.engine.config.event_flush_ms);
        let mut flushed = Instant::now();
        loop {
            let next = chunks.next();
            let Ok(batch) = (if progress.log.holds_text() { timeout(HOLD, next).await } else { Ok(next.await) }) else {
                self.publish(progress.log.release());
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
            let taken = batch.into_iter().filter(|chunk| takes_calls || !is_of_call(chunk));
            let entries = taken.flat_map(|chunk| progress.take(chunk)).collect::<Vec<_>>();
            self.publish(entries);
            if flushed.elapsed() >= flush_every {
                progress.log.flush(&self.rows, self.turn.id).await;
                flushed = Instant::now();
            }
        }
        progress.end_stream(None);
        Ok(())
    }

    /// Runs the tools that the model called. The calls are on disk before the first one runs, and their results before the
    /// model reads them.
    async fn use_tools(&self, context: &mut Context, progress: &mut Progress) -> Result<()> {
        let calls = std::mem::take(&mut progress.wanted);
        let said = std::mem::take(&mut progress.content);
        let now_ms = self.engine.clock.now_ms();
        let owner = UsageOwner { agent_id: &self.turn.agent_id, subject: self.turn.subject, at_ms: now_ms };
        progress.end_round(&self.engine, &owner);
        let text = (!said.is_empty()).then_some(Part::Text { text: said });
        let parts = text.into_iter().chain(calls.iter().cloned().map(Part::ToolCall)).collect();
        self.keep_step(Role::Assistant, parts, context, progress).await?;
        progress.log.flush(&self.rows, self.turn.id).await;
        let results = self.run_tools(calls, progress).await;
        self.keep_step(Role::Tool, results, context, progress).await
    }

    /// The results of `calls`, in their order; each is published when it is there.
    async fn run_tools(&self, calls: Vec<ToolCall>, progress: &mut Progress) -> Vec<Part> {
        let allowed = &self.agent.definition.tools.allow;
        let run = async |place: usize, call: ToolCall| {
            let since = Instant::now();
            let outcome = self.engine.tools.call(allowed, &call).await;
            (place, call, since, outcome)
        };
        let mut running: FuturesUnordered<_> =
            calls.into_iter().enumerate().map(|(place, call)| run(place, call)).collect();
        let mut results = Vec::new();
        while let Some((place, call, since, Outcome { content, is_error })) = running.next().await {
            let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
            progress.trace.note_tool(&call.name, since, is_error);
            self.publish(progress.take_result(&call.id, &content, is_error, elapsed_ms));
            results.push((place, Part::ToolResult(ToolResult { call_id: call.id, content, is_error })));
        }
        results.sort_by_key(|(place, _)| *place);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Keeps what was said, and adds it to what the model reads.
    async fn keep_step(
        &self,
        role: Role,
        parts: Vec<Part>,
        context: &mut Context,
        progress: &mut Progress,
    ) -> Result<()> {
        let step = progress.steps + 1;
        let now_ms = self.engine.clock.now_ms();
        let kept =
            self.rows.turn_steps().create(&self.turn, TurnStep { step, role, parts: parts.clone(), now_ms }).await?;
        if !kept {
            return Err(Error::Turn(Failure::new("interrupted", "The turn was ended by another gateway.")));
        }
        progress.steps = step;
        let content = Content::Parts(parts);
        context.tokens = context.tokens.saturating_add(estimate_message(&content));
        context.messages.push(Message { role, content });
        Ok(())
    }
}

/// Whether the model may call tools. One that does so all the same calls none.
fn takes_calls(request: &Request<'_>) -> bool {
    !request.tools.is_empty() && request.tool_choice != ToolChoice::None
}

const fn is_of_call(chunk: &Chunk) -> bool {
    matches!(chunk, Chunk::ToolCall { .. } | Chunk::ToolArguments { .. } | Chunk::ToolCallComplete { .. })
}

impl From<LogEntry> for EventKind {
    fn from(entry: LogEntry) -> Self {
        match entry {
            LogEntry::Text(delta) => Self::Content { delta },
            LogEntry::Tool(entry) => Self::Tool(Arc::new(entry)),
        }
    }
}
