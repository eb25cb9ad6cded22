//! The states of one job as they come, for those who follow it.

use std::time::Duration;

use tokio::time::sleep;

use super::job_changes::JobWatch;
use crate::ids::JobId;
use crate::store::{self, Rows, StoredJob, VisibleTo};

/// The least time between two states of a job that its readers get: what comes faster is one change.
const BETWEEN: Duration = Duration::from_millis(100);

/// The states of one job, each newer than the one before, until it has ended.
pub struct JobStates {
    pub(super) rows: Rows,
    pub(super) id: JobId,
    pub(super) visible_to: VisibleTo,
    /// The version that its reader has seen last.
    pub(super) seen: i64,
    pub(super) is_over: bool,
    pub(super) watch: JobWatch,
}

impl JobStates {
    /// The next state; `None` after the last one, and when the job is not there any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn next(&mut self) -> store::Result<Option<StoredJob>> {
        while !self.is_over {
            let job = self.rows.jobs().find_visible(self.id, self.visible_to.clone()).await?;
            let Some(job) = job else { return Ok(None) };
            self.is_over = job.status.is_final();
            if job.version > self.seen {
                self.seen = job.version;
                return Ok(Some(job));
            }
            self.watch.changed().await;
            sleep(BETWEEN).await;
        }
        Ok(None)
    }
}
