//! Who runs jobs of one kind, and what a running job can do: record steps, and write under its lease.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::payload::Payload;
use crate::clock::Clock;
use crate::ids::JobId;
use crate::store::{self, ClaimedJob, JobRefusal, Refusal, Rows, Tx};

/// Runs the jobs of one kind.
pub trait Handler: Send + Sync + 'static {
    /// What its jobs are about.
    type Payload: Payload;

    /// Does the work of a job; answers what it came to. It may be called again for the same job, after a failure or when the
    /// program has died, so that what must not happen twice is a step of the job. When the job is cancelled, or another worker
    /// has it, the future is dropped.
    fn run(&self, job: &Job<Self::Payload>) -> impl Future<Output = Result<Value, JobError>> + Send;
}

/// Why a job is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobError {
    /// It may succeed when it is tried again. The text is kept.
    Retry(String),
    /// Another attempt would fail too. The text is kept.
    Fail(String),
    /// Another worker has it.
    LeaseLost,
}

impl From<store::Error> for JobError {
    fn from(fault: store::Error) -> Self {
        match fault {
            store::Error::Refused(Refusal::Job(JobRefusal::LeaseLost)) => Self::LeaseLost,
            store::Error::Refused(_) => Self::Fail(fault.to_string()),
            _ => Self::Retry(fault.to_string()),
        }
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry(text) | Self::Fail(text) => formatter.write_str(text),
            Self::LeaseLost => formatter.write_str("another worker has the job"),
        }
    }
}

impl std::error::Error for JobError {}

/// A job that runs.
pub struct Job<P> {
    payload: P,
    context: Context,
}

/// What a job has whatever it is about.
pub(super) struct Context {
    pub(super) job: ClaimedJob,
    pub(super) rows: Rows,
    pub(super) clock: Arc<dyn Clock>,
    steps: Mutex<BTreeMap<String, String>>,
}

impl Context {
    pub(super) fn new(mut job: ClaimedJob, rows: Rows, clock: Arc<dyn Clock>) -> Self {
        let steps = Mutex::new(std::mem::take(&mut job.steps));
        Self { job, rows, clock, steps }
    }

    fn steps(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P> Job<P> {
    /// What it is about.
    #[must_use]
    pub const fn payload(&self) -> &P {
        &self.payload
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> JobId {
        self.context.job.lease.id
    }

    /// 1 when it is begun for the first time.
    #[must_use]
    pub const fn attempt(&self) -> i64 {
        self.context.job.attempt
    }

    /// The rows of its workspace, to look at. What it writes goes through [`Job::write`].
    #[must_use]
    pub const fn rows(&self) -> &Rows {
        &self.context.rows
    }

    /// Runs `step` and records what it came to under `name`, which is unique in the job; if that is recorded, by an attempt
    /// before this one or by this one, answers it and runs nothing. A step that ended and was not recorded, since the program
    /// died in between, runs again.
    ///
    /// # Errors
    /// The step's; [`JobError::LeaseLost`] if the job has another worker, [`JobError::Fail`] if the result is larger than 1 MiB,
    /// the job has 1,000 steps already, or what is recorded is of another type.
    pub async fn step<T, F>(&self, name: &str, step: impl FnOnce() -> F) -> Result<T, JobError>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, JobError>>,
    {
        let recorded = self.context.steps().get(name).cloned();
        if let Some(recorded) = recorded {
            let unreadable =
                |fault| JobError::Fail(format!("what is recorded of the step `{name}` cannot be read: {fault}"));
            return serde_json::from_str(&recorded).map_err(unreadable);
        }
        let result = step().await?;
        let text = serde_json::to_string(&result).map_err(|fault| JobError::Fail(fault.to_string()))?;
        let (jobs, lease) = (self.context.rows.jobs(), self.context.job.lease);
        jobs.record_step(lease, name, text.clone(), self.context.clock.now_ms()).await?;
        self.context.steps().insert(name.to_owned(), text);
        Ok(result)
    }

    /// Changes rows of its workspace in one transaction, of which nothing stays if another worker has the job.
    ///
    /// # Errors
    /// [`JobError::LeaseLost`]; the transaction's.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> store::Result<T> + Send + Sync + 'static,
    ) -> Result<T, JobError> {
        let lease = self.context.job.lease;
        let written = self.context.rows.write(move |tx| {
            tx.fence(lease)?;
            work(tx)
        });
        Ok(written.await?)
    }
}

/// A handler of any kind.
pub(super) trait AnyHandler: Send + Sync {
    /// How long an attempt may take.
    fn time_limit(&self) -> Duration;

    /// Runs a job; answers what it came to, as JSON.
    fn run(&self, context: Context) -> BoxFuture<'_, Result<String, JobError>>;
}

impl<H: Handler> AnyHandler for H {
    fn time_limit(&self) -> Duration {
        H::Payload::TIME_LIMIT
    }

    fn run(&self, context: Context) -> BoxFuture<'_, Result<String, JobError>> {
        Box::pin(async move {
            let unreadable = |fault| JobError::Fail(format!("the payload cannot be read: {fault}"));
            let payload = serde_json::from_str(&context.job.payload).map_err(unreadable)?;
            let job = Job { payload, context };
            Ok(Handler::run(self, &job).await?.to_string())
        })
    }
}

/// The handlers of a gateway, by the kinds of their jobs.
#[derive(Clone, Default)]
pub struct Handlers(pub(super) BTreeMap<&'static str, Arc<dyn AnyHandler>>);

impl Handlers {
    /// The same handlers and one more, in place of one of the same kind.
    #[must_use]
    pub fn with<H: Handler>(mut self, handler: H) -> Self {
        self.0.insert(H::Payload::KIND, Arc::new(handler));
        self
    }
}
