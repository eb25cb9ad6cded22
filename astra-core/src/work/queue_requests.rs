//! What callers ask of the queue: to keep a job, to wait for one, to follow, cancel and retry one.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::time::timeout;

use super::job::PayloadFault;
use super::job_states::JobStates;
use super::queue::Queue;
use crate::ids::JobId;
use crate::store::{self, JOB_BYTES_MAX, NewJob, OnceKey, Rows, StoredJob, VisibleTo};

/// Why there is no job about a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadRefusal {
    /// There is no type of this name that callers and schedules enqueue.
    UnknownType,
    /// The payload is larger than 1 MiB.
    TooLarge,
    /// The payload is not what the type wants: where, and why.
    Unfit(Vec<PayloadFault>),
}

impl Queue {
    /// A job of the type `kind` about `payload`, as a caller or a schedule hands it in: with the type's time and retries, and
    /// for those to see whom it belongs to. It is checked and not kept.
    ///
    /// # Errors
    /// What is wrong with the payload.
    pub fn prepare(&self, kind: &str, payload: &Value) -> Result<NewJob, PayloadRefusal> {
        let kind = self.types().get(kind).filter(|kind| kind.is_public).ok_or(PayloadRefusal::UnknownType)?;
        let text = payload.to_string();
        if text.len() > JOB_BYTES_MAX {
            return Err(PayloadRefusal::TooLarge);
        }
        let faults = self.types().check(kind.name, payload).unwrap_or_default();
        if !faults.is_empty() {
            return Err(PayloadRefusal::Unfit(faults));
        }
        let timeout_s = u32::try_from(kind.timeout.as_secs()).unwrap_or(u32::MAX);
        Ok(NewJob::new(kind.name, text, kind.max_retries + 1).timeout_s(timeout_s).public())
    }

    /// Keeps a job for the actor of `rows`, once for each `once`; answers it, or the unfinished one with the same unique key.
    ///
    /// # Errors
    /// Those of [`Jobs::create_once`](store::Jobs::create_once).
    pub async fn enqueue_once(
        &self,
        rows: &Rows,
        job: NewJob,
        visible_to: VisibleTo,
        once: Option<OnceKey>,
    ) -> store::Result<StoredJob> {
        rows.jobs().create_once(self.ids.id(), job, visible_to, once, self.clock.now_ms()).await
    }

    /// Keeps `again`, which does again what the job `origin` did.
    ///
    /// # Errors
    /// Those of [`Jobs::retry`](store::Jobs::retry).
    pub async fn retry(
        &self,
        rows: &Rows,
        origin: JobId,
        visible_to: VisibleTo,
        again: NewJob,
        once: Option<OnceKey>,
    ) -> store::Result<Option<StoredJob>> {
        rows.jobs().retry(origin, self.ids.id(), visible_to, again, once, self.clock.now_ms()).await
    }

    /// As [`Queue::cancel`], for the actor of `rows` and a job that is visible; answers the job.
    ///
    /// # Errors
    /// Those of [`Jobs::cancel_visible`](store::Jobs::cancel_visible).
    pub async fn cancel_visible(
        &self,
        rows: &Rows,
        id: JobId,
        visible_to: VisibleTo,
    ) -> store::Result<Option<StoredJob>> {
        let job = rows.jobs().cancel_visible(id, visible_to, self.clock.now_ms()).await?;
        if let Some(job) = &job {
            self.cancelled(id, job.status);
        }
        Ok(job)
    }

    /// A job that is visible, once it has ended or after `limit`; `None` if it is not there.
    ///
    /// # Errors
    /// The store's.
    pub async fn wait(
        &self,
        rows: &Rows,
        id: JobId,
        visible_to: VisibleTo,
        limit: Duration,
    ) -> store::Result<Option<StoredJob>> {
        let mut watch = (!limit.is_zero()).then(|| self.changes.watch(id));
        let job = rows.jobs().find_visible(id, visible_to.clone()).await?;
        match (&job, &mut watch) {
            (Some(waiting), Some(watch)) if !waiting.status.is_final() => {
                let _ = timeout(limit, watch.over()).await;
                rows.jobs().find_visible(id, visible_to).await
            }
            _ => Ok(job),
        }
    }

    /// The states of a job that is visible, from the first one after the version `after`.
    #[must_use]
    pub fn follow(&self, rows: &Rows, id: JobId, visible_to: VisibleTo, after: i64) -> JobStates {
        JobStates {
            rows: rows.clone(),
            id,
            visible_to,
            seen: after,
            is_over: false,
            watch: Arc::clone(&self.changes).watch(id),
        }
    }
}
