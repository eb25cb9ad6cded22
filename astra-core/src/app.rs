//! What every operation may use: the base and the rooms of one gateway. One concrete struct: cheap to clone, nothing global.

use std::ops::Deref;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::auth::{Authenticator, Authority};
use crate::channels::ChannelDirectory;
use crate::clock::Monotonic;
use crate::definitions::{Definitions, SkillFolder};
use crate::document::Document;
use crate::engine::Engine;
use crate::engine::catalogue::{Catalogue, Known};
use crate::events::EventLog;
use crate::mcp_servers::McpDirectory;
use crate::memory::Memory;
use crate::provider::Registry;
use crate::skills::Skills;
use crate::store::FolderLock;
use crate::tally::Tally;
use crate::tasks::TaskGroup;
use crate::webhooks::WebhookDirectory;
use crate::work::{Base, Queue, Scheduler};
use crate::workspace_policy::WorkspacePolicies;

/// One gateway, for each of its requests.
#[derive(Clone)]
pub struct App(Arc<Rooms>);

/// The rooms of one gateway, and the base that they stand on, whose parts are named as if they were rooms.
pub struct Rooms {
    /// Configuration, store, time, identifiers, supervisor.
    pub base: Base,
    /// Identifies the caller of a request.
    pub authenticator: Arc<dyn Authenticator>,
    /// Its own accounts, tokens and keys.
    pub authority: Arc<Authority>,
    /// The models that it can ask.
    pub providers: Arc<Registry>,
    /// What definitions of agents may name: the providers, the tools.
    pub known: Known,
    /// The agents of all workspaces.
    pub agents: Arc<Catalogue>,
    /// What the turns of workspaces may use.
    pub policies: Arc<WorkspacePolicies>,
    /// The agents that are defined on disk.
    pub definitions: Arc<Definitions>,
    /// The skills on disk, as they were read last.
    pub skills: Arc<Skills>,
    /// The folder that they are in.
    pub skill_folder: Arc<SkillFolder>,
    /// The MCP servers that tools come from.
    pub mcp_servers: Arc<McpDirectory>,
    /// What agents remember.
    pub memory: Arc<Memory>,
    /// Where people meet agents.
    pub channels: Arc<ChannelDirectory>,
    /// Where events are sent.
    pub webhooks: WebhookDirectory,
    /// Work that outlives the program.
    pub jobs: Arc<Queue>,
    /// Schedules.
    pub scheduler: Arc<Scheduler>,
    /// What happens in workspaces, for those who follow it.
    pub events: Arc<EventLog>,
    /// What runs turns.
    pub engine: Arc<Engine>,
    /// The document of its operations.
    pub document: Arc<Document>,
    /// The streams that are open, by credential.
    pub streams: Arc<Tally>,
    /// The calls of tools outside turns that are under way, by credential.
    pub invocations: Arc<Tally>,
    /// The WebSockets that are open.
    pub sockets: TaskGroup,
    /// Counts since it was opened.
    pub uptime: Monotonic,
    /// Cancelled when the gateway begins to stop: streams without an end of their own end then.
    pub stopping: CancellationToken,
    /// Keeps other gateways off the data folder for as long as any part of this one lives.
    pub folder_lock: Option<FolderLock>,
}

impl From<Rooms> for App {
    fn from(rooms: Rooms) -> Self {
        Self(Arc::new(rooms))
    }
}

impl Deref for App {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.0
    }
}

impl Deref for Rooms {
    type Target = Base;

    fn deref(&self) -> &Base {
        &self.base
    }
}
