//! What the gateway does, with no HTTP in sight: agents, sessions, turns and their events.

pub mod agent;
mod allowed;
mod budget;
pub mod catalogue;
mod compact;
mod context;
pub mod deleted_workspaces;
mod drain;
mod error;
mod estimate;
pub mod event;
mod export;
mod fits;
mod follow;
mod history;
mod inference;
pub mod jobs;
mod known_use;
mod live;
mod look_up;
mod peers;
mod plain;
mod prefetch;
mod preview;
pub mod prompt;
mod quota_refusals;
mod recall;
mod remember;
mod signals;
mod storage;
mod token_budget;
mod trace;
pub mod trace_retention;
mod turn;
mod turn_limits;
mod workspace_quotas;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use budget::QuotaWindow;
pub use compact::Compacted;
pub use error::{Error, Failure, Result};
pub use export::{ExportedTurn, TraceExport};
pub use follow::{SessionEvent, SessionEvents, TurnEvents};
pub use preview::ContextPreview;
pub use storage::StorageLimits;
pub use turn::{
    Ask, Asked, CallerToolChoice, CallerTools, OnCall, Overrides, Spawned, Submitted, TurnCaller, TurnHandle,
};
pub use turn_limits::TurnLimits;
pub use workspace_quotas::WorkspaceQuotaWindow;

use crate::clock::Clock;
use crate::config::ChatConfig;
use crate::ids::IdMaker;
use crate::memory::Memory;
use crate::metrics::Metrics;
use crate::provider::Registry;
use crate::skills::Skills;
use crate::store::{self, Db};
use crate::tasks::{TaskGroup, TaskKind};
use crate::tools::Tools;
use crate::work::{Base, Lease};
use crate::workspace_policy::WorkspacePolicies;
use catalogue::{Catalogue, Known};
use known_use::KnownUse;
use live::LiveTurns;
use quota_refusals::KnownRefusals;

const TURNS: TaskKind = TaskKind::new("turns");
const COMPACTIONS: TaskKind = TaskKind::new("compactions");

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
    policies: Arc<WorkspacePolicies>,
    tools: Arc<Tools>,
    skills: Arc<Skills>,
    lease: Arc<Lease>,
    metrics: Arc<Metrics>,
    memory: Arc<Memory>,
    export: Option<Arc<dyn TraceExport>>,
    live_turns: LiveTurns,
    refusals: KnownRefusals,
    known_use: KnownUse,
    turns: TaskGroup,
    compactions: TaskGroup,
    draining: AtomicBool,
    /// Whether a turn may be waiting.
    may_wait: AtomicBool,
}

impl Engine {
    /// An engine that asks the models for the agents of `agents`, as `policies` allow it, which may call the tools, both of what is
    /// `known`, remembers in `memory`, and gives turns that have ended to `export`.
    /// It ends what dead gateways left unfinished, and gives the base's supervisor what it does beside turns.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(
        base: &Base,
        known: &Known,
        agents: &Arc<Catalogue>,
        policies: &Arc<WorkspacePolicies>,
        memory: &Arc<Memory>,
        export: Option<Arc<dyn TraceExport>>,
    ) -> store::Result<Arc<Self>> {
        let limits = &base.config.limits;
        let engine = Arc::new(Self {
            store: base.store.clone(),
            clock: Arc::clone(&base.clock),
            ids: base.ids.clone(),
            config: base.config.chat.clone(),
            limits: TurnLimits::new(limits),
            storage: StorageLimits::new(limits),
            providers: Arc::clone(&known.providers),
            agents: Arc::clone(agents),
            policies: Arc::clone(policies),
            tools: Arc::clone(&known.tools),
            skills: Arc::clone(&known.skills),
            lease: Arc::clone(&base.lease),
            metrics: Arc::clone(&base.metrics),
            memory: Arc::clone(memory),
            export,
            live_turns: LiveTurns::default(),
            refusals: KnownRefusals::default(),
            known_use: KnownUse::default(),
            turns: base.supervisor.group(TURNS),
            compactions: base.supervisor.group(COMPACTIONS),
            draining: AtomicBool::new(false),
            may_wait: AtomicBool::new(true),
        });
        engine.start(&base.supervisor).await?;
        Ok(engine)
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
