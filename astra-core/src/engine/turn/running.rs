//! A turn in progress, and all that it is made of.

use std::sync::Arc;
use std::time::Instant;

use super::ask::Ask;
use super::handle::TurnHandle;
use crate::engine::Engine;
use crate::engine::agent::AgentVersion;
use crate::engine::live::LiveGuard;
use crate::engine::recall::Recalled;
use crate::ids::TurnId;
use crate::memory::profile::MemoryProfileSettings;
use crate::store::{Recent, Rows, Session, Turn};

/// A turn in progress.
pub(super) struct Running {
    pub(super) engine: Arc<Engine>,
    pub(super) rows: Rows,
    pub(super) turn: Turn,
    pub(super) guard: LiveGuard,
    pub(super) agent: Arc<AgentVersion>,
    pub(super) session: Session,
    /// What was read of the history when the turn began.
    pub(super) recent: Option<Recent>,
    pub(super) ask: Ask,
    /// What the asker's credential belongs to.
    pub(super) credential: String,
    pub(super) started: Instant,
    /// The id of the request that asked.
    pub(super) request_id: Option<Arc<str>>,
    /// What the agent remembers and recalls, once it was looked up.
    pub(super) profile: Option<Arc<MemoryProfileSettings>>,
    /// Whether what the model reads has results of tools.
    pub(super) has_read_tools: bool,
    /// What memory has for the question, once it was searched.
    pub(super) recalled: Option<Arc<Recalled>>,
}

impl Running {
    #[expect(clippy::too_many_arguments, reason = "all that a turn is made of, once")]
    pub(super) fn new(
        engine: Arc<Engine>,
        rows: Rows,
        agent: Arc<AgentVersion>,
        session: Session,
        recent: Option<Recent>,
        turn: Turn,
        guard: LiveGuard,
        ask: Ask,
        credential: String,
        started: Instant,
        request_id: Option<Arc<str>>,
    ) -> Self {
        Self {
            engine,
            rows,
            turn,
            guard,
            agent,
            session,
            recent,
            ask,
            credential,
            started,
            request_id,
            profile: None,
            has_read_tools: false,
            recalled: None,
        }
    }

    /// The agent to which it is charged what the turn uses.
    pub(super) fn charged_agent(&self) -> &str {
        self.ask.spawned.as_ref().map_or(&self.turn.agent_id, |spawned| &spawned.charged_agent)
    }

    /// The turn that has begun it, if one has.
    pub(super) fn parent(&self) -> Option<TurnId> {
        self.ask.spawned.as_ref().map(|spawned| spawned.parent)
    }

    /// A handle for its caller.
    pub(super) fn handle(&self) -> TurnHandle {
        let (engine, live) = (Arc::clone(&self.engine), Arc::clone(&self.guard.live));
        TurnHandle::new(engine, self.rows.clone(), self.turn.id, Some(live), self.ask.ends_with_caller)
    }
}
