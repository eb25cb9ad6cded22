//! The engine's beginning and end, and the turns that no gateway runs any more.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::{BoxFuture, join};
use tokio::time::timeout;

use super::Engine;
use crate::store::{self, Orphan, Status, Turn, VisibleTo};
use crate::tasks::TaskKind;
use crate::work::{Period, Supervisor};

const ORPHANS: TaskKind = TaskKind::new("turns.orphans");
const WAITS: TaskKind = TaskKind::new("turns.waits");
const LOST: TaskKind = TaskKind::new("turns.lost");
const OFTEN: Period = Period::every(Duration::from_secs(5));
/// How often turns are looked for whose wait is over and that no gateway has taken on.
const WAITS_OVER: Period = Period::every(Duration::from_secs(1));
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
        supervisor.periodic(WAITS, WAITS_OVER, self.round(|engine| async move { engine.end_waits().await }));
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

    /// Takes on the turns whose wait is over: its time is up, or the gateway that heard of the last decision or of the results
    /// could not go on with it.
    async fn end_waits(self: Arc<Self>) -> store::Result<()> {
        // A gateway that is alone knows whether a turn waits.
        if !self.has_peers() && !self.may_wait.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        for Orphan { workspace, turn } in self.store.due_suspensions(self.clock.now_ms()).await? {
            self.take_on(&self.store.rows(&workspace), turn.id);
        }
        if self.has_peers() || self.store.has_suspensions().await? {
            self.note_wait();
        }
        Ok(())
    }

    /// Notes that a turn waits.
    pub(super) fn note_wait(&self) {
        self.may_wait.store(true, Ordering::Release);
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
            // It may have begun to wait meanwhile, and even have been taken on, here or elsewhere.
            let is_ours = self.store.open_turns_of(self.instance()).await?;
            let is_lost = |turn: &Turn| {
                is_ours.iter().any(|ours| ours.turn.id == turn.id) && self.live_turns.get(turn.id).is_none()
            };
            if let Some(turn) = turn.filter(is_lost) {
                self.interrupt(&workspace, turn, "The gateway's store failed before the turn was complete.").await?;
            }
        }
        Ok(())
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
