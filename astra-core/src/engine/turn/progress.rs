//! What a turn has so far: the round that is being answered, and what the rounds before it used.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::log::TurnLog;
use super::open_call::OpenCall;
use crate::content::{ToolCall, without_nul};
use crate::engine::estimate::estimate;
use crate::engine::inference::{Calls, UsageOwner};
use crate::engine::prefetch::Prefetch;
use crate::engine::trace::Trace;
use crate::engine::{Engine, budget};
use crate::provider::{self, Attempt, Chunk, FinishReason, Usage};
use crate::store::{LogEntry, ToolEntry, ToolUse, TurnContext, UsageRow};

/// What a turn has so far.
pub(super) struct Progress {
    pub(super) trace: Trace,
    /// The search of memory for the question, if it was begun before the turn.
    pub(super) prefetch: Option<Prefetch>,
    /// What happened, as it is kept and published.
    pub(super) log: TurnLog,
    /// The text of this round.
    pub(super) content: String,
    /// The tools that the model calls in this round.
    pub(super) wanted: Vec<ToolCall>,
    /// Number, id and name of the calls that have begun in this round.
    pub(super) begun: Vec<(u32, String, String)>,
    pub(super) finish_reason: Option<FinishReason>,
    /// What the provider counted in this round.
    pub(super) usage: Option<Usage>,
    /// What we think was sent, should the provider not count.
    pub(super) input_estimate: u32,
    /// How much of the conversation was sent.
    pub(super) context: Option<TurnContext>,
    /// The calls of models in this round.
    pub(super) calls: Calls,
    /// The calls for a summary of what was said before.
    pub(super) summary: Calls,
    /// Whether the first content of a stream was there whose end is not yet.
    pub(super) is_streaming: bool,
    /// What the rounds before this one used.
    pub(super) spent: Spent,
    /// The tools that were called.
    pub(super) uses: Vec<ToolUse>,
    /// How many steps are kept.
    pub(super) steps: u16,
    /// How many rounds have ended.
    pub(super) round: u32,
    /// Whether the turn ends with calls that are for the caller.
    pub(super) ends_with_calls: bool,
    /// The calls of the last answer, until all have results.
    pub(super) open: Vec<OpenCall>,
    /// The text of the answer that has these calls.
    pub(super) said: String,
    /// Whether the turn has waited, or tried to.
    pub(super) has_waited: bool,
    /// For how long it ran before it waited.
    pub(super) ran: Duration,
    /// What persons are asked by the turns that it waits for, as its log is going to say it.
    pub(super) asked: Vec<LogEntry>,
}

/// What rounds that are over have used.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Spent {
    pub(super) tokens: Usage,
    pub(super) cost_usd: f64,
    pub(super) rows: Vec<UsageRow>,
    /// Who answered last.
    pub(super) answered: Option<(String, String)>,
    /// What the turns have used that it has begun: it counts in its budget alone.
    #[serde(default)]
    pub(super) below: budget::Spent,
}

impl Spent {
    /// For the budget of the turn.
    pub(super) fn so_far(&self) -> budget::Spent {
        let tokens = self.tokens.input_tokens.saturating_add(self.tokens.output_tokens);
        let mut spent = budget::Spent { tokens, cost_usd: self.cost_usd, calls: 0 };
        spent.add(self.below);
        spent
    }
}

impl Progress {
    pub(super) fn new(trace: Trace) -> Self {
        Self {
            trace,
            prefetch: None,
            log: TurnLog::default(),
            content: String::new(),
            wanted: Vec::new(),
            begun: Vec::new(),
            finish_reason: None,
            usage: None,
            input_estimate: 0,
            context: None,
            calls: Calls::default(),
            summary: Calls::default(),
            is_streaming: false,
            spent: Spent::default(),
            uses: Vec::new(),
            steps: 0,
            round: 0,
            ends_with_calls: false,
            open: Vec::new(),
            said: String::new(),
            has_waited: false,
            ran: Duration::ZERO,
            asked: Vec::new(),
        }
    }

    /// Takes note of the end of a stream, whose call is in the trace up to its first content.
    pub(super) fn end_stream(&mut self, error: Option<provider::Error>) {
        let (true, Some(call)) = (std::mem::take(&mut self.is_streaming), self.calls.attempts.last_mut()) else {
            return;
        };
        call.error = error;
        self.trace.end_stream(call);
    }

    /// Takes note of the calls of this round, those that were cut off too, and of what they used.
    pub(super) fn settle(&mut self) {
        self.end_stream(None);
        self.summary.trace(&mut self.trace);
        self.calls.trace(&mut self.trace);
        self.calls.tokens = self.tokens();
        if !self.calls.attempts.is_empty() {
            self.trace.note_usage(self.calls.tokens, self.finish_reason.map(FinishReason::as_str));
        }
    }

    fn tokens(&self) -> Usage {
        let asked = self.calls.attempts.iter().any(|call| call.error.is_none());
        let counted = self.usage.unwrap_or_default();
        let written = || {
            let calls = self.wanted.iter().map(|call| estimate(&call.name) + estimate(&call.arguments.text()));
            calls.fold(estimate(&self.content), u32::saturating_add)
        };
        let output_tokens = if counted.output_tokens > 0 { counted.output_tokens } else { written() };
        let was_read = asked || output_tokens > 0;
        let input_tokens =
            if counted.input_tokens == 0 && was_read { self.input_estimate } else { counted.input_tokens };
        Usage { input_tokens, output_tokens, ..counted }
    }

    /// Ends a round that called tools: what it used goes on the owner, and the next one begins with nothing said.
    pub(super) fn end_round(&mut self, engine: &Engine, owner: &UsageOwner<'_>) {
        self.settle();
        let cost_usd = engine.cost_usd(&self.calls);
        let (spent, tokens) = (&mut self.spent, self.calls.tokens);
        spent.rows.extend(owner.rows(&self.calls, cost_usd, false));
        spent.cost_usd += cost_usd;
        spent.tokens.input_tokens = spent.tokens.input_tokens.saturating_add(tokens.input_tokens);
        spent.tokens.output_tokens = spent.tokens.output_tokens.saturating_add(tokens.output_tokens);
        spent.answered = self.calls.attempts.last().map(|call| (call.provider.clone(), call.model.clone()));
        self.calls = Calls::default();
        self.begun.clear();
        (self.usage, self.finish_reason) = (None, None);
    }

    /// Adds the calls for a summary to what was used before.
    pub(super) fn end_summary(&mut self, engine: &Engine, owner: &UsageOwner<'_>) {
        let rows = owner.rows(&self.summary, engine.cost_usd(&self.summary), false);
        self.spent.rows.splice(0..0, rows);
        self.summary = Calls::default();
    }

    /// Whether a model refused what it was sent for its length, before it said anything.
    pub(super) fn was_too_long(&self) -> bool {
        let refused = |call: &Attempt| call.error.as_ref().is_some_and(provider::Error::is_context_overflow);
        self.steps == 0 && self.content.is_empty() && self.calls.attempts.iter().any(refused)
    }

    /// Takes a piece of the answer; gives the entries of the log that it makes.
    pub(super) fn take(&mut self, chunk: Chunk) -> Vec<LogEntry> {
        match chunk {
            Chunk::Content(text) if text.is_empty() => Vec::new(),
            Chunk::Content(text) => {
                let text = without_nul(text);
                self.content.push_str(&text);
                self.log.text(text).into_iter().collect()
            }
            Chunk::ToolCall { index, id, name } => {
                let id = self.unique(id);
                self.begun.push((index, id.clone(), name.clone()));
                let begins = ToolEntry::ToolCall { call_id: id, tool: name, arguments_delta: String::new() };
                self.log.tool(begins).collect()
            }
            Chunk::ToolArguments { index, delta: arguments_delta } => {
                let begun = self.begun.iter().find(|(begun, ..)| *begun == index);
                let Some((call_id, tool)) = begun.map(|(_, id, name)| (id.clone(), name.clone())) else {
                    return Vec::new();
                };
                self.log.tool(ToolEntry::ToolCall { call_id, tool, arguments_delta }).collect()
            }
            Chunk::ToolCallComplete { index, mut call } => {
                match self.begun.iter().find(|(begun, ..)| *begun == index) {
                    Some((_, id, _)) => call.id.clone_from(id),
                    None => call.id = self.unique(std::mem::take(&mut call.id)),
                }
                self.take_call(*call)
            }
            Chunk::Finish(reason) => {
                self.finish_reason = Some(reason);
                Vec::new()
            }
            Chunk::Usage(usage) => {
                self.usage = Some(usage);
                Vec::new()
            }
        }
    }

    /// `id`, or one made of it if another call of the turn has it: results are known by the ids of their calls.
    pub(super) fn unique(&self, id: String) -> String {
        let is_taken = |id: &str| {
            self.uses.iter().any(|used| used.call_id == id) || self.begun.iter().any(|(_, begun, _)| begun == id)
        };
        if !is_taken(&id) {
            return id;
        }
        let others = (2_u32..).map(|number| format!("{id}_{number}"));
        others.into_iter().find(|other| !is_taken(other)).unwrap_or(id)
    }

    /// Takes a call that is complete, whose id is unique; gives the entries of the log that it makes.
    pub(super) fn take_call(&mut self, call: ToolCall) -> Vec<LogEntry> {
        self.uses.push(ToolUse {
            call_id: call.id.clone(),
            tool: call.name.clone(),
            arguments: call.arguments.clone(),
            is_error: None,
            elapsed_ms: 0,
        });
        self.wanted.push(call.clone());
        self.log.tool(ToolEntry::ToolCallComplete { call }).collect()
    }

    /// Takes the answer of a tool; gives the entries of the log that it makes.
    pub(super) fn take_result(
        &mut self,
        call_id: &str,
        content: &str,
        is_error: bool,
        elapsed_ms: u64,
    ) -> Vec<LogEntry> {
        let waiting = |used: &&mut ToolUse| used.call_id == call_id && used.is_error.is_none();
        if let Some(used) = self.uses.iter_mut().find(waiting) {
            (used.is_error, used.elapsed_ms) = (Some(is_error), elapsed_ms);
        }
        let (call_id, content) = (call_id.to_owned(), content.to_owned());
        self.log.tool(ToolEntry::ToolResult { call_id, content, is_error, elapsed_ms }).collect()
    }
}
