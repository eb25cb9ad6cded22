//! One MCP server: what is known of it, and the tools that it has at the moment. What connects to it is next door.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::environment::Environment;
use super::session::Session;
use super::spec::{McpServerSpec, McpTransport};
use super::state::{McpServerOrigin, McpServerState, McpServerStatus, McpTransportKind};
use crate::tools::registered::RegisteredTool;

/// One MCP server.
pub(super) struct McpServer {
    pub(super) spec: McpServerSpec,
    pub(super) environment: Arc<Environment>,
    known: Mutex<Known>,
    cancelled: CancellationToken,
    /// A call has found the connection broken, or the server says that its tools have changed.
    pub(super) attention: Notify,
}

/// What is known of a server.
struct Known {
    state: McpServerState,
    tools: Arc<[Arc<RegisteredTool>]>,
    session: Option<Arc<Session>>,
}

/// What a server offers.
pub(super) struct Offer {
    pub(super) tools: Vec<Arc<RegisteredTool>>,
    pub(super) states: Vec<super::state::McpToolState>,
    pub(super) warning: Option<String>,
}

impl McpServer {
    /// A server that is not connected yet.
    pub(super) fn new(spec: McpServerSpec, origin: McpServerOrigin, environment: &Arc<Environment>) -> Self {
        let transport = match spec.transport {
            McpTransport::Http(_) => McpTransportKind::Http,
            McpTransport::Stdio(_) => McpTransportKind::Stdio,
        };
        let state = McpServerState::connecting(spec.name.clone(), origin, transport, environment.now_ms());
        Self {
            spec,
            environment: Arc::clone(environment),
            known: Mutex::new(Known { state, tools: Arc::default(), session: None }),
            cancelled: CancellationToken::new(),
            attention: Notify::new(),
        }
    }

    /// When this is cancelled its task ends.
    pub(super) fn cancelled(&self) -> CancellationToken {
        self.cancelled.clone()
    }

    /// Ends its task, with the connection.
    pub(super) fn end(&self) {
        self.cancelled.cancel();
        let mut known = self.known();
        (known.session, known.tools) = (None, Arc::default());
    }

    pub(super) fn state(&self) -> McpServerState {
        self.known().state.clone()
    }

    pub(super) fn tools(&self) -> Arc<[Arc<RegisteredTool>]> {
        Arc::clone(&self.known().tools)
    }

    /// The connection, if there is one.
    pub(super) fn session(&self) -> Option<Arc<Session>> {
        self.known().session.clone()
    }

    /// A try begins.
    pub(super) fn note_try(&self) {
        let now_ms = self.environment.now_ms();
        let mut known = self.known();
        known.session = None;
        let state = &mut known.state;
        (state.status, state.since_ms, state.next_try_ms) = (McpServerStatus::Connecting, now_ms, None);
    }

    /// There is a connection, over which the server offers this.
    pub(super) fn note_connected(&self, session: &Arc<Session>, offer: Offer) {
        let now_ms = self.environment.now_ms();
        let mut known = self.known();
        if self.cancelled.is_cancelled() {
            return;
        }
        known.session = Some(Arc::clone(session));
        known.tools = offer.tools.into();
        let state = &mut known.state;
        if state.status != McpServerStatus::Connected {
            (state.status, state.since_ms) = (McpServerStatus::Connected, now_ms);
        }
        (state.error, state.next_try_ms) = (None, None);
        (state.tools, state.warning) = (offer.states, offer.warning);
        state.protocol_version = Some(session.protocol_version.clone());
        state.server_name = Some(session.server_name.clone());
        state.server_version = Some(session.server_version.clone());
    }

    /// There is no connection any more, or none came about; the next try begins after `wait_ms`.
    pub(super) fn note_failure(&self, error: String, wait_ms: i64) {
        let now_ms = self.environment.now_ms();
        let mut known = self.known();
        known.session = None;
        let state = &mut known.state;
        (state.status, state.since_ms, state.next_try_ms) =
            (McpServerStatus::Failed, now_ms, Some(now_ms.saturating_add(wait_ms)));
        state.error = Some(error);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // A panic elsewhere leaves the values whole: each change is an assignment.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
