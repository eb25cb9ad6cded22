//! The end of a turn that no task runs: what is on disk of it is all that there is.

use std::sync::Arc;
use std::time::Instant;

use super::log::tool_uses;
use super::spawn::has_children;
use super::suspend::State;
use crate::content::{Part, Role, ToolResult};
use crate::engine::Engine;
use crate::engine::event::FIRST_SEQ;
use crate::engine::trace::{Trace, TraceOrigin};
use crate::store::{
    self, FinishedTurn, LogEntry, Outcome, Status, Suspension, ToolEntry, TraceRecord, Turn, TurnStep, UsageRow,
    WorkspaceId,
};

impl Engine {
    /// Ends a turn that no task runs; what it had said and what its tools had answered is kept.
    pub(in crate::engine) async fn interrupt(
        &self,
        workspace: &WorkspaceId,
        turn: Turn,
        why: &str,
    ) -> store::Result<()> {
        let rows = self.store.rows(workspace);
        let kept = rows.suspensions().find(turn.id).await?;
        let entries: Vec<_> = rows.turn_events().read(turn.id, 0).await?;
        let mut last_seq = entries.last().map_or(FIRST_SEQ, |(seq, _)| *seq) + 1;
        let mut entries: Vec<_> = entries.into_iter().map(|(_, entry)| entry).collect();
        // Results that the caller has submitted, and that no gateway has taken on.
        let submitted = unlogged(&entries, kept.as_ref());
        let events = (!submitted.is_empty()).then(|| (last_seq, submitted.clone()));
        last_seq += i64::try_from(submitted.len()).unwrap_or(0);
        entries.extend(submitted);
        let now_ms = self.clock.now_ms();
        let mut steps = rows.turn_steps().count(&turn).await?;
        let has_open_calls = steps % 2 == 1;
        if has_open_calls {
            let parts: Vec<_> = last_results(&entries).into_iter().map(Part::ToolResult).collect();
            let step = TurnStep { step: steps + 1, role: Role::Tool, parts, now_ms };
            if !step.parts.is_empty() && rows.turn_steps().create(&turn, step, None).await? {
                steps += 1;
            }
        }
        tracing::warn!(turn.id = %turn.id, session.id = %turn.session_id, "a turn that no task runs is marked as interrupted");
        let state = kept.and_then(|kept| serde_json::from_str::<State>(&kept.state).ok());
        let has_waited = state.is_some();
        let uses = tool_uses(entries.iter());
        let outcome = Outcome {
            // Words before a call stand in the step of the call.
            content: Some(if has_open_calls { String::new() } else { last_words(&entries) }),
            tool_calls: uses.clone(),
            error: Some(("interrupted".into(), why.to_owned())),
            ..state.as_ref().map_or_else(Outcome::default, State::spent_so_far)
        };
        let trace = TraceRecord {
            duration_us: (now_ms - turn.created_at_ms).max(0) * 1000,
            ..self.trace_so_far(state.as_ref())
        };
        let mut usage = state.map_or_else(Vec::new, State::into_usage);
        usage.push(unknown(&turn, now_ms));
        let status = Status::Interrupted;
        let finished = FinishedTurn {
            status,
            outcome,
            last_seq,
            events,
            steps,
            has_waited,
            trace,
            usage,
            skills: Vec::new(),
            parent: rows.spawned_turns().parent_of(turn.id).await?,
            has_children: has_children(&uses),
            remember: None,
            event_id: self.event_id(workspace),
            now_ms,
            turn,
        };
        let finished = Arc::new(finished);
        if rows.turns().finish(&finished).await? {
            self.export(&rows, None, &finished);
        }
        if finished.has_children {
            // Those that wait are taken on by periodic work.
            self.note_wait();
            for child in rows.spawned_turns().open_of(finished.turn.id).await? {
                self.live_turns.get(child).into_iter().for_each(|live| live.end(Status::Cancelled));
            }
        }
        Ok(())
    }

    /// The trace of a turn up to its last wait, or one of which nothing is known.
    fn trace_so_far(&self, state: Option<&State>) -> TraceRecord {
        let origin = state.map(|state| state.origin.clone()).unwrap_or_default();
        let spans = state.map(|state| state.spans.clone()).unwrap_or_default();
        let own = origin.own.or_else(|| self.export.as_ref().and_then(|export| export.begin(origin.parent.as_deref())));
        Trace::resumed(Instant::now(), spans, TraceOrigin { own, ..origin }).record()
    }
}

/// The call that was going on, of which nothing is known.
fn unknown(turn: &Turn, at_ms: i64) -> UsageRow {
    UsageRow {
        agent_id: turn.agent_id.clone(),
        subject: turn.subject,
        provider: "unknown".into(),
        model: "unknown".into(),
        at_ms,
        requests: 1,
        errors: 1,
        input_tokens: 0,
        output_tokens: 0,
        cost_usd: 0.0,
    }
}

/// The results that the caller has submitted and that the log does not have.
fn unlogged(entries: &[LogEntry], kept: Option<&Suspension>) -> Vec<LogEntry> {
    let uses = tool_uses(entries.iter());
    let is_open =
        |result: &&ToolResult| uses.iter().any(|used| used.call_id == result.call_id && used.is_error.is_none());
    let results = kept.and_then(|kept| kept.results.as_deref()).unwrap_or_default();
    let entry = |result: &ToolResult| {
        LogEntry::Tool(ToolEntry::ToolResult {
            call_id: result.call_id.clone(),
            content: result.content.clone(),
            is_error: result.is_error,
            elapsed_ms: 0,
        })
    };
    results.iter().filter(is_open).map(entry).collect()
}

/// The results of the last answer's calls.
fn last_results(entries: &[LogEntry]) -> Vec<ToolResult> {
    let is_call = |entry: &LogEntry| matches!(entry, LogEntry::Tool(ToolEntry::ToolCallComplete { .. }));
    let since = entries.iter().rposition(is_call).map_or(0, |place| place + 1);
    let result = |entry: &LogEntry| match entry {
        LogEntry::Tool(ToolEntry::ToolResult { call_id, content, is_error, .. }) => {
            Some(ToolResult { call_id: call_id.clone(), content: content.clone(), is_error: *is_error })
        }
        _ => None,
    };
    entries[since..].iter().filter_map(result).collect()
}

/// What was said since the last result of a tool: what was said before it is in the steps.
fn last_words(entries: &[LogEntry]) -> String {
    let is_result = |entry: &LogEntry| matches!(entry, LogEntry::Tool(ToolEntry::ToolResult { .. }));
    let since = entries.iter().rposition(is_result).map_or(0, |place| place + 1);
    let text = |entry: &LogEntry| match entry {
        LogEntry::Text(text) => Some(text.clone()),
        LogEntry::Tool(_) => None,
    };
    entries[since..].iter().filter_map(text).collect()
}
