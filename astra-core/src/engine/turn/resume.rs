//! A turn that goes on after it has waited: whichever gateway hears of it first takes it on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ask::{Ask, TurnCaller};
use super::finish::Ending;
use super::log::{TurnLog, tool_uses};
use super::open_call::CallState;
use super::progress::Progress;
use super::running::Running;
use super::suspend::State;
use crate::engine::Engine;
use crate::engine::error::{Error, Failure, Result};
use crate::engine::event::EventKind;
use crate::engine::live::LiveGuard;
use crate::engine::trace::Trace;
use crate::ids::TurnId;
use crate::store::{
    self, ApprovalStatus, LogEntry, Rows, SessionTarget, Status, StoredApproval, Suspension, TraceStage, Turn,
    VisibleTo,
};

impl Engine {
    /// Goes on with a turn whose wait is over, in a task of its own; nothing happens if it does not wait, or has to wait on.
    pub(in crate::engine) fn take_on(self: &Arc<Self>, rows: &Rows, turn_id: TurnId) {
        let (engine, rows) = (Arc::clone(self), rows.clone());
        self.turns.spawn(Box::pin(async move {
            if let Err(fault) = engine.resume(&rows, turn_id).await {
                tracing::warn!(turn.id = %turn_id, error = %fault, "a turn that has waited could not be taken on");
            }
        }));
    }

    async fn resume(self: &Arc<Self>, rows: &Rows, turn_id: TurnId) -> Result<()> {
        let Some(kept) = rows.suspensions().find(turn_id).await?.filter(|kept| kept.status.is_waiting()) else {
            return Ok(());
        };
        let state = state(&kept)?;
        let ends = is_given_up(&kept);
        if self.is_draining() && !ends {
            return Ok(());
        }
        let user_id = Arc::from("");
        let caller = TurnCaller {
            workspace: rows.workspace().clone(),
            user_id,
            credential: state.credential,
            visible_to: VisibleTo::All,
            request_id: Arc::from(""),
        };
        // Where there is no room for it now, periodic work takes it on later.
        let admission = match self.limits.admit(&caller) {
            Ok(admission) => Some(admission),
            Err(_) if ends => None,
            Err(_) => return Ok(()),
        };
        let Some(guard) = self.live_turns.seat(turn_id, admission) else { return Ok(()) };
        match rows.suspensions().claim(turn_id, self.instance(), self.clock.now_ms()).await {
            Ok(Some((turn, kept))) => self.go_on_with(rows, turn, kept, guard).await,
            Ok(None) => {
                guard.live.leave();
                Ok(())
            }
            Err(fault) => {
                guard.live.leave();
                Err(fault.into())
            }
        }
    }

    /// Goes on with a turn that was claimed. Should that fail, the turn is one that no task runs, and is ended as such.
    async fn go_on_with(self: &Arc<Self>, rows: &Rows, turn: Turn, kept: Suspension, guard: LiveGuard) -> Result<()> {
        let live = Arc::clone(&guard.live);
        let restored = self.restore(rows, turn.clone(), kept, guard).await;
        match restored {
            Ok(Some((running, progress, None))) => running.go_on(progress).await,
            Ok(Some((running, progress, Some(ending)))) => running.finish(ending, progress).await,
            Ok(None) => {
                let why = "The agent or the session does not exist any more.";
                self.interrupt(rows.workspace(), turn, why).await?;
                live.leave();
            }
            Err(fault) => {
                live.leave();
                return Err(fault);
            }
        }
        Ok(())
    }

    /// The turn as it was when it began to wait, with what came since; and how it ends, if it ends at once.
    async fn restore(
        self: &Arc<Self>,
        rows: &Rows,
        turn: Turn,
        kept: Suspension,
        guard: LiveGuard,
    ) -> Result<Option<(Running, Progress, Option<Ending>)>> {
        let state = state(&kept)?;
        let entries = rows.turn_events().read(turn.id, 0).await?;
        let agent = self.agents.resolve_begun(rows.workspace(), &turn.agent_id, turn.agent_version).await?;
        let session = rows.sessions().find(turn.session_id, VisibleTo::All).await?;
        let (Some(agent), Some(session)) = (agent, session) else { return Ok(None) };
        let approvals = match kept.status {
            Status::AwaitingApproval => rows.approvals().of_turn(turn.id).await?,
            _ => Vec::new(),
        };
        let past = entries.iter().map(|(_, entry)| EventKind::from(entry.clone()));
        guard.live.publish([EventKind::first(&turn)].into_iter().chain(past));
        self.live_turns.signals.notify(rows.workspace(), turn.session_id);
        let now_ms = self.clock.now_ms();
        let started = before(now_ms - turn.created_at_ms);
        let ending = ending(&turn, &kept, self.config.turn_timeout_s);
        let mut progress = progress(&state, &entries, started);
        let stage = if kept.status == Status::AwaitingApproval { TraceStage::Approval } else { TraceStage::Results };
        progress.trace.note(stage, before(now_ms - state.since_ms));
        let ask = ask(&turn, state.asked);
        let engine = Arc::clone(self);
        let running =
            Running::new(engine, rows.clone(), agent, session, None, turn, guard, ask, state.credential, started, None);
        if ending.is_none() {
            running.take_decisions(&mut progress, &approvals);
            running.take_results(&mut progress, kept.results.unwrap_or_default(), now_ms - state.since_ms);
            progress.log.keep(rows, running.turn.id).await?;
        }
        Ok(Some((running, progress, ending)))
    }
}

impl Running {
    /// Lets calls be made that a person has allowed, and answers those that were not.
    fn take_decisions(&self, progress: &mut Progress, approvals: &[StoredApproval]) {
        for place in 0..progress.open.len() {
            let Some(id) = progress.open[place].approval() else { continue };
            let decided = approvals.iter().find(|approval| approval.id == id);
            match decided.map(|approval| (approval.status, approval.note.as_deref())) {
                Some((ApprovalStatus::Approved, _)) => progress.open[place].state = CallState::Runs,
                Some((ApprovalStatus::Denied, Some(note))) => {
                    let content = format!("The tool was not called: a person denied the call: {note}");
                    self.answer_call(progress, place, content, true, 0);
                }
                Some((ApprovalStatus::Denied, None)) => {
                    let content = "The tool was not called: a person denied the call.".to_owned();
                    self.answer_call(progress, place, content, true, 0);
                }
                _ => {
                    let content = "The tool was not called: no person approved the call in time.".to_owned();
                    self.answer_call(progress, place, content, true, 0);
                }
            }
        }
    }

    /// Gives the caller's calls the results that the caller has submitted.
    fn take_results(&self, progress: &mut Progress, results: Vec<crate::content::ToolResult>, waited_ms: i64) {
        for result in results {
            let of_call = |open: &super::open_call::OpenCall| open.is_callers() && open.call.id == result.call_id;
            if let Some(place) = progress.open.iter().position(of_call) {
                let elapsed_ms = u64::try_from(waited_ms).unwrap_or(0);
                self.answer_call(progress, place, result.content, result.is_error, elapsed_ms);
            }
        }
    }
}

/// Whether a turn is taken on only to be ended.
const fn is_given_up(kept: &Suspension) -> bool {
    kept.cancel_requested || (matches!(kept.status, Status::AwaitingResults) && kept.results.is_none())
}

fn ending(turn: &Turn, kept: &Suspension, limit_s: u64) -> Option<Ending> {
    if turn.cancel_requested {
        return Some(Ending::stopped(Status::Cancelled));
    }
    let failure =
        || Failure::new("expired", format!("The results of the caller's tools did not come within {limit_s} s."));
    is_given_up(kept).then(|| Ending::Failed(failure()))
}

fn state(kept: &Suspension) -> Result<State> {
    serde_json::from_str(&kept.state).map_err(|fault| Error::Store(store::Error::broken(fault)))
}

/// The time `ago_ms` milliseconds ago.
fn before(ago_ms: i64) -> Instant {
    let now = Instant::now();
    now.checked_sub(Duration::from_millis(u64::try_from(ago_ms).unwrap_or(0))).unwrap_or(now)
}

fn progress(state: &State, entries: &[(i64, LogEntry)], started: Instant) -> Progress {
    let trace = Trace::resumed(started, state.spans.clone(), state.origin.clone());
    Progress {
        log: TurnLog::resumed(entries),
        content: state.content.clone(),
        finish_reason: state.finish_reason,
        context: state.context,
        spent: state.spent.clone(),
        uses: tool_uses(entries.iter().map(|(_, entry)| entry)),
        steps: state.steps,
        round: state.round,
        open: state.open.clone(),
        said: state.said.clone(),
        has_waited: true,
        ran: state.ran,
        ..Progress::new(trace)
    }
}

fn ask(turn: &Turn, asked: super::suspend::Asked) -> Ask {
    Ask {
        agent_id: turn.agent_id.clone(),
        place: SessionTarget::Session { id: turn.session_id },
        role: asked.role,
        content: asked.content,
        prior_messages: asked.prior_messages,
        overrides: asked.overrides,
        parameters: asked.parameters,
        tools: asked.tools,
        metadata: serde_json::Map::new(),
        is_streamed: asked.is_streamed,
        ends_with_caller: false,
        once: None,
        trace_parent: None,
        spawned: asked.spawned,
        job: None,
    }
}
