//! One attempt of a job: run within its time, until it ends or is asked to stop; and what its end means for the job.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::timeout;

use super::job_context::JobContext;
use super::job_error::JobError;
use super::job_types::{JobTypes, Registered};
use super::stop::{Stop, StopSignal};
use super::supervisor::panic_text;
use super::worker_slot::WorkerSlot;
use crate::clock::Clock;
use crate::ids::{IdMaker, JobId};
use crate::store::{ClaimedJob, Db, JobEnding, JobLine, RETRY_WAIT_MS_MAX};

/// What is given to jobs that were asked to stop.
pub(super) const LAST_MOMENTS: Duration = Duration::from_secs(2);
/// The wait before the second attempt, which doubles with each further one, up to [`RETRY_WAIT_MS_MAX`].
const FIRST_WAIT_MS: i64 = 1_000;
/// Largest text that is kept of a failure, in bytes.
const ERROR_BYTES_MAX: usize = 4_096;

/// What an attempt needs beside its job.
pub(super) struct Attempt<'a> {
    pub(super) store: &'a Db,
    pub(super) clock: &'a Arc<dyn Clock>,
    pub(super) ids: &'a IdMaker,
    pub(super) types: &'a JobTypes,
    pub(super) stop: Arc<StopSignal>,
    pub(super) slot: Arc<WorkerSlot>,
}

impl Attempt<'_> {
    /// Runs the job; answers how the hold on it ends, and the lines of its log that are not written down, or `None` if another
    /// worker has it.
    pub(super) async fn run(self, job: ClaimedJob) -> Option<(JobEnding, Vec<JobLine>)> {
        let (id, attempt, may_again) = (job.lease.id, job.attempt, job.attempt < job.attempts_max);
        let Some(registered) = self.types.find(&job.kind).cloned() else {
            return Some((JobEnding::Failed(format!("this gateway has no type of job `{}`", job.kind)), Vec::new()));
        };
        let stop = Arc::clone(&self.stop);
        let is_idempotent = registered.kind.is_idempotent;
        let limit = job.timeout_s.map_or(registered.kind.timeout, |timeout_s| Duration::from_secs(timeout_s.into()));
        let (clock, ids) = (Arc::clone(self.clock), self.ids.clone());
        let context = JobContext::new(job, self.store, clock, ids, is_idempotent, self.stop, self.slot);
        let ended = match context.unknown() {
            Some(unknown) => Some(Err(JobError::Unknown(unknown))),
            None => until_stopped(&registered, &context, limit, &stop).await,
        };
        let now_ms = self.clock.now_ms();
        let ending = match (ended, stop.why()) {
            (Some(Ok(result)), _) => JobEnding::Succeeded(result),
            (Some(Err(JobError::LeaseLost)), _) | (_, Stop::LeaseLost) | (None, Stop::No) => return None,
            (Some(Err(JobError::Unknown(error))), _) => JobEnding::Unknown(shortened(error)),
            (_, Stop::Cancelled) => JobEnding::Cancelled,
            (Some(Err(JobError::Fail(error))), _) => JobEnding::Failed(shortened(error)),
            (_, Stop::Closing) => JobEnding::Released,
            (Some(Err(JobError::Retry { message, after })), _) if may_again => {
                let after_ms = after.map_or(0, |after| i64::try_from(after.as_millis()).unwrap_or(RETRY_WAIT_MS_MAX));
                let wait_ms = wait_ms(id, attempt).max(after_ms.min(RETRY_WAIT_MS_MAX));
                JobEnding::Retry { at_ms: now_ms.saturating_add(wait_ms), error: shortened(message) }
            }
            (Some(Err(JobError::Retry { message, .. })), _) => JobEnding::Failed(shortened(message)),
        };
        let ending = match (ending, context.unknown()) {
            (ending @ (JobEnding::Succeeded(_) | JobEnding::Unknown(_)), _) | (ending, None) => ending,
            (JobEnding::Failed(why) | JobEnding::Retry { error: why, .. }, Some(unknown)) => {
                JobEnding::Unknown(shortened(format!("{unknown}: {why}")))
            }
            (_, Some(unknown)) => JobEnding::Unknown(unknown),
        };
        if let JobEnding::Failed(error) | JobEnding::Retry { error, .. } | JobEnding::Unknown(error) = &ending {
            tracing::warn!(job.id = %id, job.attempt = attempt, error, "an attempt of a job failed");
        }
        Some((ending, context.unwritten()))
    }
}

/// Runs the job until it ends, or is asked to stop: then it is dropped, after a moment if it has said that it ends by itself.
/// What it has said is written down meanwhile, and stays with it.
async fn until_stopped(
    registered: &Registered,
    context: &JobContext,
    limit: Duration,
    stop: &StopSignal,
) -> Option<Result<String, JobError>> {
    let work = async {
        let mut attempt = Box::pin(within_time(registered, context, limit));
        let ended = tokio::select! {
            biased;
            ended = &mut attempt => Some(ended),
            () = stop.asked() => {
                if stop.is_watched() { timeout(LAST_MOMENTS, attempt).await.ok() } else { None }
            }
        };
        context.end();
        ended
    };
    tokio::join!(work, context.keep_said()).0
}

async fn within_time(registered: &Registered, context: &JobContext, limit: Duration) -> Result<String, JobError> {
    let work = AssertUnwindSafe(registered.run(context.clone())).catch_unwind();
    match timeout(limit, work).await {
        Ok(Ok(ended)) => ended,
        Ok(Err(panic)) => Err(JobError::retry(panic_text(panic.as_ref()))),
        Err(_) => Err(JobError::retry(format!("it took longer than {} s", limit.as_secs()))),
    }
}

/// The wait after an attempt: 1 s, 2 s, 4 s, up to an hour, of which up to a quarter is spread by the job's id.
fn wait_ms(id: JobId, attempt: i64) -> i64 {
    let doubled = u32::try_from(attempt - 1).unwrap_or(0).min(22);
    let wait_ms = (FIRST_WAIT_MS << doubled).min(RETRY_WAIT_MS_MAX);
    let spread = (id.key().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(attempt) >> 33).rem_euclid(256);
    wait_ms - wait_ms / 4 * spread / 256
}

/// The beginning of a failure's text, without what no store keeps.
fn shortened(mut error: String) -> String {
    error.truncate(error.floor_char_boundary(ERROR_BYTES_MAX));
    error.replace('\0', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_an_hour_and_are_spread() {
        let waits = |attempt| (0..1_000).map(move |key| wait_ms(JobId::from_key(key), attempt));
        for (attempt, least, most) in
            [(1, 750, 1_000), (2, 1_500, 2_000), (3, 3_000, 4_000), (60, 2_700_000, 3_600_000)]
        {
            assert!(waits(attempt).all(|wait| (least..=most).contains(&wait)), "{attempt}");
            assert!(waits(attempt).max() > waits(attempt).min(), "{attempt}");
        }
    }

    #[test]
    fn a_failure_is_kept_as_far_as_it_can_be() {
        assert_eq!(shortened("a\0b".into()), "a b");
        assert_eq!(shortened("é".repeat(4_096)).len(), ERROR_BYTES_MAX);
    }
}
