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
mod follow;
mod inference;
mod live;
pub mod prompt;
mod run;
mod signals;
mod tokens;
mod trace;
mod turn_limits;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::task::TaskTracker;

pub use begin::{Ask, Asked, Asker, Overrides, TurnHandle};
pub use budget::QuotaWindow;
pub use compact::Compacted;
pub use error::{Error, Failure, Result};
pub use follow::{SessionEvent, SessionEvents, TurnEvents};
pub use turn_limits::TurnLimits;

use crate::clock::Clock;
use crate::config::ChatConfig;
use crate::ids::{IdMaker, Kind};
use crate::provider::Registry;
use crate::store::Db;
use catalogue::Catalogue;
use live::Hub;

/// Runs turns.
pub struct Engine {
    store: Db,
    clock: Arc<dyn Clock>,
    ids: IdMaker,
    config: ChatConfig,
    limits: TurnLimits,
    providers: Arc<Registry>,
    agents: Arc<Catalogue>,
    /// This gateway's name among all that share the store.
    instance: String,
    hub: Hub,
    tasks: TaskTracker,
    draining: AtomicBool,
}

impl Engine {
    /// An engine over `store`; [`Engine::start`] begins its work.
    #[must_use]
    pub fn new(
        store: Db,
        clock: Arc<dyn Clock>,
        ids: IdMaker,
        config: ChatConfig,
        limits: TurnLimits,
        providers: Arc<Registry>,
        agents: Arc<Catalogue>,
    ) -> Self {
        let instance = ids.make(Kind::Instance);
        let (hub, tasks, draining) = (Hub::default(), TaskTracker::new(), AtomicBool::new(false));
        Self { store, clock, ids, config, limits, providers, agents, instance, hub, tasks, draining }
    }

    /// Whether other gateways may be at work on the same store.
    const fn has_peers(&self) -> bool {
        !matches!(self.store, Db::Sqlite(_))
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
