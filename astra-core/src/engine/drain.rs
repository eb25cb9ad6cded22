//! The engine's life among others: its lease on the store, the turns that no gateway runs any more, and its own end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Engine;
use super::event::FIRST_SEQ;
use super::turn::tool_uses;
use crate::store::{
    self, Db, FinishedTurn, LogEntry, Orphan, Outcome, Program, SWEEP_ROWS, Status, ToolEntry, TraceRecord, Turn,
    UsageRow, VisibleTo, WorkspaceId,
};

const LEASE_MS: i64 = 15_000;
const RENEW: Duration = Duration::from_secs(5);
/// Idempotency keys are forgotten at every so many renewals: about once in ten minutes.
const RENEWALS_A_SWEEP: u64 = 120;
/// What is given to turns that were told to stop.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// What a gateway on `store` is to others: on SQLite it is alone, and needs no lease.
#[must_use]
pub fn program(store: &Db) -> Program {
    Program::Gateway(store.is_shared().then_some(LEASE_MS))
}

impl Engine {
    /// Ends what dead gateways left unfinished, and begins the work in the background, which ends when
    /// the engine is dropped or drained.
    ///
    /// # Errors
    /// The store's.
    pub async fn start(self: &Arc<Self>) -> store::Result<()> {
        self.end_orphans().await?;
        self.watch_sessions();
        let engine = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut renewals = 0_u64;
            loop {
                tokio::time::sleep(RENEW).await;
                let Some(engine) = engine.upgrade() else { return };
                if engine.is_draining() && engine.tasks.is_empty() {
                    return;
                }
                renewals += 1;
                if let Err(fault) = engine.housekeep(renewals).await {
                    tracing::warn!(error = %fault, "the engine's housekeeping failed; trying again");
                }
            }
        });
        Ok(())
    }

    async fn housekeep(&self, renewals: u64) -> store::Result<()> {
        if self.has_peers() {
            self.renew().await?;
            self.end_orphans().await?;
        }
        self.end_lost().await?;
        while self.store.roll_usage_up().await? {}
        while self.store.sweep_deleted_sessions().await? {}
        if renewals % RENEWALS_A_SWEEP == 1 {
            while self.store.delete_old_idempotency_keys(self.clock.now_ms()).await? == u64::from(SWEEP_ROWS) {}
            let audit_from_ms = self.storage.audit_from_ms(self.clock.now_ms());
            while self.store.delete_old_audit(audit_from_ms).await? == u64::from(SWEEP_ROWS) {}
            let outbox_from_ms = self.storage.outbox_from_ms(self.clock.now_ms());
            while self.store.delete_old_events(outbox_from_ms).await? == u64::from(SWEEP_ROWS) {}
        }
        Ok(())
    }

    /// Renews the lease of a gateway that has peers. One that was away for so long that its place was given up joins again.
    async fn renew(&self) -> store::Result<()> {
        if self.store.renew_lease(self.instance(), self.clock.now_ms(), LEASE_MS).await? {
            return Ok(());
        }
        tracing::warn!("the gateway was away for so long that others took it for dead; it joins them again");
        let joined = self.store.join(&self.clock, program(&self.store)).await?;
        self.keys.take_over(&joined.keys);
        self.instance.store(joined.id, Ordering::Release);
        Ok(())
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

    /// Refuses new turns, lets the running ones finish within `limit`, ends the rest as interrupted, and gives the lease up.
    pub async fn drain(&self, limit: Duration) {
        self.draining.store(true, Ordering::Release);
        self.tasks.close();
        if tokio::time::timeout(limit, self.tasks.wait()).await.is_err() {
            for live in self.live_turns.all() {
                live.end(Status::Interrupted);
            }
            let _ = tokio::time::timeout(LAST_MOMENTS, self.tasks.wait()).await;
        }
        if let Err(fault) = self.store.end_lease(self.instance()).await {
            tracing::warn!(error = %fault, "the lease could not be given up");
        }
    }
}
