//! What all rooms of a gateway stand on. A room is opened with it, and keeps of it what it needs; it does not keep the
//! supervisor, whose tasks end when the last clone is dropped.

use std::sync::Arc;

use super::leases::Lease;
use super::supervisor::Supervisor;
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::IdMaker;
use crate::metrics::Metrics;
use crate::store::Db;

/// The base of one gateway.
pub struct Base {
    /// How it is configured.
    pub config: Arc<Config>,
    /// What it keeps.
    pub store: Db,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// Its identifiers.
    pub ids: IdMaker,
    /// What owns all that runs beside requests.
    pub supervisor: Supervisor,
    /// What it counts.
    pub metrics: Arc<Metrics>,
    /// This gateway among all that share the store.
    pub lease: Arc<Lease>,
}

impl Base {
    /// Now, in milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}
