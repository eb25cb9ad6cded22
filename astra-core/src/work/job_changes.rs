//! Those who wait for jobs to change: woken by the job's id, by what this gateway itself does, and on PostgreSQL by one look for
//! all of them at what others do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::ids::JobId;
use crate::store::JobStand;

/// What those who wait for a job know of its changes.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    /// Counts them.
    count: u64,
    /// Whether the job has ended, or is not there any more.
    is_over: bool,
}

/// A job that is waited for.
struct Watched {
    change: watch::Sender<Change>,
    /// Its version at the last look at what other gateways do.
    version: Option<i64>,
}

/// The jobs that are waited for.
#[derive(Default)]
pub(super) struct JobChanges {
    watched: Mutex<HashMap<JobId, Watched>>,
    /// Notified when there is one, or when jobs run whose cancellation another gateway may take in.
    some: Notify,
}

/// Waits for one job.
pub(super) struct JobWatch {
    changes: Arc<JobChanges>,
    id: JobId,
    change: watch::Receiver<Change>,
}

impl JobChanges {
    /// Waits for the job `id` from now on.
    pub(super) fn watch(self: &Arc<Self>, id: JobId) -> JobWatch {
        let mut watched = self.watched();
        let entry = watched.entry(id).or_insert_with(|| Watched { change: watch::Sender::default(), version: None });
        let change = entry.change.subscribe();
        drop(watched);
        self.note_interest();
        JobWatch { changes: Arc::clone(self), id, change }
    }

    /// Wakes those who wait for the job `id`, which has changed.
    pub(super) fn changed(&self, id: JobId, is_over: bool) {
        if let Some(watched) = self.watched().get(&id) {
            watched.change.send_modify(|change| {
                change.count += 1;
                change.is_over |= is_over;
            });
        }
    }

    /// The jobs that are waited for.
    pub(super) fn ids(&self) -> Vec<JobId> {
        self.watched().keys().copied().collect()
    }

    /// Says that there is something to look for.
    pub(super) fn note_interest(&self) {
        self.some.notify_one();
    }

    /// Waits until there may be something to look for.
    pub(super) async fn some(&self) {
        self.some.notified().await;
    }

    /// Wakes those who wait for one of `ids` that has changed since the last look, by how the jobs `stand` now; one that is not
    /// among them is not there.
    pub(super) fn compare(&self, ids: &[JobId], stand: &HashMap<JobId, JobStand>) {
        for id in ids {
            let now = stand.get(id);
            let version = now.map(|stand| stand.version);
            let has_changed = match self.watched().get_mut(id) {
                None => false,
                Some(watched) => std::mem::replace(&mut watched.version, version.or(Some(0))) != version.or(Some(0)),
            };
            if has_changed {
                self.changed(*id, now.is_none_or(|stand| stand.is_over));
            }
        }
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<JobId, Watched>> {
        // A panic elsewhere leaves the map whole: each change is one operation.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl JobWatch {
    /// Waits until the job has changed since this was last awaited, or since the watch began.
    pub(super) async fn changed(&mut self) {
        // The sender lives as long as this.
        let _ = self.change.changed().await;
    }

    /// Waits until the job has ended since the watch began, or is not there any more.
    pub(super) async fn over(&mut self) {
        let _ = self.change.wait_for(|change| change.is_over).await;
    }
}

impl Drop for JobWatch {
    fn drop(&mut self) {
        let mut watched = self.changes.watched();
        // This one is still counted.
        if watched.get(&self.id).is_some_and(|watched| watched.change.receiver_count() <= 1) {
            watched.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const ID: JobId = JobId::from_key(7);

    fn stand(version: i64, is_over: bool) -> HashMap<JobId, JobStand> {
        HashMap::from([(ID, JobStand { version, is_over })])
    }

    #[test]
    fn those_who_wait_for_a_job_are_woken_and_forgotten() {
        let changes = Arc::<JobChanges>::default();
        let (mut one, mut two, mut other) = (changes.watch(ID), changes.watch(ID), changes.watch(JobId::from_key(8)));
        changes.changed(ID, false);
        let is_woken = |watch: &mut JobWatch| watch.changed().now_or_never().is_some();
        assert_eq!([is_woken(&mut one), is_woken(&mut two), is_woken(&mut other)], [true, true, false]);
        assert!(!is_woken(&mut one) && one.over().now_or_never().is_none());
        changes.changed(ID, true);
        assert!(one.over().now_or_never().is_some() && two.over().now_or_never().is_some());
        drop((one, other));
        assert_eq!(changes.ids(), [ID]);
        drop(two);
        assert_eq!(changes.ids(), []);
    }

    #[test]
    fn a_look_wakes_by_versions() {
        let changes = Arc::<JobChanges>::default();
        let mut watch = changes.watch(ID);
        let mut look = |stand: &HashMap<JobId, JobStand>| {
            changes.compare(&[ID], stand);
            watch.changed().now_or_never().is_some()
        };
        assert!(look(&stand(3, false)), "it may have changed since its reader has seen it");
        assert!(!look(&stand(3, false)));
        assert!(look(&stand(4, false)));
        assert!(look(&HashMap::new()), "it is gone");
        assert!(!look(&HashMap::new()));
        assert!(watch.over().now_or_never().is_some());
    }
}
