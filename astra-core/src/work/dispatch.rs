//! Gives jobs to the workers of this gateway, and writes down how they end: in one transaction, as far as they come together.
//! It is woken when a job is kept, by this gateway or another one, when a job ends, and at the time of the next one that waits.
//! A look at long intervals finds what no one has said.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::attempt::Attempt;
use super::endings::Ending;
use super::queue::{Holding, LEASE_MS, Queue};
use super::stop::Stop;
use super::worker_slot::WorkerSlot;
use crate::store::{self, ClaimedJob, EndedJob, JobClaim, NextJob, Signal, TurnedOver};

/// The longest time without a look at the store.
const LOOK: Duration = Duration::from_secs(5);
/// The time until the next look for jobs that another gateway has just locked, or whose kinds have no room.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The time until another try to write down how jobs have ended.
const FINISH_PAUSE: Duration = Duration::from_millis(500);
/// An end that the store can take, and does not, is tried for so long: then its lease has run out.
const FINISH_PATIENCE: Duration = Duration::from_secs(15);
/// How often this gateway looks at what others do, while it runs jobs or has callers who wait for some.
const LOOK_AT_OTHERS: Duration = Duration::from_millis(500);
/// Announcements that come within this time are one.
const LOOK_TOGETHER: Duration = Duration::from_millis(50);

/// What is known of the jobs that wait.
struct Outlook {
    /// The number of the workspace that got a worker last.
    after_workspace: i64,
    /// Whether a claim may find a job.
    may_be_due: bool,
    /// Whether jobs are due that the last claim could not take.
    is_blocked: bool,
    /// Whether a transaction has failed: each end is tried by itself then.
    is_one_by_one: bool,
}

impl Queue {
    /// Gives jobs to workers for as long as the gateway runs.
    pub(super) async fn dispatch(self: Arc<Self>) -> store::Result<()> {
        let changed = self.store.changed(Signal::Jobs);
        let mut outlook = Outlook { after_workspace: 0, may_be_due: true, is_blocked: false, is_one_by_one: false };
        loop {
            let ended = self.endings.take(if outlook.is_one_by_one { 1 } else { usize::MAX });
            // What has ended may have been in the way of others.
            outlook.may_be_due |= outlook.is_blocked && !ended.is_empty();
            let may_claim = outlook.may_be_due && !outlook.is_one_by_one && !self.closing.is_cancelled();
            let workers = if may_claim { self.waiting_workers() } else { Vec::new() };
            if ended.is_empty() && workers.is_empty() {
                outlook.is_one_by_one = false;
                self.rest(&mut outlook, &changed).await?;
            } else {
                self.turn_over(&mut outlook, ended, workers).await?;
            }
        }
    }

    /// All workers that wait.
    fn waiting_workers(&self) -> Vec<OwnedSemaphorePermit> {
        std::iter::from_fn(|| Arc::clone(&self.permits).try_acquire_owned().ok()).collect()
    }

    /// Writes down how jobs have ended, and gives `workers` others.
    async fn turn_over(
        self: &Arc<Self>,
        outlook: &mut Outlook,
        ended: Vec<Ending>,
        workers: Vec<OwnedSemaphorePermit>,
    ) -> store::Result<()> {
        let jobs: Vec<EndedJob> = ended.iter().map(|ending| ending.job.clone()).collect();
        let claim = (!workers.is_empty()).then(|| self.claim_for(workers.len(), outlook.after_workspace));
        let turned = match self.store.turn_jobs_over(jobs, claim).await {
            Ok(turned) => turned,
            Err(fault) if ended.is_empty() => return Err(fault),
            Err(fault) => {
                self.keep_trying(ended, &fault);
                outlook.is_one_by_one = true;
                sleep(FINISH_PAUSE).await;
                return Ok(());
            }
        };
        outlook.is_one_by_one = false;
        for (ending, was_held) in ended.into_iter().zip(&turned.were_held) {
            if !was_held {
                tracing::warn!(job.id = %ending.job.lease.id, "a job went to another worker");
            }
            self.changes.changed(ending.job.lease.id, ending.job.ending.is_final());
            ending.settle();
        }
        if !workers.is_empty() {
            outlook.may_be_due = turned.claimed.len() == workers.len() || turned.has_more;
            outlook.is_blocked = false;
        }
        self.begin(outlook, turned, workers).await
    }

    /// Begins the jobs that were claimed.
    async fn begin(
        self: &Arc<Self>,
        outlook: &mut Outlook,
        turned: TurnedOver,
        workers: Vec<OwnedSemaphorePermit>,
    ) -> store::Result<()> {
        outlook.after_workspace = turned.claimed.last().map_or(outlook.after_workspace, |job| job.workspace.number());
        for (job, worker) in turned.claimed.into_iter().zip(workers) {
            self.changes.changed(job.lease.id, false);
            let (queue, holding) = (Arc::clone(self), self.hold(job.lease));
            drop(self.runs.spawn(Box::pin(async move { queue.run(job, holding, worker).await })));
        }
        if turned.has_more {
            // One tenant's many jobs, whose time has come at once, are not in the way of another one's.
            while self.store.make_jobs_due(self.clock.now_ms()).await? {}
        }
        Ok(())
    }

    fn claim_for(&self, workers: usize, after_workspace: i64) -> JobClaim {
        JobClaim {
            kinds: self.types.all().map(|kind| kind.name.to_owned()).collect(),
            count: u32::try_from(workers).unwrap_or(u32::MAX),
            after_workspace,
            lease_ms: LEASE_MS,
            own_ms: self.clock.now_ms(),
            limits: self.limits.clone(),
        }
    }

    /// Keeps ends that could not be written down for another try, but for one that the store takes in no state of itself.
    fn keep_trying(&self, mut ended: Vec<Ending>, fault: &store::Error) {
        let is_away = matches!(
            fault,
            store::Error::Unavailable(_) | store::Error::Retry(_) | store::Error::Full(_) | store::Error::Uncertain(_)
        );
        tracing::warn!(error = %fault, jobs = ended.len(), "the ends of jobs could not be kept; trying again");
        if let [ending] = &ended[..]
            && !is_away
            && ending.since.elapsed() > FINISH_PATIENCE
        {
            tracing::error!(job.id = %ending.job.lease.id, error = %fault, "the end of a job is not kept: it will run again");
            ended.drain(..).for_each(Ending::settle);
        }
        self.endings.put_back(ended);
    }

    /// Waits until there may be something to do.
    async fn rest(&self, outlook: &mut Outlook, changed: &Notify) -> store::Result<()> {
        let is_closing = self.closing.is_cancelled();
        let wants_worker = outlook.may_be_due && !is_closing;
        let (wait, then_due) = if wants_worker || is_closing { (LOOK, false) } else { self.next(outlook).await? };
        tokio::select! {
            () = self.endings.arrived() => {
                // Jobs that end together are written together.
                yield_now().await;
            }
            () = changed.notified() => {
                self.next(outlook).await?;
                outlook.may_be_due |= std::mem::take(&mut outlook.is_blocked);
            }
            worker = self.permits.acquire(), if wants_worker => drop(worker),
            () = sleep(wait) => outlook.may_be_due |= then_due,
        }
        Ok(())
    }

    /// How long to wait for the next job, and whether one is due then.
    async fn next(&self, outlook: &mut Outlook) -> store::Result<(Duration, bool)> {
        let now_ms = self.clock.now_ms();
        let next = self.store.next_job(now_ms).await?;
        outlook.is_blocked = next == NextJob::Due;
        Ok(match next {
            NextJob::Due => (LOOK_AGAIN, true),
            NextJob::At(at_ms) => {
                let wait = Duration::from_millis(u64::try_from(at_ms - now_ms).unwrap_or(0));
                (wait.min(LOOK), wait <= LOOK)
            }
            NextJob::None => (LOOK, false),
        })
    }

    /// Runs one job to its end, and lets it be written down how it ended.
    async fn run(&self, job: ClaimedJob, holding: Holding, worker: OwnedSemaphorePermit) {
        let (lease, workspace) = (job.lease, job.workspace.clone());
        let slot = Arc::new(WorkerSlot::new(&self.permits, Some(worker)));
        let stop = Arc::clone(&holding.stop);
        let attempt = Attempt {
            store: &self.store,
            clock: &self.clock,
            ids: &self.ids,
            types: &self.types,
            stop,
            slot: Arc::clone(&slot),
        };
        let ending = attempt.run(job).await;
        // The worker is free: what it does next is claimed in the transaction that has this end.
        drop(slot);
        match ending {
            None => tracing::warn!(job.id = %lease.id, "a job went to another worker"),
            Some((ending, lines)) => {
                let (event_id, at_ms) = (self.ids.id(), self.clock.now_ms());
                self.endings
                    .write(EndedJob { workspace, lease, ending: ending.fitting(), lines, event_id, at_ms })
                    .await;
            }
        }
        drop(holding);
    }

    /// Looks at what happens to jobs elsewhere, for as long as this gateway runs some or has callers who wait for some: one look
    /// for all of them. A cancellation that another gateway took in is announced, and seen at the latest by this look.
    pub(super) async fn look_for_changes(self: Arc<Self>) -> store::Result<()> {
        let changed = self.store.changed(Signal::Jobs);
        loop {
            let (ids, runs_shared) = (self.changes.ids(), self.store.is_shared() && self.is_running());
            if ids.is_empty() && !runs_shared {
                self.changes.some().await;
                continue;
            }
            if runs_shared {
                for id in self.store.jobs_to_cancel().await? {
                    self.stop(id, Stop::Cancelled);
                }
            }
            if !ids.is_empty() {
                let stand = self.store.jobs_stand(ids.clone()).await?;
                self.changes.compare(&ids, &stand);
            }
            if runs_shared {
                // Each job that is kept is announced: many of them are one look.
                if timeout(LOOK_AT_OTHERS, changed.notified()).await.is_ok() {
                    sleep(LOOK_TOGETHER).await;
                }
            } else {
                sleep(LOOK_AT_OTHERS).await;
            }
        }
    }
}
