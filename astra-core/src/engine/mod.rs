//! What the gateway does, with no HTTP in sight: agents, sessions, turns and their events.

pub mod agent;
mod begin;
mod budget;
pub mod catalogue;
mod compact;
mod context;
mod drain;
mod error;
pub mod event;
mod finish;
mod fits;
mod follow;
mod inference;
mod live;
pub mod prompt;
mod run;
mod signals;
mod storage;
mod tokens;
mod trace;
mod turn_limits;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tokio_util::task::TaskTracker;

pub use begin::{Ask, Asked, Asker, Overrides, TurnHandle};
pub use budget::QuotaWindow;
pub use compact::Compacted;
pub use drain::program;
pub use error::{Error, Failure, Result};
pub use follow::{SessionEvent, SessionEvents, TurnEvents};
pub use storage::StorageLimits;
pub use turn_limits::TurnLimits;

use crate::clock::Clock;
use crate::config::ChatConfig;
use crate::ids::{IdMaker, TimeOrderedIds};
use crate::provider::Registry;
use crate::store::{Db, Instance};
use catalogue::Catalogue;
use live::Hub;

/// What an engine is made of.
pub struct Parts {
    /// Where it keeps turns.
    pub store: Db,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// Its identifiers.
    pub ids: IdMaker,
    /// This gateway among all that share the store.
    pub instance: Instance,
    /// How turns are run.
    pub config: ChatConfig,
    /// How many turns may run.
    pub limits: TurnLimits,
    /// How much they may keep.
    pub storage: StorageLimits,
    /// The models that it can ask.
    pub providers: Arc<Registry>,
    /// The agents of all workspaces.
    pub agents: Arc<Catalogue>,
}

/// Runs turns.
pub struct Engine {
    store: Db,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    config: ChatConfig,
    limits: TurnLimits,
    storage: StorageLimits,
    providers: Arc<Registry>,
    agents: Arc<Catalogue>,
    /// The key of this gateway among all that share the store, which may be given another place.
    instance: AtomicI64,
    keys: Arc<TimeOrderedIds>,
    hub: Hub,
    tasks: TaskTracker,
    draining: AtomicBool,
}

impl Engine {
    /// An engine of `parts`; [`Engine::start`] begins its work.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, clock, ids, instance: Instance { id, keys }, config, limits, storage, providers, agents } =
            parts;
        let (hub, tasks, draining) = (Hub::default(), TaskTracker::new(), AtomicBool::new(false));
        let instance = AtomicI64::new(id);
        Self { store, clock, ids, config, limits, storage, providers, agents, instance, keys, hub, tasks, draining }
    }

    /// Whether other gateways may be at work on the same store.
    const fn has_peers(&self) -> bool {
        !matches!(self.store, Db::Sqlite(_))
    }

    /// The key of this gateway in the store.
    fn instance(&self) -> i64 {
        self.instance.load(Ordering::Acquire)
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
