//! Where turns go that have ended, beside the store: to an exporter of traces, if there is one.

use std::sync::Arc;

use super::agent::AgentVersion;
use crate::store::{FinishedTurn, WorkspaceId};
use crate::trace_context::TraceContext;

/// Takes the traces of turns that have ended.
pub trait TraceExport: Send + Sync + 'static {
    /// The place of a turn that begins: in the trace of its caller, or in a new one. `None` if the turn is not exported.
    fn begin(&self, parent: Option<&TraceContext>) -> Option<TraceContext>;

    /// Takes a turn that has ended and is kept. Nothing waits here: what cannot be taken at once is left out.
    fn take(&self, turn: ExportedTurn);
}

/// A turn that has ended.
#[derive(Clone)]
pub struct ExportedTurn {
    /// Its tenant.
    pub workspace: WorkspaceId,
    /// The agent that answered; `None` if that is not known any more.
    pub agent: Option<Arc<AgentVersion>>,
    /// How it ended, and its spans.
    pub turn: Arc<FinishedTurn>,
}
