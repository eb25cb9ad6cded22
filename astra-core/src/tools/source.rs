//! Tools that come and go while the gateway runs.

use std::sync::Arc;

use super::registered::RegisteredTool;
use crate::store::WorkspaceId;

/// A source of tools, which change while the gateway runs and may differ by workspace. A host program adds its own by
/// [`crate::Builder::tool_source`].
///
/// A turn takes the tools as they are when it begins. A tool whose name is no name of a tool, or is one of the gateway's own
/// or of the host's, is left out.
pub trait ToolSource: Send + Sync + 'static {
    /// The tools of `workspace` at this moment. It is asked at each turn of an agent with tools: it must not wait for others.
    fn tools(&self, workspace: &WorkspaceId) -> Vec<Arc<RegisteredTool>>;

    /// Whether a tool of this name may come from here, at this moment or later: definitions of agents may name it then.
    fn claims(&self, name: &str) -> bool;
}
