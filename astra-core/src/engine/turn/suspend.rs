//! A turn that has to wait for a person's decision or for its caller's results. What it goes on with is kept, and nothing of it is
//! left in the gateway.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ask::{Ask, CallerTools, Overrides};
use super::calls::Wait;
use super::finish::Ending;
use super::open_call::{CallState, OpenCall};
use super::progress::{Progress, Spent};
use super::running::Running;
use super::spawned::Spawned;
use crate::content::{Content, Role, ToolCall};
use crate::engine::error::Error;
use crate::engine::event::{EventKind, FIRST_SEQ};
use crate::engine::trace::TraceOrigin;
use crate::provider::{FinishReason, Message, Parameters};
use crate::store::{
    self, LogEntry, NewApproval, NewSuspension, Outcome, Span, Status, Suspended, ToolEntry, TurnContext, UsageRow,
};

/// What the gateway needs to know that takes a turn on.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) asked: Asked,
    /// What the asker's credential belongs to.
    pub(super) credential: String,
    pub(super) open: Vec<OpenCall>,
    pub(super) said: String,
    pub(super) content: String,
    pub(super) finish_reason: Option<FinishReason>,
    pub(super) round: u32,
    pub(super) steps: u16,
    pub(super) spent: Spent,
    pub(super) context: Option<TurnContext>,
    pub(super) spans: Vec<Span>,
    pub(super) origin: TraceOrigin,
    /// For how long it ran.
    pub(super) ran: Duration,
    /// Since when it waits, in milliseconds since the epoch.
    pub(super) since_ms: i64,
}

impl State {
    /// What the turn had used when it began to wait.
    pub(super) fn spent_so_far(&self) -> Outcome {
        let (provider, model) = self.spent.answered.clone().unzip();
        Outcome {
            provider,
            model,
            input_tokens: self.spent.tokens.input_tokens,
            output_tokens: self.spent.tokens.output_tokens,
            cost_usd: self.spent.cost_usd,
            context: self.context,
            ..Outcome::default()
        }
    }

    /// The same for the sums of the usage.
    pub(super) fn into_usage(self) -> Vec<UsageRow> {
        self.spent.rows
    }
}

/// What was asked, as far as it is needed later on.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) role: Role,
    pub(super) content: Content,
    pub(super) prior_messages: Vec<Message>,
    pub(super) overrides: Overrides,
    pub(super) parameters: Option<Box<Parameters>>,
    pub(super) tools: Option<Box<CallerTools>>,
    pub(super) is_streamed: bool,
    #[serde(default)]
    pub(super) spawned: Option<Box<Spawned>>,
}

impl From<&Ask> for Asked {
    fn from(ask: &Ask) -> Self {
        Self {
            role: ask.role,
            content: ask.content.clone(),
            prior_messages: ask.prior_messages.clone(),
            overrides: ask.overrides,
            parameters: ask.parameters.clone(),
            tools: ask.tools.clone(),
            is_streamed: ask.is_streamed,
            spawned: ask.spawned.clone(),
        }
    }
}

impl Running {
    /// Lets the turn wait; gives the entries of the log that say so, which are kept. Otherwise the way in which the turn ends.
    pub(super) async fn suspend(&self, wait: Wait, progress: &mut Progress) -> Result<Vec<LogEntry>, Ending> {
        progress.has_waited = true;
        self.publish(progress.log.release());
        progress.settle();
        progress.end_summary(&self.engine, &self.usage_owner());
        let config = &self.engine.config;
        let own = progress.open.iter().any(|open| open.state == CallState::NeedsApproval);
        let (status, limit_s) = match wait {
            Wait::Approvals if own => (Status::AwaitingApproval, config.approval_timeout_s),
            // The turns that it waits for end by themselves, and wake it then: after this time it looks itself.
            Wait::Approvals => (Status::AwaitingApproval, config.turn_timeout_s),
            Wait::Results => (Status::AwaitingResults, config.turn_timeout_s),
        };
        let now_ms = self.engine.clock.now_ms();
        let expires_at_ms = now_ms.saturating_add(i64::try_from(limit_s).unwrap_or(i64::MAX).saturating_mul(1000));
        let approvals = self.approvals(progress);
        let mut entries = entries(wait, &progress.open, expires_at_ms);
        entries.append(&mut progress.asked);
        let (first_seq, mut log) = match progress.log.unkept() {
            Some((first_seq, unkept)) => (first_seq, unkept.to_vec()),
            None => (FIRST_SEQ + 1 + progress.log.len(), Vec::new()),
        };
        log.extend(entries.iter().cloned());
        let state = serde_json::to_string(&self.state(progress, now_ms));
        let new = NewSuspension {
            status,
            outcome: self.outcome(wait, progress),
            state: state.map_err(|fault| Ending::of(Error::Store(store::Error::broken(fault))))?,
            seq: FIRST_SEQ + progress.log.len() + i64::try_from(entries.len()).unwrap_or(0),
            log: (!log.is_empty()).then_some((first_seq, log)),
            approvals,
            children: progress
                .open
                .iter()
                .filter_map(OpenCall::child)
                .map(|child| (child.turn_id, child.seq))
                .collect(),
            parent: self.parent(),
            expires_at_ms,
            now_ms,
        };
        match self.rows.suspensions().create(self.turn.id, new).await {
            Ok(Suspended::Waits) => Ok(entries),
            Ok(Suspended::CancelRequested) => Err(Ending::stopped(Status::Cancelled)),
            Ok(Suspended::Ended) => Err(Ending::stopped(Status::Interrupted)),
            Err(fault) => Err(Ending::of(Error::Store(fault))),
        }
    }

    /// Leaves the gateway: those who follow go on from the store.
    pub(super) fn leave(self, entries: Vec<LogEntry>) {
        let live = Arc::clone(&self.guard.live);
        self.engine.note_wait();
        drop(self.guard);
        live.publish(entries.into_iter().map(EventKind::from));
        live.leave();
        self.engine.live_turns.signals.notify(self.rows.workspace(), self.turn.session_id);
    }

    /// What a person is to be asked.
    fn approvals(&self, progress: &mut Progress) -> Vec<NewApproval> {
        let asked = progress.open.iter_mut().filter(|open| open.state == CallState::NeedsApproval);
        let approval = |open: &mut OpenCall| {
            let id = self.engine.ids.id();
            open.state = CallState::AwaitsApproval(id.key());
            let ToolCall { id: call_id, name: tool, arguments, .. } = open.call.clone();
            NewApproval { id, call_id, tool, arguments }
        };
        asked.map(approval).collect()
    }

    fn state(&self, progress: &Progress, since_ms: i64) -> State {
        State {
            asked: Asked::from(&self.ask),
            credential: self.credential.clone(),
            open: progress.open.clone(),
            said: progress.said.clone(),
            content: progress.content.clone(),
            finish_reason: progress.finish_reason,
            round: progress.round,
            steps: progress.steps,
            spent: progress.spent.clone(),
            context: progress.context,
            spans: progress.trace.spans().to_vec(),
            origin: progress.trace.origin().clone(),
            ran: progress.ran,
            since_ms,
        }
    }

    /// What the turn has come to, for those who ask meanwhile.
    fn outcome(&self, wait: Wait, progress: &Progress) -> Outcome {
        let spent = &progress.spent;
        let (provider, model) = spent.answered.clone().unzip();
        let said = if progress.said.is_empty() { &progress.content } else { &progress.said };
        Outcome {
            content: Some(said.clone()),
            finish_reason: (wait == Wait::Results).then(|| "tool_calls".to_owned()),
            provider,
            model,
            input_tokens: spent.tokens.input_tokens,
            output_tokens: spent.tokens.output_tokens,
            cost_usd: spent.cost_usd,
            context: progress.context,
            tool_calls: progress.uses.clone(),
            ..Outcome::default()
        }
    }
}

/// What the log says of a wait for `open`.
fn entries(wait: Wait, open: &[OpenCall], expires_at_ms: i64) -> Vec<LogEntry> {
    let asked = open.iter().filter_map(|open| {
        let approval = open.approval()?.key();
        Some(LogEntry::Tool(ToolEntry::ApprovalRequired { approval, call: open.call.clone(), expires_at_ms }))
    });
    if wait == Wait::Approvals {
        return asked.collect();
    }
    let calls = open.iter().filter(|open| open.is_callers()).map(|open| open.call.clone()).collect();
    vec![LogEntry::Tool(ToolEntry::ResultsRequired { calls, expires_at_ms })]
}
