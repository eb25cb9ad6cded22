//! The MCP servers of a gateway, as callers see and change them.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::check::{ServerFault, check, check_callers_env, spec};
use super::kept::{Identity, ShownSettings, keep, open};
use crate::auth::MasterKey;
use crate::config::{Config, McpServerConfig, Secret};
use crate::ids::IdMaker;
use crate::outbound::GuardedClient;
use crate::store::{self, Db, NewMcpServer, OnceKey, Refusal, Rows, StoredMcpServer, WorkspaceId};
use crate::tools::mcp::{
    MCP_SERVERS_MAX, McpServerOrigin, McpServerState, McpServerStatus, McpServers, McpTransportKind, server_name_fault,
};
use crate::work::Base;

/// The MCP servers of a gateway: those of the configuration, and those that callers have connected, through this gateway or
/// another one on the same store.
pub struct McpDirectory {
    pub(super) store: Db,
    config: Arc<Config>,
    ids: IdMaker,
    master_key: MasterKey,
    /// Says which URLs may be called.
    guard: GuardedClient,
    servers: Arc<McpServers>,
    /// Which of the store's servers are connected here.
    known: Mutex<HashMap<Place, Known>>,
    /// The epoch of the store's servers that was followed last.
    pub(super) followed: AtomicI64,
    /// Is held while a server is looked up, and connected or disconnected: the last one to do so has seen the last state.
    change: tokio::sync::Mutex<()>,
}

/// A workspace and the name of a server.
pub(super) type Place = (WorkspaceId, String);

/// A server of the store, as it is connected here.
struct Known {
    version: i64,
    /// Why it is not.
    fault: Option<String>,
}

/// An MCP server, with how it is doing on this gateway.
#[derive(Debug, Clone)]
pub struct McpServerEntry {
    /// Scheme, host and port of its URL, or its command; absent for the operator's.
    pub address: Option<String>,
    /// What else callers may know of how it is reached.
    pub settings: ShownSettings,
    /// Who has connected it, and when, in milliseconds since the epoch; absent for the operator's.
    pub created: Option<(String, i64)>,
    /// How it is doing.
    pub state: McpServerState,
}

/// Why a server is not connected.
#[derive(Debug)]
pub enum ConnectError {
    /// Its name is none.
    Name(&'static str),
    /// What is said of it cannot work.
    Faults(Vec<ServerFault>),
    /// The configuration does not allow callers to run this command.
    Command(String),
    /// There is a server of this name.
    NameTaken,
    /// The workspace has as many as it may have.
    TooMany,
    /// The server of this name is one of the configuration, or of the host program.
    Configured,
    /// The gateway cannot seal it.
    Sealing(String),
    /// The store failed, or refused the idempotency key.
    Store(store::Error),
}

impl McpDirectory {
    pub(super) fn new(base: &Base, master_key: MasterKey, servers: Arc<McpServers>) -> Self {
        Self {
            store: base.store.clone(),
            config: Arc::clone(&base.config),
            ids: base.ids.clone(),
            master_key,
            guard: GuardedClient::new(&base.config.outbound),
            servers,
            known: Mutex::default(),
            followed: AtomicI64::new(0),
            change: tokio::sync::Mutex::default(),
        }
    }

    /// Begins to connect to the servers of the configuration.
    pub(super) fn connect_configured(&self) {
        for (name, server) in &self.config.mcp.servers {
            if let Err(refusal) = self.servers.connect(None, spec(name, server, true)) {
                tracing::error!(mcp.server = name, error = %refusal, "a server of the configuration is not connected");
            }
        }
    }

    /// Keeps a server of the workspace of `rows`, and begins to connect to it.
    ///
    /// # Errors
    /// Why it is not kept.
    pub async fn connect(
        &self,
        rows: &Rows,
        name: &str,
        server: &McpServerConfig,
        created_by: &str,
        now_ms: i64,
        once: Option<OnceKey>,
    ) -> Result<McpServerEntry, ConnectError> {
        self.admit(name, server)?;
        if self.of_operator(rows.workspace(), name).is_some() {
            return Err(ConnectError::NameTaken);
        }
        let identity = Identity { workspace: rows.workspace(), name, version: self.ids.key() };
        let kept = keep(&identity, server, &self.master_key, created_by, now_ms);
        let kept = kept.map_err(|fault| ConnectError::Sealing(fault.to_string()))?;
        let servers_max = u32::try_from(MCP_SERVERS_MAX).unwrap_or(u32::MAX);
        let kept = rows.mcp_servers().create(NewMcpServer { server: kept, servers_max }, once).await?;
        self.apply_change(rows.workspace(), name).await;
        Ok(entry(connecting(&kept), kept))
    }

    /// Removes a server of the workspace of `rows`, and disconnects it; false if there is none.
    ///
    /// # Errors
    /// [`ConnectError::Configured`], and the store's.
    pub async fn disconnect(&self, rows: &Rows, name: &str) -> Result<bool, ConnectError> {
        if self.of_operator(rows.workspace(), name).is_some() {
            return Err(ConnectError::Configured);
        }
        let was_there = rows.mcp_servers().delete(name).await?;
        self.apply_change(rows.workspace(), name).await;
        Ok(was_there)
    }

    /// All servers that a workspace has, by name.
    ///
    /// # Errors
    /// The store's.
    pub async fn all(&self, rows: &Rows) -> store::Result<Vec<McpServerEntry>> {
        let kept = rows.mcp_servers().all().await?;
        let states = self.servers.states(rows.workspace());
        let states = states.into_iter().filter(|state| self.is_operators(rows.workspace(), state));
        let mut all: Vec<_> = states.map(operators).collect();
        let taken: BTreeSet<_> = all.iter().map(|entry| entry.state.name.clone()).collect();
        let own = kept.into_iter().filter(|kept| !taken.contains(&kept.name));
        all.extend(own.map(|kept| entry(self.state(rows.workspace(), &kept), kept)));
        all.sort_by(|one, other| one.state.name.cmp(&other.state.name));
        Ok(all)
    }

    /// The server `name` of a workspace.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, rows: &Rows, name: &str) -> store::Result<Option<McpServerEntry>> {
        if let Some(state) = self.of_operator(rows.workspace(), name) {
            return Ok(Some(operators(state)));
        }
        let kept = rows.mcp_servers().find(name).await?;
        Ok(kept.map(|kept| entry(self.state(rows.workspace(), &kept), kept)))
    }

    /// Refuses what no gateway should connect for a caller.
    fn admit(&self, name: &str, server: &McpServerConfig) -> Result<(), ConnectError> {
        if let Some(fault) = server_name_fault(name) {
            return Err(ConnectError::Name(fault));
        }
        let mut faults = check(server);
        faults.extend(check_callers_env(server));
        let token_url = server.oauth.as_ref().map(|oauth| &oauth.token_url);
        let guarded = [self.guarded(&["url"], server.url.as_ref()), self.guarded(&["oauth", "token_url"], token_url)];
        for fault in guarded.into_iter().flatten() {
            if !faults.iter().any(|known| known.path == fault.path) {
                faults.push(fault);
            }
        }
        if !faults.is_empty() {
            return Err(ConnectError::Faults(faults));
        }
        self.admit_command(server)
    }

    fn guarded(&self, path: &[&str], url: Option<&Secret>) -> Option<ServerFault> {
        let refusal = self.guard.check(url?.expose()).err()?;
        Some(ServerFault { path: path.iter().map(|key| (*key).to_owned()).collect(), detail: refusal.to_string() })
    }

    fn admit_command(&self, server: &McpServerConfig) -> Result<(), ConnectError> {
        match &server.command {
            Some(command) if !self.config.mcp.allow_stdio.contains(command) => {
                Err(ConnectError::Command(command.clone()))
            }
            _ => Ok(()),
        }
    }

    /// The server `name`, if the configuration or the host program has connected it.
    fn of_operator(&self, workspace: &WorkspaceId, name: &str) -> Option<McpServerState> {
        self.servers.state(workspace, name).filter(|state| self.is_operators(workspace, state))
    }

    fn is_operators(&self, workspace: &WorkspaceId, state: &McpServerState) -> bool {
        let place = || (workspace.clone(), state.name.clone());
        state.origin == McpServerOrigin::Configuration || !self.known().contains_key(&place())
    }

    /// How a server of the store is doing here.
    fn state(&self, workspace: &WorkspaceId, kept: &StoredMcpServer) -> McpServerState {
        let fault = match self.known().get(&(workspace.clone(), kept.name.clone())) {
            Some(known) if known.version == kept.version => known.fault.clone(),
            _ => return connecting(kept),
        };
        match fault {
            Some(_) => McpServerState { status: McpServerStatus::Failed, error: fault, ..connecting(kept) },
            None => self.servers.state(workspace, &kept.name).unwrap_or_else(|| connecting(kept)),
        }
    }

    /// Which of the store's servers are connected here, or were tried.
    pub(super) fn places(&self) -> HashMap<Place, i64> {
        self.known().iter().map(|(place, known)| (place.clone(), known.version)).collect()
    }

    /// As [`Self::apply`], for a change that is committed: if the store fails now, the change is taken over when it is followed.
    async fn apply_change(&self, workspace: &WorkspaceId, name: &str) {
        if let Err(fault) = self.apply(workspace, name).await {
            tracing::warn!(mcp.server = name, error = %fault, "a change of the MCP servers is taken over later");
        }
    }

    /// Lets this gateway have the server `name` of `workspace` as the store has it.
    pub(super) async fn apply(&self, workspace: &WorkspaceId, name: &str) -> store::Result<()> {
        let _change = self.change.lock().await;
        let kept = self.store.rows(workspace).mcp_servers().find(name).await?;
        let place = (workspace.clone(), name.to_owned());
        let known = self.known().get(&place).map(|known| known.version);
        if known == kept.as_ref().map(|kept| kept.version) {
            return Ok(());
        }
        // What is connected for the store is known at any time: what is not known is the host program's.
        if known.is_some() {
            self.servers.disconnect(Some(workspace), name);
            self.known().remove(&place);
        }
        if let Some(kept) = kept {
            self.known().insert(place.clone(), Known { version: kept.version, fault: None });
            let fault = self.begin(workspace, &kept).err();
            if let Some(fault) = &fault {
                tracing::warn!(
                    mcp.server = name,
                    workspace = workspace.as_str(),
                    error = fault,
                    "a server is not connected"
                );
            }
            self.known().insert(place, Known { version: kept.version, fault });
        }
        Ok(())
    }

    /// Begins to connect to a server of the store.
    fn begin(&self, workspace: &WorkspaceId, kept: &StoredMcpServer) -> Result<(), String> {
        let identity = Identity { workspace, name: &kept.name, version: kept.version };
        let server = open(kept, &identity, &self.master_key)?;
        // This gateway, or this start of it, may have another configuration than the one that took it.
        self.admit_command(&server).map_err(|refusal| refusal.to_string())?;
        self.servers.connect(Some(workspace), spec(&kept.name, &server, false)).map_err(|refusal| refusal.to_string())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Place, Known>> {
        // A panic elsewhere leaves the map whole: each change is one call.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(state: McpServerState, kept: StoredMcpServer) -> McpServerEntry {
    McpServerEntry {
        settings: serde_json::from_str(&kept.shown).unwrap_or_default(),
        address: Some(kept.address),
        created: Some((kept.created_by, kept.created_at)),
        state,
    }
}

fn operators(state: McpServerState) -> McpServerEntry {
    McpServerEntry { address: None, settings: ShownSettings::default(), created: None, state }
}

/// The state of a server before anything is known of it.
fn connecting(kept: &StoredMcpServer) -> McpServerState {
    let transport = if kept.transport == "stdio" { McpTransportKind::Stdio } else { McpTransportKind::Http };
    McpServerState::connecting(kept.name.clone(), McpServerOrigin::Workspace, transport, kept.created_at)
}

impl From<store::Error> for ConnectError {
    fn from(fault: store::Error) -> Self {
        match fault {
            store::Error::Unique(_) => Self::NameTaken,
            store::Error::Refused(Refusal::TooManyMcpServers) => Self::TooMany,
            fault => Self::Store(fault),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(fault) => write!(formatter, "the name {fault}"),
            Self::Faults(_) => formatter.write_str("what is said of the server cannot work"),
            Self::Command(command) => write!(
                formatter,
                "the command {command:?} is not in mcp.allow_stdio of the gateway's configuration, which lists the commands that callers may run"
            ),
            Self::NameTaken => formatter.write_str("an MCP server of this name exists: choose another name"),
            Self::TooMany => {
                write!(formatter, "the workspace has {MCP_SERVERS_MAX} MCP servers: disconnect one of them")
            }
            Self::Configured => {
                formatter.write_str("this MCP server is of the gateway's configuration, or of the program around the gateway: it goes when it is removed there")
            }
            Self::Sealing(fault) => write!(formatter, "the server cannot be sealed: {fault}"),
            Self::Store(fault) => fault.fmt(formatter),
        }
    }
}

impl std::error::Error for ConnectError {}
