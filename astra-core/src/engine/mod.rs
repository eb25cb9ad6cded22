//! What the gateway does, with no HTTP in sight: agents, sessions, turns and their events.

pub mod agent;
mod budget;
pub mod catalogue;
mod compact;
mod context;
mod drain;
mod error;
mod estimate;
pub mod event;
mod fits;
mod follow;
mod history;
mod inference;
mod live;
pub mod prompt;
mod signals;
mod storage;
mod trace;
mod turn;
mod turn_limits;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use tokio_util::task::TaskTracker;

pub use budget::QuotaWindow;
pub use compact::Compacted;
pub use drain::program;
pub use error::{Error, Failure, Result};
pub use follow::{SessionEvent, SessionEvents, TurnEvents};
pub use storage::StorageLimits;
pub use turn::{Ask, Asked, Overrides, TurnCaller, TurnHandle};
pub use turn_limits::TurnLimits;

use crate::clock::Clock;
use crate::config::ChatConfig;
use crate::ids::{IdMaker, TimeOrderedIds};
use crate::provider::Registry;
use crate::store::{Db, Instance};
use crate::tools::Tools;
use catalogue::Catalogue;
use live::LiveTurns;

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
    /// The tools that agents may call.
    pub tools: Arc<Tools>,
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
    tools: Arc<Tools>,
    /// The key of this gateway among all that share the store, which may be given another place.
    instance: AtomicI64,
    keys: Arc<TimeOrderedIds>,
    live_turns: LiveTurns,
    tasks: TaskTracker,
    draining: AtomicBool,
}

impl Engine {
    /// An engine of `parts`; [`Engine::start`] begins its work.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, clock, ids, instance, config, limits, storage, providers, agents, tools } = parts;
        let (live_turns, tasks, draining) = (LiveTurns::default(), TaskTracker::new(), AtomicBool::new(false));
        let Instance { id, keys } = instance;
        let instance = AtomicI64::new(id);
        Self {
            store,
            clock,
            ids,
            config,
            limits,
            storage,
            providers,
            agents,
            tools,
            instance,
            keys,
            live_turns,
            tasks,
            draining,
        }
    }

    /// Whether other gateways may be at work on the same store.
    const fn has_peers(&self) -> bool {
        self.store.is_shared()
    }

    /// The key of this gateway in the store.
    fn instance(&self) -> i64 {
        self.instance.load(Ordering::Acquire)
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
