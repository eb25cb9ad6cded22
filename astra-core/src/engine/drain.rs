//! The engine's beginning and end, and the turns that no gateway runs any more.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::{BoxFuture, join};
use tokio::time::timeout;

use super::Engine;
use super::event::FIRST_SEQ;
use super::turn::tool_uses;
use crate::store::{
    self, FinishedTurn, LogEntry, Orphan, Outcome, Status, ToolEntry, TraceRecord, Turn, UsageRow, VisibleTo,
    WorkspaceId,
};
use crate::tasks::TaskKind;
use crate::work::{Period, Supervisor};

const ORPHANS: TaskKind = TaskKind::new("turns.orphans");
const LOST: TaskKind = TaskKind::new("turns.lost");
const OFTEN: Period = Period::every(Duration::from_secs(5));
/// What is given to turns that were asked to stop.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

impl Engine {
    /// Ends what dead gateways left unfinished, and gives the supervisor what the engine does beside turns.
    pub(super) async fn start(self: &Arc<Self>, supervisor: &Supervisor) -> store::Result<()> {
        self.end_orphans().await?;
        self.watch_sessions(supervisor);
        if self.has_peers() {
            supervisor.periodic(ORPHANS, OFTEN, self.round(|engine| async move { engine.end_orphans().await }));
        }
        supervisor.periodic(LOST, OFTEN, self.round(|engine| async move { engine.end_lost().await }));
        Ok(())
    }

    /// A round of periodic work for as long as the engine lives.
    pub(super) fn round<T>(
        self: &Arc<Self>,
        work: impl Fn(Arc<Self>) -> T + Copy + Send + 'static,
    ) -> impl Fn() -> BoxFuture<'static, store::Result<()>> + Send + 'static
    where
        T: Future<Output = store::Result<()>> + Send + 'static,
    {
        let engine = Arc::downgrade(self);
        move || {
            let engine = engine.upgrade();
            Box::pin(async move {
                match engine {
                    Some(engine) => work(engine).await,
                    None => Ok(()),
                }
            })
        }
    }

    /// Marks the unfinished turns of gateways that are no more as interrupted; what they had said is kept.
    async fn end_orphans(&self) -> store::Result<()> {
        loop {
            let orphans = self.store.orphaned_turns(self.clock.now_ms()).await?;
            if orphans.is_empty() {
                return Ok(());
            }
            for Orphan { workspace, turn } in orphans {
                self.interrupt(&workspace, turn, "The gateway ended before the turn was complete.").await?;
            }
        }
    }

    /// Marks the unfinished turns of this gateway that no task runs as interrupted: those whose end the store did not take,
    /// and those whose beginning it took without being able to say so.
    async fn end_lost(&self) -> store::Result<()> {
        for Orphan { workspace, turn } in self.store.open_turns_of(self.instance()).await? {
            // A turn has its seat before it is in the store. One that gave it up since was finished before.
            if self.live_turns.get(turn.id).is_some() {
                continue;
            }
            let turn = self.store.rows(&workspace).turns().find(turn.id, VisibleTo::All).await?;
            if let Some(turn) = turn.filter(|turn| !turn.status.is_final()) {
                self.interrupt(&workspace, turn, "The gateway's store failed before the turn was complete.").await?;
            }
        }
        Ok(())
    }

    /// Ends a turn that no task runs; what it had said is kept.
    async fn interrupt(&self, workspace: &WorkspaceId, turn: Turn, why: &str) -> store::Result<()> {
        let rows = self.store.rows(workspace);
        let entries = rows.turn_events().read(turn.id, 0).await?;
        let last_seq = entries.last().map_or(FIRST_SEQ, |(seq, _)| *seq) + 1;
        let steps = rows.turn_steps().count(&turn).await?;
        let tool_calls = tool_uses(entries.iter().map(|(_, entry)| entry));
        // What was said since the last result of a tool: what was said before it is in the steps.
        let since =
            entries.iter().rposition(|(_, entry)| matches!(entry, LogEntry::Tool(ToolEntry::ToolResult { .. })));
        let said = entries.into_iter().skip(since.map_or(0, |place| place + 1)).filter_map(|(_, entry)| match entry {
            LogEntry::Text(text) => Some(text),
            LogEntry::Tool(_) => None,
        });
        // Words before a call stand in the step of the call.
        let content = if steps % 2 == 1 { String::new() } else { said.collect() };
        let now_ms = self.clock.now_ms();
        tracing::warn!(turn.id = %turn.id, session.id = %turn.session_id, "a turn that nobody runs is marked as interrupted");
        let usage = UsageRow {
            agent_id: turn.agent_id.clone(),
            subject: turn.subject,
            provider: "unknown".into(),
            model: "unknown".into(),
            at_ms: now_ms,
            requests: 1,
            errors: 1,
            input_tokens: 0,
            output_tokens: 0,
            cost_usd: 0.0,
        };
        let finished = FinishedTurn {
            status: Status::Interrupted,
            outcome: Outcome {
                content: Some(content),
                tool_calls,
                error: Some(("interrupted".into(), why.to_owned())),
                ..Outcome::default()
            },
            last_seq,
            events: None,
            steps,
            trace: TraceRecord {
                spans: "[]".into(),
                duration_us: (now_ms - turn.created_at_ms).max(0) * 1000,
                ..TraceRecord::default()
            },
            usage: vec![usage],
            now_ms,
            turn,
        };
        rows.turns().finish(&Arc::new(finished)).await.map(drop)
    }

    /// Refuses new turns, lets the running ones finish within `limit`, and ends the rest as interrupted.
    pub async fn drain(&self, limit: Duration) {
        self.draining.store(true, Ordering::Release);
        if timeout(limit, self.ended()).await.is_err() {
            for live in self.live_turns.all() {
                live.end(Status::Interrupted);
            }
            let _ = timeout(LAST_MOMENTS, self.ended()).await;
        }
    }

    async fn ended(&self) {
        join(self.turns.wait(), self.compactions.wait()).await;
    }
}
