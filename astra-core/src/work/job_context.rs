//! What a running job can do: record steps and progress, keep a log, write under its lease, and learn that it is to stop.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::job_error::JobError;
use super::job_said::Said;
use super::stop::{Stop, StopSignal};
use super::worker_slot::WorkerSlot;
use crate::clock::Clock;
use crate::ids::{IdMaker, JobId};
use crate::store::{self, ClaimedJob, Db, JobLease, JobLine, JobProgress, Jobs, Rows, Tx};

/// How often the progress of a job is written down at the most.
const PROGRESS_PAUSE: Duration = Duration::from_secs(1);
/// Longest name of a step, in bytes.
const STEP_NAME_BYTES_MAX: usize = 255;

/// A job that runs. Clones are the same job.
#[derive(Clone)]
pub struct JobContext(Arc<Inner>);

struct Inner {
    job: ClaimedJob,
    store: Db,
    rows: Rows,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    is_idempotent: bool,
    /// What steps came to, as JSON; `None` for one that must not run twice, has begun, and is not known to have ended.
    steps: Mutex<BTreeMap<String, Option<String>>>,
    /// What the job has said, until it is written down.
    said: Mutex<Said>,
    /// Notified when it has said something.
    speaks: Notify,
    /// Notified when its work is over.
    is_over: Notify,
    stop: Arc<StopSignal>,
    slot: Arc<WorkerSlot>,
}

impl JobContext {
    pub(super) fn new(
        mut job: ClaimedJob,
        store: &Db,
        clock: Arc<dyn Clock>,
        ids: IdMaker,
        is_idempotent: bool,
        stop: Arc<StopSignal>,
        slot: Arc<WorkerSlot>,
    ) -> Self {
        let (steps, rows) = (Mutex::new(std::mem::take(&mut job.steps)), store.rows(&job.workspace));
        let (store, said, speaks, is_over) = (store.clone(), Mutex::default(), Notify::new(), Notify::new());
        Self(Arc::new(Inner { job, store, rows, clock, ids, is_idempotent, steps, said, speaks, is_over, stop, slot }))
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.0.job.lease.id
    }

    /// The user or service account that it belongs to; `None` for the gateway's own.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.0.job.user_id.as_deref()
    }

    /// 1 when it is begun for the first time.
    #[must_use]
    pub fn attempt(&self) -> i64 {
        self.0.job.attempt
    }

    /// The rows of its workspace, to look at. What it writes goes through [`JobContext::write`].
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.0.rows
    }

    /// The hold of this attempt on the job.
    #[must_use]
    pub fn lease(&self) -> JobLease {
        self.0.job.lease
    }

    pub(super) fn payload(&self) -> &str {
        &self.0.job.payload
    }

    /// Runs `step` and records what it came to under `name`, which is unique in the job; if that is recorded, by an attempt
    /// before this one or by this one, answers it and runs nothing. A step that ended and was not recorded, since the program
    /// died in between, runs again; of a type that is not idempotent, the job ends as `unknown` instead.
    ///
    /// # Errors
    /// The step's; [`JobError::LeaseLost`] if the job has another worker, [`JobError::Fail`] if the result is larger than 1 MiB,
    /// the name longer than 255 bytes, the job has 1,000 steps already, or what is recorded is of another type.
    pub async fn step<T, F>(&self, name: &str, step: impl FnOnce() -> F) -> Result<T, JobError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, JobError>>,
    {
        let recorded = self.steps().get(name).cloned();
        match recorded {
            Some(Some(recorded)) => {
                let unreadable =
                    |fault| JobError::Fail(format!("what is recorded of the step `{name}` cannot be read: {fault}"));
                return serde_json::from_str(&recorded).map_err(unreadable);
            }
            Some(None) => return Err(JobError::Unknown(unknown_step(name))),
            None if name.len() > STEP_NAME_BYTES_MAX => {
                return Err(JobError::Fail(format!("the name of a step has more than {STEP_NAME_BYTES_MAX} bytes")));
            }
            None => {}
        }
        if !self.0.is_idempotent {
            self.begin_step(name).await?;
        }
        let result = match step().await {
            Ok(result) => result,
            Err(fault) => return Err(self.fail_step(name, fault).await),
        };
        let unwritable =
            |fault| JobError::Fail(format!("the result of the step `{name}` cannot be written as JSON: {fault}"));
        let text = serde_json::to_string(&result).map_err(unwritable)?;
        self.jobs().record_step(self.lease(), name, text.clone(), self.0.clock.now_ms()).await?;
        self.steps().insert(name.to_owned(), Some(text));
        Ok(result)
    }

    /// Records that a step begins which must not run twice.
    async fn begin_step(&self, name: &str) -> Result<(), JobError> {
        // Open before the store has it: a step whose beginning may be in the store is one.
        self.steps().insert(name.to_owned(), None);
        let begun = self.jobs().begin_step(self.lease(), name, self.0.clock.now_ms()).await;
        if let Err(store::Error::Refused(_)) = begun {
            self.steps().remove(name);
        }
        Ok(begun?)
    }

    /// What becomes of the job when a step has failed: one that says so itself has had no effect, and may begin again.
    async fn fail_step(&self, name: &str, fault: JobError) -> JobError {
        if self.0.is_idempotent || matches!(fault, JobError::Unknown(_) | JobError::LeaseLost) {
            return fault;
        }
        match self.jobs().forget_step(self.lease(), name).await {
            Ok(()) => {
                self.steps().remove(name);
                fault
            }
            Err(of_store) => of_store.into(),
        }
    }

    /// Why it cannot be known whether the job is done, if it cannot: a step that must not run twice has begun, and is not known
    /// to have ended.
    pub(super) fn unknown(&self) -> Option<String> {
        self.steps().iter().find(|(_, result)| result.is_none()).map(|(name, _)| unknown_step(name))
    }

    /// Says how far the job has got: a share of 0 to 100 and words for people, up to 512 bytes of them. It is written down
    /// within a second, the latest one if there are several. Words other than those before are a line of the job's log.
    pub fn progress(&self, percent: u8, text: impl Into<String>) {
        let line = self.line(text);
        self.said().progress(percent.min(100), line);
        self.0.speaks.notify_one();
    }

    /// Adds a line to the log of the job, up to 512 bytes of it. It is written down within a second. A job has up to 1,000
    /// lines, those of its progress and of its failures among them; the last one says that no more are kept.
    pub fn log(&self, text: impl Into<String>) {
        let line = self.line(text);
        self.said().log(line);
        self.0.speaks.notify_one();
    }

    fn line(&self, text: impl Into<String>) -> JobLine {
        JobLine::new(self.0.clock.now_ms(), self.attempt(), text)
    }

    /// Says that the work of the job is over: [`JobContext::keep_said`] ends when all is written down.
    pub(super) fn end(&self) {
        self.0.is_over.notify_one();
    }

    /// Writes down what the job says, until its work is over. It is not to be dropped before: what is being written down is lost
    /// then.
    pub(super) async fn keep_said(&self) {
        loop {
            tokio::select! {
                biased;
                () = self.0.is_over.notified() => break,
                () = self.0.speaks.notified() => {}
            }
            if self.write_said().await && timeout(PROGRESS_PAUSE, self.0.is_over.notified()).await.is_ok() {
                break;
            }
        }
        // What it has said last.
        self.write_said().await;
    }

    /// Writes down what the job has said since that was last written down; answers whether it has said anything.
    async fn write_said(&self) -> bool {
        let Some(said) = self.said().take() else { return false };
        let (lease, lines) = (self.lease(), said.lines.clone());
        let written = match said.progress.clone() {
            None => self.jobs().log(lease, lines).await,
            Some((percent, words)) => {
                let (workspace, event_id) = (self.0.job.workspace.clone(), self.0.ids.id());
                let (message, at_ms) = (Some(words), self.0.clock.now_ms());
                let report = JobProgress { workspace, lease, percent, message, lines, event_id, at_ms };
                self.0.store.report_progress(vec![report]).await
            }
        };
        if let Err(fault) = written {
            tracing::warn!(job.id = %self.id(), error = %fault, "what a job says could not be kept");
            // Nothing of it is kept: neither is anything kept twice.
            if matches!(fault, store::Error::Unavailable(_) | store::Error::Retry(_) | store::Error::Full(_)) {
                self.said().put_back(said);
                self.0.speaks.notify_one();
            }
        }
        true
    }

    /// The lines of its log that could not be written down.
    pub(super) fn unwritten(&self) -> Vec<JobLine> {
        self.said().take().map(|said| said.lines).unwrap_or_default()
    }

    /// Changes rows of its workspace in one transaction, of which nothing stays if another worker has the job.
    ///
    /// # Errors
    /// [`JobError::LeaseLost`]; the transaction's.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> store::Result<T> + Send + Sync + 'static,
    ) -> Result<T, JobError> {
        let lease = self.lease();
        let written = self.0.rows.write(move |tx| {
            tx.fence(lease)?;
            work(tx)
        });
        Ok(written.await?)
    }

    /// Whether the job is asked to stop: it was cancelled, its gateway stops, or another worker has it. A job that asks for
    /// this, or waits for [`JobContext::cancelled`], gets two seconds to end by itself; another one is dropped at its next wait.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.stop.watch();
        self.0.stop.why() != Stop::No
    }

    /// Waits until the job is asked to stop, as [`JobContext::is_cancelled`] says.
    pub async fn cancelled(&self) {
        self.0.stop.watch();
        self.0.stop.asked().await;
    }

    /// Says that the job ends by itself when it is asked to stop, as one that asks for [`JobContext::is_cancelled`] does.
    pub(crate) fn end_by_itself(&self) {
        self.0.stop.watch();
    }

    /// Notes that another worker has the job, as a write of this one has shown.
    pub(crate) fn note_lost(&self) {
        self.0.stop.stop(Stop::LeaseLost);
    }

    /// Whether the job is asked to stop because another worker goes on with it, now or after the next start.
    #[must_use]
    pub fn goes_on_elsewhere(&self) -> bool {
        matches!(self.0.stop.why(), Stop::LeaseLost | Stop::Closing)
    }

    /// Waits for something that takes long and needs no worker, such as a person's decision: other jobs get the worker in the
    /// meantime. The time of the attempt goes on.
    pub async fn without_worker<T>(&self, wait: impl Future<Output = T>) -> T {
        self.0.slot.without(wait).await
    }

    fn jobs(&self) -> Jobs<'_> {
        self.0.rows.jobs()
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        self.0.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn steps(&self) -> MutexGuard<'_, BTreeMap<String, Option<String>>> {
        self.0.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown_step(name: &str) -> String {
    format!("the step `{name}` began, and it is not known whether it took effect")
}
