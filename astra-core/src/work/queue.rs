//! Jobs and their workers in this gateway: woken when a job is kept, by this gateway or another one, and at the time of the
//! next one that waits. A look at long intervals finds what no one has said.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::attempt::LAST_MOMENTS;
use super::base::Base;
use super::endings::Endings;
use super::job_changes::JobChanges;
use super::job_types::JobTypes;
use super::periodic::Period;
use super::stop::{Stop, StopSignal};
use super::supervisor::Supervisor;
use crate::clock::Clock;
use crate::ids::{IdMaker, JobId};
use crate::store::{self, Db, Enqueued, JobLease, JobLimits, JobStatus, NewJob, RenewedLease, StoredJob, WorkspaceId};
use crate::tasks::{TaskGroup, TaskKind};

const DISPATCH: TaskKind = TaskKind::new("jobs.dispatch");
const LEASES: TaskKind = TaskKind::new("jobs.leases");
const CHANGES: TaskKind = TaskKind::new("jobs.changes");
const RUNS: TaskKind = TaskKind::new("jobs").aborted();

/// For how long a worker has a job before it has to say that it still does; ...
pub(super) const LEASE_MS: i64 = 15_000;
/// ... which it does so often.
const RENEW: Period = Period::every(Duration::from_secs(5));

/// The queue of jobs, and the workers of this gateway.
pub struct Queue {
    pub(super) store: Db,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: IdMaker,
    pub(super) types: JobTypes,
    /// How many jobs run at once in all gateways.
    pub(super) limits: JobLimits,
    /// One for each worker that waits.
    pub(super) permits: Arc<Semaphore>,
    running: Mutex<HashMap<JobId, Held>>,
    /// Jobs whose work is over, until that is written down.
    pub(super) endings: Endings,
    /// Those who wait for jobs.
    pub(super) changes: Arc<JobChanges>,
    pub(super) runs: TaskGroup,
    /// Cancelled when no more jobs are begun.
    pub(super) closing: CancellationToken,
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
            limits: JobLimits::default(),
            permits: Arc::new(Semaphore::new(workers as usize)),
            running: Mutex::default(),
            endings: Endings::default(),
            changes: Arc::default(),
            runs: TaskGroup::new(RUNS),
            closing: CancellationToken::new(),
        }
    }

    /// The same queue, of which no more jobs run at once in all gateways than `limits` say.
    #[must_use]
    pub fn with_limits(mut self, limits: JobLimits) -> Self {
        self.limits = limits;
        self
    }

    /// The queue in the base's store, of jobs of these `types`.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(base: &Base, types: JobTypes) -> store::Result<Arc<Self>> {
        let (store, clock, ids) = (base.store.clone(), Arc::clone(&base.clock), base.ids.clone());
        let config = &base.config.jobs;
        let limits = JobLimits { per_workspace: config.per_workspace, per_kind: config.per_type.clone() };
        let queue = Arc::new(Self::new(store, clock, ids, types, config.workers).with_limits(limits));
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
        let queue = Arc::clone(self);
        supervisor.spawn(CHANGES, move |cancelled| {
            let queue = Arc::clone(&queue);
            async move { cancelled.run_until_cancelled(queue.look_for_changes()).await.unwrap_or(Ok(())) }
        });
        if self.types.is_empty() {
            return Ok(());
        }
        if !self.store.is_shared() {
            // The gateway is alone: what runs by the store's account ran in a program that is no more.
            while self.store.end_job_leases(i64::MAX, Vec::new(), self.ids.clone()).await? > 0 {}
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

    /// Cancels a job of `workspace`: at once if it waits or runs in this gateway, and within a second if it runs in another one.
    /// Answers how far it is; `None` if it is not there.
    ///
    /// # Errors
    /// [`JobRefusal::Finished`](store::JobRefusal::Finished); the store's.
    pub async fn cancel(&self, workspace: &WorkspaceId, id: JobId) -> store::Result<Option<JobStatus>> {
        let status = self.store.rows(workspace).jobs().cancel(id, self.clock.now_ms()).await?;
        if let Some(status) = status {
            self.cancelled(id, status);
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
        self.store.end_job_leases(own_ms, kept, self.ids.clone()).await.map(drop)
    }

    /// Takes note of a job that runs here from now on, until what is answered is dropped.
    pub(super) fn hold(self: &Arc<Self>, lease: JobLease) -> Holding {
        let stop = Arc::<StopSignal>::default();
        self.running().insert(lease.id, Held { lease, stop: Arc::clone(&stop) });
        self.changes.note_interest();
        Holding { queue: Arc::clone(self), lease, stop }
    }

    /// Whether jobs run here.
    pub(super) fn is_running(&self) -> bool {
        !self.running().is_empty()
    }

    /// Does what a cancellation means in this gateway: a job that runs here stops, and those who wait for it learn of it.
    pub(super) fn cancelled(&self, id: JobId, status: JobStatus) {
        if status == JobStatus::Running {
            self.stop(id, Stop::Cancelled);
        }
        self.changes.changed(id, status.is_final());
    }

    pub(super) fn stop(&self, id: JobId, why: Stop) {
        if let Some(held) = self.running().get(&id) {
            held.stop.stop(why);
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<JobId, Held>> {
        // A panic elsewhere leaves the map whole: each change is one operation.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that runs here, which is forgotten when its run ends, however it does.
pub(super) struct Holding {
    queue: Arc<Queue>,
    pub(super) lease: JobLease,
    pub(super) stop: Arc<StopSignal>,
}

impl Drop for Holding {
    fn drop(&mut self) {
        let mut running = self.queue.running();
        if running.get(&self.lease.id).is_some_and(|held| held.lease == self.lease) {
            running.remove(&self.lease.id);
        }
    }
}
