//! This gateway among all that share its store: its number there, and the lease by which the others know that it lives.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::periodic::Period;
use super::supervisor::Supervisor;
use crate::clock::Clock;
use crate::ids::TimeOrderedIds;
use crate::store::{self, Db, Instance, Program};
use crate::tasks::TaskKind;

const KIND: TaskKind = TaskKind::new("gateway.lease");
const LEASE_MS: i64 = 15_000;
const RENEW: Period = Period::every(Duration::from_secs(5));

/// What a gateway on `store` is to others: on SQLite it is alone, and needs no lease.
#[must_use]
pub fn program(store: &Db) -> Program {
    Program::Gateway(store.is_shared().then_some(LEASE_MS))
}

/// The lease of one gateway.
pub struct Lease {
    store: Db,
    clock: Arc<dyn Clock>,
    /// The key of this gateway in the store, which is another one after its place was given up.
    id: AtomicI64,
    keys: Arc<TimeOrderedIds>,
}

impl Lease {
    /// The lease of `instance`.
    #[must_use]
    pub fn new(store: Db, clock: Arc<dyn Clock>, instance: Instance) -> Self {
        Self { store, clock, id: AtomicI64::new(instance.id), keys: instance.keys }
    }

    /// The key of this gateway in the store.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id.load(Ordering::Acquire)
    }

    /// Renews the lease for as long as the gateway runs. One that is alone on its store has none.
    pub fn keep(self: &Arc<Self>, supervisor: &Supervisor) {
        if !self.store.is_shared() {
            return;
        }
        let lease = Arc::clone(self);
        supervisor.periodic(KIND, RENEW, move || {
            let lease = Arc::clone(&lease);
            async move { lease.renew().await }
        });
    }

    /// A gateway that was away for so long that its place was given up joins again.
    async fn renew(&self) -> store::Result<()> {
        if self.store.renew_lease(self.id(), self.clock.now_ms(), LEASE_MS).await? {
            return Ok(());
        }
        tracing::warn!("the gateway was away for so long that others took it for dead; it joins them again");
        let joined = self.store.join(&self.clock, program(&self.store)).await?;
        self.keys.take_over(&joined.keys);
        self.id.store(joined.id, Ordering::Release);
        Ok(())
    }

    /// Says that the gateway is no more.
    pub async fn give_up(&self) {
        if let Err(fault) = self.store.end_lease(self.id()).await {
            tracing::warn!(error = %fault, "the lease could not be given up");
        }
    }
}
