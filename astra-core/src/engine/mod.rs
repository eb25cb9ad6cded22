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
use std::sync::atomic::{AtomicBool, Ordering};

pub use budget::QuotaWindow;
pub use compact::Compacted;
pub use error::{Error, Failure, Result};
pub use follow::{SessionEvent, SessionEvents, TurnEvents};
pub use storage::StorageLimits;
pub use turn::{Ask, Asked, Overrides, TurnCaller, TurnHandle};
pub use turn_limits::TurnLimits;

use crate::clock::Clock;
use crate::config::ChatConfig;
use crate::ids::IdMaker;
use crate::provider::Registry;
use crate::store::Db;
use crate::tasks::{TaskGroup, TaskKind};
use crate::tools::Tools;
use crate::work::Lease;
use catalogue::Catalogue;
use live::LiveTurns;

const TURNS: TaskKind = TaskKind::new("turns");
const COMPACTIONS: TaskKind = TaskKind::new("compactions");

/// What an engine is made of.
pub struct Parts {
    /// Where it keeps turns.
    pub store: Db,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// Its identifiers.
    pub ids: IdMaker,
    /// This gateway among all that share the store.
    pub lease: Arc<Lease>,
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
    lease: Arc<Lease>,
    live_turns: LiveTurns,
    turns: TaskGroup,
    compactions: TaskGroup,
    draining: AtomicBool,
}

impl Engine {
    /// An engine of `parts`; [`Engine::start`] begins its work.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { store, clock, ids, lease, config, limits, storage, providers, agents, tools } = parts;
        let (live_turns, draining) = (LiveTurns::default(), AtomicBool::new(false));
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
            lease,
            live_turns,
            turns: TaskGroup::new(TURNS),
            compactions: TaskGroup::new(COMPACTIONS),
            draining,
        }
    }

    /// Whether other gateways may be at work on the same store.
    const fn has_peers(&self) -> bool {
        self.store.is_shared()
    }

    /// The key of this gateway in the store.
    fn instance(&self) -> i64 {
        self.lease.id()
    }

    fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
