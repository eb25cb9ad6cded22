//! Jobs and their workers in this gateway: woken when a job is kept, by this gateway or another one, and at the time of the
//! next one that waits. A look at long intervals finds what no one has said.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::attempt::{Attempt, LAST_MOMENTS};
use super::base::Base;
use super::job_types::JobTypes;
use super::periodic::Period;
use super::stop::{Stop, StopSignal};
use super::supervisor::Supervisor;
use super::worker_slot::WorkerSlot;
use crate::clock::Clock;
use crate::ids::{IdMaker, JobId};
use crate::store::{
    self, ClaimedJob, Db, Enqueued, JobClaim, JobEnding, JobLease, JobRefusal, JobStatus, NewJob, NextJob, Refusal,
    RenewedLease, Signal, StoredJob, WorkspaceId,
};
use crate::tasks::{TaskGroup, TaskKind};

const DISPATCH: TaskKind = TaskKind::new("jobs.dispatch");
const LEASES: TaskKind = TaskKind::new("jobs.leases");
const RUNS: TaskKind = TaskKind::new("jobs").aborted();

/// For how long a worker has a job before it has to say that it still does; ...
const LEASE_MS: i64 = 15_000;
/// ... which it does so often.
const RENEW: Period = Period::every(Duration::from_secs(5));
/// The longest time without a look at the store.
const LOOK: Duration = Duration::from_secs(5);
/// What is done once a job has ended is tried for so long: then its lease has run out.
const FINISH_PATIENCE: Duration = Duration::from_secs(15);
const FINISH_PAUSE: Duration = Duration::from_millis(500);

/// The queue of jobs, and the workers of this gateway.
pub struct Queue {
    store: Db,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    types: JobTypes,
    workers: u32,
    permits: Arc<Semaphore>,
    running: Mutex<HashMap<JobId, Held>>,
    runs: TaskGroup,
    closing: CancellationToken,
}

/// A job that this gateway runs.
struct Held {
    lease: JobLease,
    stop: Arc<StopSignal>,
}

impl Queue {
    /// A queue in `store` of jobs of these `types`, of which `workers` run at once.
    #[must_use]
    pub fn new(store: Db, clock: Arc<dyn Clock>, ids: IdMaker, types: JobTypes, workers: u32) -> Self {
        Self {
            store,
            clock,
            ids,
            types,
            workers,
            permits: Arc::new(Semaphore::new(workers as usize)),
            running: Mutex::default(),
            runs: TaskGroup::new(RUNS),
            closing: CancellationToken::new(),
        }
    }

    /// The queue in the base's store, of jobs of these `types`.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(base: &Base, types: JobTypes) -> store::Result<Arc<Self>> {
        let (store, clock, ids) = (base.store.clone(), Arc::clone(&base.clock), base.ids.clone());
        let queue = Arc::new(Self::new(store, clock, ids, types, base.config.jobs.workers));
        queue.start(&base.supervisor).await?;
        Ok(queue)
    }

    /// The types of jobs that this gateway runs.
    #[must_use]
    pub const fn types(&self) -> &JobTypes {
        &self.types
    }

    /// Begins to run jobs. A gateway without types of jobs runs none.
    ///
    /// # Errors
    /// The store's.
    pub async fn start(self: &Arc<Self>, supervisor: &Supervisor) -> store::Result<()> {
        if self.types.is_empty() {
            return Ok(());
        }
        if !self.store.is_shared() {
            // The gateway is alone: what runs by the store's account ran in a program that is no more.
            while self.store.end_job_leases(i64::MAX, Vec::new()).await? > 0 {}
        }
        supervisor.include(&self.runs);
        let queue = Arc::clone(self);
        supervisor.spawn(DISPATCH, move |cancelled| {
            let queue = Arc::clone(&queue);
            async move { cancelled.run_until_cancelled(queue.dispatch()).await.unwrap_or(Ok(())) }
        });
        let queue = Arc::clone(self);
        supervisor.periodic(LEASES, RENEW, move || {
            let queue = Arc::clone(&queue);
            async move { queue.keep_leases().await }
        });
        Ok(())
    }

    /// Keeps a job of `workspace`. Where a change causes it, [`Tx::enqueue`](store::Tx::enqueue) keeps it in the transaction of
    /// the change.
    ///
    /// # Errors
    /// Those of [`Tx::enqueue`](store::Tx::enqueue).
    pub async fn enqueue(&self, workspace: &WorkspaceId, job: NewJob) -> store::Result<Enqueued> {
        let rows = self.store.rows(workspace);
        rows.jobs().create(self.ids.id(), job, self.clock.now_ms()).await
    }

    /// A job of `workspace`.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, workspace: &WorkspaceId, id: JobId) -> store::Result<Option<StoredJob>> {
        self.store.rows(workspace).jobs().find(id).await
    }

    /// Cancels a job of `workspace`: at once if it waits or runs in this gateway, and within seconds if it runs in another one.
    /// Answers how far it was; `None` if it is not there.
    ///
    /// # Errors
    /// [`JobRefusal::Finished`]; the store's.
    pub async fn cancel(&self, workspace: &WorkspaceId, id: JobId) -> store::Result<Option<JobStatus>> {
        let status = self.store.rows(workspace).jobs().cancel(id, self.clock.now_ms()).await?;
        if status == Some(JobStatus::Running) {
            self.stop(id, Stop::Cancelled);
        }
        Ok(status)
    }

    /// Begins no more jobs, lets those that run end within `limit`, and gives the others back for other gateways, or for the
    /// next start.
    pub async fn drain(&self, limit: Duration) {
        self.closing.cancel();
        if timeout(limit, self.runs.wait()).await.is_err() {
            let running: Vec<JobId> = self.running().keys().copied().collect();
            running.into_iter().for_each(|id| self.stop(id, Stop::Closing));
            let _ = timeout(LAST_MOMENTS, self.runs.wait()).await;
        }
    }

    /// Gives jobs to workers for as long as the gateway runs.
    async fn dispatch(self: Arc<Self>) -> store::Result<()> {
        let (changed, mut after_workspace) = (self.store.changed(Signal::Jobs), 0);
        while let Some(Ok(permit)) = self.closing.run_until_cancelled(Arc::clone(&self.permits).acquire_owned()).await {
            let wait = match self.store.next_job().await? {
                NextJob::Due => Duration::ZERO,
                NextJob::At(at_ms) => {
                    Duration::from_millis(u64::try_from(at_ms - self.clock.now_ms()).unwrap_or(0)).min(LOOK)
                }
                NextJob::None => LOOK,
            };
            let claimed = if wait.is_zero() { self.claim(&permit, after_workspace).await? } else { Vec::new() };
            if claimed.is_empty() {
                drop(permit);
                let wait = if wait.is_zero() { LOOK } else { wait };
                let _ = self.closing.run_until_cancelled(timeout(wait, changed.notified())).await;
                continue;
            }
            after_workspace = claimed.last().map_or(0, |job| job.workspace.number());
            let mut first = Some(permit);
            for job in claimed {
                let permit = first.take().or_else(|| Arc::clone(&self.permits).try_acquire_owned().ok());
                let queue = Arc::clone(&self);
                drop(self.runs.spawn(Box::pin(async move { queue.run(job, permit).await })));
            }
        }
        Ok(())
    }

    /// As many jobs as there are workers that wait, of which one is asked for by `_permit`.
    async fn claim(&self, _permit: &OwnedSemaphorePermit, after_workspace: i64) -> store::Result<Vec<ClaimedJob>> {
        let free = u32::try_from(self.permits.available_permits()).unwrap_or(0) + 1;
        let claim = JobClaim {
            kinds: self.types.all().map(|kind| kind.name.to_owned()).collect(),
            count: free.min(self.workers),
            after_workspace,
            lease_ms: LEASE_MS,
            own_ms: self.clock.now_ms(),
        };
        self.store.claim_jobs(claim).await
    }

    /// Runs one job to its end, and writes down how it ended.
    async fn run(&self, job: ClaimedJob, permit: Option<OwnedSemaphorePermit>) {
        let (lease, workspace) = (job.lease, job.workspace.clone());
        let stop = Arc::new(StopSignal::default());
        self.running().insert(lease.id, Held { lease, stop: Arc::clone(&stop) });
        let _held = Holding { queue: self, lease };
        let slot = Arc::new(WorkerSlot::new(&self.permits, permit));
        let attempt =
            Attempt { store: &self.store, clock: &self.clock, types: &self.types, stop, slot: Arc::clone(&slot) };
        match attempt.run(job).await {
            Some(ending) => self.finish(&workspace, lease, ending).await,
            None => tracing::warn!(job.id = %lease.id, "a job went to another worker"),
        }
        drop(slot);
    }

    /// Writes down how a job ended, also if the store is away for a moment.
    async fn finish(&self, workspace: &WorkspaceId, lease: JobLease, mut ending: JobEnding) {
        let (rows, begun) = (self.store.rows(workspace), Instant::now());
        loop {
            let fault = match rows.jobs().finish(lease, ending.clone(), self.clock.now_ms()).await {
                Ok(()) => return,
                Err(fault) => fault,
            };
            match fault {
                store::Error::Refused(Refusal::Job(JobRefusal::ResultTooLarge) | Refusal::Nul) => {
                    ending = JobEnding::Failed("its result cannot be kept: it is too large, or has a NUL".to_owned());
                }
                store::Error::Refused(_) => return tracing::warn!(job.id = %lease.id, "a job went to another worker"),
                fault if begun.elapsed() < FINISH_PATIENCE => {
                    tracing::warn!(job.id = %lease.id, error = %fault, "the end of a job could not be kept; trying again");
                    sleep(FINISH_PAUSE).await;
                }
                fault => {
                    return tracing::error!(job.id = %lease.id, error = %fault, "the end of a job is not kept: it will run again");
                }
            }
        }
    }

    /// Says of the jobs that run here that they do, and takes those whose worker has not said so from it.
    async fn keep_leases(&self) -> store::Result<()> {
        let leases: Vec<JobLease> = self.running().values().map(|held| held.lease).collect();
        let own_ms = self.clock.now_ms();
        if !leases.is_empty() {
            let renewed = self.store.renew_job_leases(leases.clone(), LEASE_MS, own_ms).await?;
            for (lease, renewed) in leases.iter().zip(renewed) {
                match renewed {
                    RenewedLease::Held => {}
                    RenewedLease::CancelRequested => self.stop(lease.id, Stop::Cancelled),
                    RenewedLease::Lost => self.stop(lease.id, Stop::LeaseLost),
                }
            }
        }
        let kept = leases.into_iter().map(|lease| lease.id).collect();
        self.store.end_job_leases(own_ms, kept).await.map(drop)
    }

    fn stop(&self, id: JobId, why: Stop) {
        if let Some(held) = self.running().get(&id) {
            held.stop.stop(why);
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<JobId, Held>> {
        // A panic elsewhere leaves the map whole: each change is one operation.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a job when its run ends, however it does.
struct Holding<'a> {
    queue: &'a Queue,
    lease: JobLease,
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        let mut running = self.queue.running();
        if running.get(&self.lease.id).is_some_and(|held| held.lease == self.lease) {
            running.remove(&self.lease.id);
        }
    }
}
