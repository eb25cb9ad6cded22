//! All MCP servers of a gateway: those of the configuration, which every workspace has, and those of each workspace.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::environment::Environment;
use super::server::McpServer;
use super::spec::{McpServerSpec, server_name_fault, split_tool_name};
use super::state::{McpServerOrigin, McpServerState};
use super::supervision::keep;
use crate::store::WorkspaceId;
use crate::tasks::{TaskGroup, TaskKind};
use crate::tools::registered::RegisteredTool;
use crate::tools::source::ToolSource;

/// Most servers of the configuration, and most of one workspace.
pub const MCP_SERVERS_MAX: usize = 32;

/// One for each server. It ends at its next wait, which ends the connection and the server's process.
const SERVERS: TaskKind = TaskKind::new("mcp.servers").aborted();

/// All MCP servers of a gateway. Each has a task of its own that connects, and connects again.
pub struct McpServers {
    environment: Arc<Environment>,
    servers: RwLock<Servers>,
    count: AtomicUsize,
    tasks: TaskGroup,
}

type ByName = BTreeMap<String, Arc<McpServer>>;

#[derive(Default)]
struct Servers {
    configured: ByName,
    of_workspaces: HashMap<Box<str>, ByName>,
}

/// Why a server is not connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum McpRefusal {
    /// Its name is none.
    Name(&'static str),
    /// The configuration has a server of this name.
    NameTaken,
    /// There are [`MCP_SERVERS_MAX`].
    TooMany,
}

impl McpServers {
    /// No server. Whoever opens the gateway lets its supervisor include [`McpServers::tasks`].
    #[must_use]
    pub fn new(environment: Environment) -> Self {
        Self {
            environment: Arc::new(environment),
            servers: RwLock::default(),
            count: AtomicUsize::new(0),
            tasks: TaskGroup::new(SERVERS),
        }
    }

    /// The tasks of all servers.
    #[must_use]
    pub const fn tasks(&self) -> &TaskGroup {
        &self.tasks
    }

    /// Whether there is any server.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    /// Begins to connect to a server of `scope`, a workspace, or the configuration (`None`); one of the same name there is
    /// disconnected first. It returns at once: [`McpServers::state`] says what comes of it. It must be called within the
    /// runtime.
    ///
    /// # Errors
    /// Why it is not connected.
    pub fn connect(&self, scope: Option<&WorkspaceId>, spec: McpServerSpec) -> Result<(), McpRefusal> {
        if let Some(fault) = server_name_fault(&spec.name) {
            return Err(McpRefusal::Name(fault));
        }
        let origin = if scope.is_some() { McpServerOrigin::Workspace } else { McpServerOrigin::Configuration };
        let name = spec.name.clone();
        let mut servers = self.write();
        if scope.is_some() && servers.configured.contains_key(&name) {
            return Err(McpRefusal::NameTaken);
        }
        let of_scope = servers.of_scope_mut(scope);
        if of_scope.len() >= MCP_SERVERS_MAX && !of_scope.contains_key(&name) {
            return Err(McpRefusal::TooMany);
        }
        let server = Arc::new(McpServer::new(spec, origin, &self.environment));
        let (task, cancelled) = (Arc::clone(&server), server.cancelled());
        drop(self.tasks.spawn(async move { cancelled.run_until_cancelled(keep(&task)).await }));
        match of_scope.insert(name, server) {
            Some(earlier) => earlier.end(),
            None => drop(self.count.fetch_add(1, Ordering::Relaxed)),
        }
        Ok(())
    }

    /// Ends the connection to a server, with its process if it has one; whether there was such a server. Its tools are gone at
    /// once, and calls that run come to nothing.
    pub fn disconnect(&self, scope: Option<&WorkspaceId>, name: &str) -> bool {
        let mut servers = self.write();
        let removed = servers.of_scope_mut(scope).remove(name);
        servers.of_workspaces.retain(|_, servers| !servers.is_empty());
        let Some(server) = removed else { return false };
        self.count.fetch_sub(1, Ordering::Relaxed);
        server.end();
        true
    }

    /// How the server `name` is doing that `workspace` has, of its own or by the configuration.
    #[must_use]
    pub fn state(&self, workspace: &WorkspaceId, name: &str) -> Option<McpServerState> {
        self.read().find(workspace, name).map(|server| server.state())
    }

    /// How all servers are doing that `workspace` has, those of the configuration first, by name.
    #[must_use]
    pub fn states(&self, workspace: &WorkspaceId) -> Vec<McpServerState> {
        self.read().of(workspace).map(|server| server.state()).collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Servers> {
        // A panic elsewhere leaves the maps whole: each change is one call.
        self.servers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Servers> {
        self.servers.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Servers {
    fn of_scope_mut(&mut self, scope: Option<&WorkspaceId>) -> &mut ByName {
        match scope {
            None => &mut self.configured,
            Some(workspace) => self.of_workspaces.entry(workspace.as_str().into()).or_default(),
        }
    }

    /// The servers of a workspace. One of its own that has the name of a configured one is hidden by it.
    fn of(&self, workspace: &WorkspaceId) -> impl Iterator<Item = &Arc<McpServer>> {
        let own = self.of_workspaces.get(workspace.as_str()).into_iter().flatten();
        let own = own.filter(|(name, _)| !self.configured.contains_key(*name));
        self.configured.values().chain(own.map(|(_, server)| server))
    }

    fn find(&self, workspace: &WorkspaceId, name: &str) -> Option<&Arc<McpServer>> {
        self.configured.get(name).or_else(|| self.of_workspaces.get(workspace.as_str())?.get(name))
    }
}

impl ToolSource for McpServers {
    fn tools(&self, workspace: &WorkspaceId) -> Vec<Arc<RegisteredTool>> {
        if self.is_empty() {
            return Vec::new();
        }
        self.read().of(workspace).flat_map(|server| server.tools().iter().cloned().collect::<Vec<_>>()).collect()
    }

    fn claims(&self, name: &str) -> bool {
        split_tool_name(name).is_some()
    }
}

impl Drop for McpServers {
    fn drop(&mut self) {
        let servers = self.servers.get_mut().unwrap_or_else(PoisonError::into_inner);
        let of_workspaces = servers.of_workspaces.values().flat_map(BTreeMap::values);
        servers.configured.values().chain(of_workspaces).for_each(|server| server.end());
    }
}

impl fmt::Display for McpRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(fault) => write!(formatter, "the name {fault}"),
            Self::NameTaken => formatter.write_str("the gateway's configuration has a server of this name"),
            Self::TooMany => write!(formatter, "there are {MCP_SERVERS_MAX} MCP servers already"),
        }
    }
}

impl std::error::Error for McpRefusal {}
