//! Enqueues the jobs of schedules at their slots. It sleeps until the next one, and is woken by changes of schedules, here or
//! at another gateway.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::built_in::{self, BuiltIn, BuiltInStatus};
use super::definition::{DefinitionFault, OnOverlap, ScheduleDefinition, ScheduledJob};
use super::due::{Due, DueSlot};
use super::job;
use super::leadership::{self, Leadership};
use crate::clock::Clock;
use crate::config::CronConfig;
use crate::ids::{IdMaker, ScheduleRun};
use crate::store::{
    self, Db, DueSchedule, FiredSlot, Firing, Leader, NewJob, OnceKey, Overlap, Rows, Signal, StoredRun,
    StoredSchedule, Trigger, WaitingRun,
};
use crate::tasks::TaskKind;
use crate::work::base::Base;
use crate::work::leases::Lease;
use crate::work::queue::Queue;
use crate::work::supervisor::Supervisor;

const KIND: TaskKind = TaskKind::new("cron.scheduler");

/// Schedules that are looked at in one piece.
const PIECE: u32 = 200;
/// Transactions at once.
const AT_ONCE: usize = 8;
/// The shortest pause between two looks, but for slots that come sooner.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest one: the clock may have been set.
const LOOK: Duration = Duration::from_secs(5);
/// When a schedule that cannot be read is looked at again, in milliseconds.
const BROKEN_MS: i64 = 3_600_000;

/// Why no job is enqueued for a slot.
const MISSED: &str = "missed";
const INVALID_JOB: &str = "invalid_job";
const UNREADABLE: &str = "unreadable";

/// Looks after the schedules of all workspaces, and after the gateway's own periodic work.
pub struct Scheduler {
    store: Db,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    queue: Arc<Queue>,
    leadership: Leadership,
    built_in: Vec<Arc<BuiltIn>>,
}

impl Scheduler {
    /// A scheduler of the schedules in `store`, whose jobs go to `queue`. It does nothing by itself until [`Scheduler::start`].
    #[must_use]
    pub fn new(
        store: Db,
        clock: Arc<dyn Clock>,
        ids: IdMaker,
        queue: Arc<Queue>,
        lease: Arc<Lease>,
        config: &CronConfig,
    ) -> Self {
        let leadership = Leadership::new(store.clone(), Arc::clone(&clock), lease);
        Self { store, clock, ids, queue, leadership, built_in: built_in::all(config) }
    }

    /// The scheduler of the base's store, which runs.
    pub fn open(base: &Base, queue: &Arc<Queue>) -> Arc<Self> {
        let (store, clock, ids) = (base.store.clone(), Arc::clone(&base.clock), base.ids.clone());
        let (queue, lease) = (Arc::clone(queue), Arc::clone(&base.lease));
        let scheduler = Arc::new(Self::new(store, clock, ids, queue, lease, &base.config.cron));
        scheduler.start(&base.supervisor);
        scheduler
    }

    /// Begins to enqueue the jobs of schedules, where this gateway leads.
    pub fn start(self: &Arc<Self>, supervisor: &Supervisor) {
        let scheduler = Arc::clone(self);
        supervisor.spawn(KIND, move |cancelled| {
            let scheduler = Arc::clone(&scheduler);
            async move { scheduler.keep(&cancelled).await }
        });
    }

    /// Does the work of `round`, whose kind has the name of a built-in work, at its times for as long as the gateway runs and
    /// leads.
    pub fn built_in<F, T, E>(self: &Arc<Self>, supervisor: &Supervisor, kind: TaskKind, round: F)
    where
        F: Fn() -> T + Send + 'static,
        T: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + Send,
    {
        let Some(work) = self.built_in.iter().find(|work| work.is_wanted(kind.name)) else { return };
        let scheduler = Arc::clone(self);
        let leads = Some(move || scheduler.leadership.holds());
        Arc::clone(work).keep(supervisor, kind, Arc::clone(&self.clock), leads, round);
    }

    /// As [`Scheduler::built_in`], for work on what each gateway has in memory: all do it, and once more when they stop.
    pub fn built_in_everywhere<F, T, E>(&self, supervisor: &Supervisor, kind: TaskKind, round: F)
    where
        F: Fn() -> T + Send + 'static,
        T: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + Send,
    {
        let Some(work) = self.built_in.iter().find(|work| work.is_wanted(kind.name)) else { return };
        Arc::clone(work).keep(supervisor, kind, Arc::clone(&self.clock), None::<fn() -> bool>, round);
    }

    /// The gateway's own periodic work.
    #[must_use]
    pub fn built_ins(&self) -> Vec<BuiltInStatus> {
        self.built_in.iter().map(|work| work.status()).collect()
    }

    /// Whether this gateway is the one that enqueues jobs.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.leadership.holds()
    }

    /// Which gateway does, of those that share a store; `None` if none does, or the store is this gateway's alone.
    ///
    /// # Errors
    /// The store's.
    pub async fn leader(&self) -> store::Result<Option<Leader>> {
        if self.store.is_shared() { self.leadership.leader().await } else { Ok(None) }
    }

    /// The job that `scheduled` says.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn job(&self, scheduled: &ScheduledJob) -> Result<NewJob, Vec<DefinitionFault>> {
        job::prepare(&self.queue, scheduled)
    }

    /// Enqueues the job of a schedule now, for `subject`; `None` if the schedule is not there.
    ///
    /// # Errors
    /// Those of [`ScheduleRuns::trigger`](store::ScheduleRuns::trigger).
    pub async fn trigger(
        &self,
        rows: &Rows,
        schedule: StoredSchedule,
        (definition, job): (&ScheduleDefinition, NewJob),
        subject: &str,
        once: Option<OnceKey>,
    ) -> store::Result<Option<StoredRun>> {
        let trigger = Trigger {
            id: self.ids.id(),
            job_id: self.ids.id(),
            job: self.owned(job, &schedule),
            overlap: definition.on_overlap.into(),
            subject: subject.to_owned(),
            now_ms: self.clock.now_ms(),
            schedule,
        };
        rows.schedule_runs().trigger(trigger, once).await
    }

    /// Does what is due, again and again.
    async fn keep(&self, cancelled: &CancellationToken) -> store::Result<()> {
        let changed = self.store.changed(Signal::Schedules);
        loop {
            let wait = self.look().await?;
            let short = wait.min(PAUSE);
            let pause = async {
                sleep(short).await;
                // A change that comes meanwhile is not lost.
                drop(timeout(wait.saturating_sub(short), changed.notified()).await);
            };
            if cancelled.run_until_cancelled(pause).await.is_none() {
                self.leadership.give_up().await;
                return Ok(());
            }
        }
    }

    /// Does what is due where this gateway leads; answers when to look again.
    async fn look(&self) -> store::Result<Duration> {
        if !self.leadership.seek().await? {
            return Ok(leadership::LOOK);
        }
        self.run_due().await?;
        let longest = if self.store.is_shared() { leadership::LOOK } else { LOOK };
        if self.store.has_waiting_runs().await? {
            return Ok(PAUSE);
        }
        Ok(match self.store.next_slot_ms().await? {
            None => longest,
            Some(at_ms) => match u64::try_from(at_ms - self.clock.now_ms()) {
                Ok(left_ms) if left_ms > 0 => Duration::from_millis(left_ms).min(longest),
                _ => PAUSE,
            },
        })
    }

    /// Enqueues the jobs of all slots that have come, and of those that have waited for the job before them; answers how many
    /// runs there are now that were not there before. It may be called at the same time elsewhere: a slot has one run.
    ///
    /// # Errors
    /// The store's.
    pub async fn run_due(&self) -> store::Result<u32> {
        let mut written = 0;
        loop {
            let due = self.store.due_schedules(self.clock.now_ms(), PIECE).await?;
            let is_last = due.len() < PIECE as usize;
            let fired = stream::iter(due).map(|due| self.fire(due)).buffer_unordered(AT_ONCE);
            let fired: u32 = fired.try_fold(0, async |sum, rows| Ok(sum + rows)).await?;
            written += fired;
            // What another gateway was faster with, or cannot be written, waits for the next look.
            if is_last || fired == 0 {
                break;
            }
        }
        for waiting in self.store.ready_runs(PIECE).await? {
            self.release(waiting).await?;
        }
        Ok(written)
    }

    async fn fire(&self, DueSchedule { workspace, schedule }: DueSchedule) -> store::Result<u32> {
        let (id, firing) = (schedule.id, self.firing(schedule));
        match self.store.rows(&workspace).schedule_runs().fire(firing).await {
            Err(fault @ store::Error::Refused(_)) => {
                tracing::error!(schedule.id = %id, error = %fault, "the job of a schedule cannot be enqueued");
                Ok(0)
            }
            fired => fired,
        }
    }

    /// What becomes of a schedule whose slot has come.
    fn firing(&self, schedule: StoredSchedule) -> Firing {
        let (now_ms, first_ms) = (self.clock.now_ms(), schedule.next_at_ms.unwrap_or_default());
        let read = serde_json::from_str::<ScheduleDefinition>(&schedule.definition).ok();
        let Some((definition, timing)) = read.and_then(|read| read.timing().ok().map(|timing| (read, timing))) else {
            tracing::error!(schedule.id = %schedule.id, "a schedule cannot be read: another version has written it");
            let job = Err(UNREADABLE);
            let slots = vec![FiredSlot { id: self.ids.id(), slot_ms: first_ms, missed: 0, job }];
            return Firing { schedule, slots, overlap: Overlap::Skip, next_at_ms: Some(now_ms + BROKEN_MS), now_ms };
        };
        let due = Due::by(&timing, definition.on_missed, first_ms, now_ms);
        let job = self.job(&definition.job).map(|job| self.owned(job, &schedule)).map_err(|_| INVALID_JOB);
        let slot = |slot: &DueSlot| {
            let begins_ms = slot.at_ms + job::jitter_ms(schedule.id, slot.at_ms, definition.jitter_s);
            let job = if slot.is_missed { Err(MISSED) } else { job.clone() };
            let job = job.map(|job| (self.ids.id(), job.run_at_ms(begins_ms)));
            FiredSlot { id: self.ids.id::<ScheduleRun>(), slot_ms: slot.at_ms, missed: slot.missed, job }
        };
        let slots = due.slots.iter().map(slot).collect();
        Firing { schedule, slots, overlap: definition.on_overlap.into(), next_at_ms: due.next_at_ms, now_ms }
    }

    /// Enqueues the job of a run that has waited, as its schedule says it now.
    async fn release(&self, waiting: WaitingRun) -> store::Result<()> {
        let rows = self.store.rows(&waiting.workspace);
        let Some(schedule) = rows.schedules().find(waiting.schedule_id).await? else { return Ok(()) };
        let read = serde_json::from_str::<ScheduleDefinition>(&schedule.definition);
        let job = read.map_err(|_| UNREADABLE).and_then(|read| self.job(&read.job).map_err(|_| INVALID_JOB));
        let job = job.map(|job| (self.ids.id(), self.owned(job, &schedule)));
        rows.schedule_runs().release(waiting, job, self.clock.now_ms()).await.map(drop)
    }

    /// The job as its schedule's owner's.
    fn owned(&self, job: NewJob, schedule: &StoredSchedule) -> NewJob {
        job.subject(schedule.owner.as_str(), self.ids.key())
    }
}

impl From<OnOverlap> for Overlap {
    fn from(on_overlap: OnOverlap) -> Self {
        match on_overlap {
            OnOverlap::Skip => Self::Skip,
            OnOverlap::Queue => Self::Queue,
            OnOverlap::Allow => Self::Allow,
        }
    }
}
