//! The rounds of a turn: the model is asked, the tools that it calls are run, and it is asked again with their results.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio::time::sleep;

use super::calls::{RoundEnd, Wait};
use super::log::HOLD;
use super::progress::Progress;
use super::running::Running;
use super::spawned::within;
use super::tools::tools_of;
use crate::content::without_nul;
use crate::engine::budget::output_allowance;
use crate::engine::context::Context;
use crate::engine::error::{Error, Result};
use crate::engine::inference::{Targets, failed};
use crate::provider::{Chunk, Request, Tool, ToolChoice};

impl Running {
    /// Asks the model, and makes the calls of its answer, until it answers without a call, or with one that ends the turn or has
    /// to be waited for. A turn that has waited goes on with the calls that it waited for.
    pub(super) async fn rounds(&mut self, context: &mut Context, progress: &mut Progress) -> Result<Option<Wait>> {
        let offered = self.engine.offered_in(self.rows.workspace(), &self.agent.definition, &self.ask);
        while progress.round <= self.agent.definition.tools.max_rounds {
            if progress.open.is_empty() {
                // A round may have found tools for the next one.
                let tools = match self.ask.tools.as_deref() {
                    Some(given) if given.wants_call() && self.is_last(progress) => given.tools.clone(),
                    given => tools_of(&offered, given)?,
                };
                self.ask_once(context, &tools, self.tool_choice(progress), progress).await?;
                if progress.wanted.is_empty() {
                    break;
                }
                self.open_calls(&offered, context, progress).await?;
            }
            match self.make_calls(&offered, context, progress).await? {
                RoundEnd::Answered => progress.round += 1,
                RoundEnd::EndsTurn => break,
                RoundEnd::Waits(wait) => return Ok(Some(wait)),
            }
        }
        Ok(None)
    }

    /// Whether the model may call tools in this round. In the last one it must answer.
    fn tool_choice(&self, progress: &Progress) -> ToolChoice<'_> {
        match self.ask.tools.as_deref() {
            // A call for the caller is an answer.
            Some(given) if given.wants_call() => ToolChoice::Required,
            _ if self.is_last(progress) => ToolChoice::None,
            Some(given) => given.choice.in_round(progress.round),
            None => ToolChoice::Auto,
        }
    }

    fn is_last(&self, progress: &Progress) -> bool {
        progress.round >= self.agent.definition.tools.max_rounds || self.has_used_its_calls(progress)
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
        let budget = within(self.ask.spawned.as_deref(), self.agent.definition.budget);
        progress.input_estimate = context.tokens;
        progress.context = Some(context.told);
        let allowance = output_allowance(&budget, prices, &progress.spent.so_far(), context.tokens, wanted);
        let trace = progress.trace.outgoing();
        let request = Request {
            messages: &context.messages,
            temperature: self.ask.overrides.temperature.or(model.temperature),
            max_output_tokens: allowance.map_err(Error::Turn)?,
            parameters: self.ask.parameters.as_deref(),
            tools,
            tool_choice,
            parallel_tool_calls: self.ask.tools.as_deref().and_then(|given| given.parallel),
            trace: trace.as_ref(),
        };
        if self.ask.is_streamed {
            self.stream(&targets, request, progress).await
        } else {
            self.complete(&targets, request, progress).await
        }
    }

    async fn complete(&self, targets: &Targets, request: Request<'_>, progress: &mut Progress) -> Result<()> {
        let completion = self.engine.ask_model(&self.rows, targets, request, &mut progress.calls.attempts).await?;
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
        for mut call in calls {
            call.id = progress.unique(call.id);
            self.publish(progress.take_call(call));
        }
        Ok(())
    }

    async fn stream(&self, targets: &Targets, request: Request<'_>, progress: &mut Progress) -> Result<()> {
        let takes_calls = takes_calls(&request);
        let asked = self.engine.stream_model(&self.rows, targets, request, &mut progress.calls.attempts);
        let mut chunks = asked.await?;
        progress.calls.trace(&mut progress.trace);
        progress.is_streaming = true;
        let flush_every = Duration::from_millis(self.engine.config.event_flush_ms);
        let due = sleep(flush_every);
        tokio::pin!(due);
        let mut flushed = Instant::now();
        loop {
            let batch = tokio::select! {
                biased;
                batch = chunks.next() => batch,
                () = async { sleep(HOLD).await }, if progress.log.holds_text() => {
                    self.publish(progress.log.release());
                    continue;
                }
                // Those who follow at another gateway read what is kept: a model that pauses must not keep it from them.
                () = &mut due, if progress.log.unkept().is_some() => {
                    progress.log.flush(&self.rows, self.turn.id).await;
                    flushed = Instant::now();
                    due.as_mut().reset((flushed + flush_every).into());
                    continue;
                }
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
                due.as_mut().reset((flushed + flush_every).into());
            }
        }
        progress.end_stream(None);
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
