//! Whether this gateway is the one of all on its store that looks after schedules. It is for as long as its lease says, by the
//! clock that is never set; on SQLite it always is.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::Clock;
use crate::store::{self, Db, Leader};
use crate::work::leases::Lease;

const NAME: &str = "scheduler";
/// For how long a gateway leads without saying that it still does. Another one takes over this and [`LOOK`] after its end at
/// the latest, which is within 15 s.
const LEASE: Duration = Duration::from_secs(10);
/// How often the leader says so, and the others look whether there is one.
pub(super) const LOOK: Duration = Duration::from_secs(3);

/// A gateway's part in who leads.
pub(super) struct Leadership {
    store: Db,
    clock: Arc<dyn Clock>,
    lease: Arc<Lease>,
    /// Until when it leads, and when it last said so.
    held: Mutex<Option<Held>>,
}

#[derive(Clone, Copy)]
struct Held {
    said_at: Instant,
    instance_id: i64,
}

impl Leadership {
    pub(super) const fn new(store: Db, clock: Arc<dyn Clock>, lease: Arc<Lease>) -> Self {
        Self { store, clock, lease, held: Mutex::new(None) }
    }

    /// Whether this gateway leads now.
    pub(super) fn holds(&self) -> bool {
        !self.store.is_shared() || self.held().is_some_and(|held| held.said_at.elapsed() < LEASE)
    }

    /// Becomes or stays the leader unless another gateway is; whether this one is.
    pub(super) async fn seek(&self) -> store::Result<bool> {
        if !self.store.is_shared() {
            return Ok(true);
        }
        let (said_at, instance_id) = (Instant::now(), self.lease.id());
        let is_fresh = |held: &Held| held.said_at.elapsed() < LOOK && held.instance_id == instance_id;
        if self.held().as_ref().is_some_and(is_fresh) {
            return Ok(true);
        }
        let lease_ms = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        let leader = self.store.take_leadership(NAME, instance_id, lease_ms, self.clock.now_ms()).await?;
        let is_led = leader.instance_id == instance_id;
        self.set(is_led.then_some(Held { said_at, instance_id }));
        Ok(is_led)
    }

    /// Which gateway leads, if one does; on SQLite this one.
    pub(super) async fn leader(&self) -> store::Result<Option<Leader>> {
        self.store.leader(NAME, self.clock.now_ms()).await
    }

    /// Leaves it to others.
    pub(super) async fn give_up(&self) {
        let Some(held) = self.held() else { return };
        self.set(None);
        if let Err(fault) = self.store.end_leadership(NAME, held.instance_id).await {
            tracing::warn!(error = %fault, "the lease of the scheduler could not be given up");
        }
    }

    fn held(&self) -> Option<Held> {
        // A panic elsewhere leaves the value whole: each change is one assignment.
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, held: Option<Held>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }
}
