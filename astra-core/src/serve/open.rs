//! The rooms of a gateway, in the order in which they open. A room is opened with the base and with the rooms that it uses; a
//! worker costs its own file and a line here.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::base::{self, Opened};
use super::builder::Read;
use super::{Builder, Gateway, StartError};
use crate::app::{App, Rooms};
use crate::auth::{Authenticator, Authority, HostAuthenticator, MasterKey, sign_in_sweep};
use crate::backup::Backup;
use crate::channels::{self, ChannelDirectory, Replies};
use crate::clock::Monotonic;
use crate::definitions::{Definitions, SkillFolder};
use crate::document::{Document, served_at};
use crate::engine::catalogue::{Catalogue, Known};
use crate::engine::jobs::{self, Owners};
use crate::engine::{Engine, TraceExport, deleted_workspaces, trace_retention};
use crate::events::EventLog;
use crate::http::limit::Limits;
use crate::mcp_servers::McpDirectory;
use crate::memory::Memory;
use crate::memory::embed::VectorWork;
use crate::memory::extract::{ExtractionModel, Extractor};
use crate::memory::transfer::{Export, Import};
use crate::memory::upkeep::{self as memory_upkeep, Consolidate, Reembed};
#[cfg(feature = "otlp")]
use crate::otlp;
use crate::outbound::GuardedClient;
use crate::router;
use crate::store;
use crate::tasks::TaskKind;
use crate::tools::MemoryAccess;
use crate::webhooks::{Recover, WebhookDirectory};
use crate::work::{Base, JobTypes, Queue, Scheduler, upkeep};
use crate::workspace_policy::WorkspacePolicies;

/// Ends each when the gateway stops and its turns have ended.
const SOCKETS: TaskKind = TaskKind::new("websockets");

impl Builder {
    /// Opens the gateway: checks the configuration, makes the data folder, opens and migrates the store.
    ///
    /// # Errors
    /// If one of these fails; nothing is half done then.
    pub async fn open(self) -> Result<Gateway, StartError> {
        open(self).await
    }
}

async fn open(builder: Builder) -> Result<Gateway, StartError> {
    let Read { known, platforms, sources, faults, .. } = builder.read();
    if !faults.is_empty() {
        return Err(StartError::Config(faults));
    }
    let (routes, document) = router::routes(&builder.routes, &builder.config.limits).map_err(StartError::Routes)?;
    let Opened { base, folder_lock, master_key } = base::open(&builder).await?;
    let failed = StartError::Store;

    let authority = authority(&base, master_key.clone(), &routes).await.map_err(failed)?;
    let setup_code = authority.begin_setup().await.map_err(failed)?;
    base.supervisor.include(known.providers.drains());
    base.supervisor.include(known.tools.mcp().tasks());
    let (agents, policies) = agents(&base);
    let first = authority.first_workspace().clone();
    let definitions = Definitions::open(&base, first, sources, &known).await.map_err(failed)?;
    let skill_folder = SkillFolder::open(&base, &known.skills, &definitions).await.map_err(failed)?;
    let events = EventLog::open(&base).await.map_err(failed)?;
    let memory = memory(&base, &known, &policies).await.map_err(failed)?;
    let export = export(&base, &known);
    let engine = Engine::open(&base, &known, &agents, &policies, &memory, export).await.map_err(failed)?;
    remember(&base, &memory, &engine).await.map_err(failed)?;
    let owners = Owners::new(Arc::clone(&authority), builder.authenticator.is_some());
    let job_types = with_memory(with_own(builder.job_types, &base, &authority, &master_key), &base, &memory);
    let channels = Arc::new(ChannelDirectory::new(&base, master_key.clone(), platforms));
    let job_types = with_channels(job_types, &channels, &engine, &authority);
    let jobs = Queue::open(&base, jobs::with_agents(job_types, &engine, owners)).await.map_err(failed)?;
    let scheduler = Scheduler::open(&base, &jobs);
    channels::upkeep::open(&base, &scheduler);
    let webhooks = WebhookDirectory::open(&base, master_key.clone(), &scheduler).await.map_err(failed)?;
    let mcp_servers = McpDirectory::open(&base, master_key, known.tools.mcp()).await.map_err(failed)?;
    open_upkeep(&base, &scheduler, &memory, &agents);

    let limits = Arc::new(Limits::new(&base.config.limits, &base.clock));
    let app = App::from(Rooms {
        authenticator: authenticator(&base, builder.authenticator, &authority),
        authority,
        providers: Arc::clone(&known.providers),
        skills: Arc::clone(&known.skills),
        known,
        agents,
        policies,
        definitions,
        skill_folder,
        mcp_servers,
        memory,
        channels,
        webhooks,
        jobs,
        scheduler,
        events,
        engine,
        document: Arc::new(Document::new(served_at(document, base.config.public_url.as_ref()))),
        streams: Arc::default(),
        invocations: Arc::default(),
        sockets: base.supervisor.group(SOCKETS),
        uptime: Monotonic::new(&base.clock),
        stopping: CancellationToken::new(),
        folder_lock,
        base,
    });
    let guarded = GuardedClient::new(&app.config.outbound).with_clock(Arc::clone(&app.clock));
    Ok(Gateway { app, limits, routes, setup_code, guarded })
}

/// The agents of all workspaces, and what their turns may use.
fn agents(base: &Base) -> (Arc<Catalogue>, Arc<WorkspacePolicies>) {
    let catalogue = Catalogue::new(base.store.clone(), Arc::clone(&base.clock));
    (Arc::new(catalogue), Arc::new(WorkspacePolicies::new(base.store.clone())))
}

/// The types of jobs of the gateway as a whole.
fn with_own(types: JobTypes, base: &Base, authority: &Authority, key: &MasterKey) -> JobTypes {
    let backup = Backup::new(base, authority.first_workspace().clone(), key.clone());
    types.with(Recover::new(Arc::clone(&base.clock))).with(backup)
}

/// The types of jobs of memory.
fn with_memory(types: JobTypes, base: &Base, memory: &Arc<Memory>) -> JobTypes {
    let types = types.with(Consolidate::new(base, memory)).with(Reembed::new(base, memory));
    types.with(Export::new(Arc::clone(&base.clock))).with(Import::new(base, memory))
}

/// The types of jobs of channels.
fn with_channels(
    types: JobTypes,
    channels: &Arc<ChannelDirectory>,
    engine: &Arc<Engine>,
    authority: &Arc<Authority>,
) -> JobTypes {
    types.with(Replies::new(Arc::clone(channels), Arc::clone(engine), Arc::clone(authority)))
}

/// Where turns that have ended are exported to.
#[cfg(feature = "otlp")]
fn export(base: &Base, known: &Known) -> Option<Arc<dyn TraceExport>> {
    otlp::open(base, &known.providers)
}

/// This build exports nothing.
#[cfg(not(feature = "otlp"))]
fn export(_: &Base, _: &Known) -> Option<Arc<dyn TraceExport>> {
    None
}

/// Memory, with which the tools of memory work from now on.
async fn memory(base: &Base, known: &Known, policies: &Arc<WorkspacePolicies>) -> store::Result<Arc<Memory>> {
    let memory = Memory::open(base, &known.providers, policies).await?;
    VectorWork::open(base, &memory);
    let (store, clock) = (base.store.clone(), Arc::clone(&base.clock));
    known.tools.open_memory(MemoryAccess { store, memory: Arc::clone(&memory), ids: base.ids.clone(), clock });
    Ok(memory)
}

/// What makes memories of turns that have ended.
async fn remember(base: &Base, memory: &Arc<Memory>, engine: &Arc<Engine>) -> store::Result<()> {
    let model: Arc<dyn ExtractionModel> = Arc::<Engine>::clone(engine);
    Extractor::open(base, memory, model).await.map(drop)
}

/// The periodic work that keeps the store small.
fn open_upkeep(base: &Base, scheduler: &Arc<Scheduler>, memory: &Arc<Memory>, agents: &Arc<Catalogue>) {
    deleted_workspaces::open(base, agents, memory);
    upkeep::open(base, scheduler);
    sign_in_sweep::open(base, scheduler);
    trace_retention::open(base, scheduler);
    memory_upkeep::open(base, scheduler, memory);
}

async fn authority(base: &Base, key: MasterKey, routes: &router::Routes) -> store::Result<Arc<Authority>> {
    let (store, clock, ids) = (base.store.clone(), Arc::clone(&base.clock), base.ids.clone());
    let authority = Authority::open(store, &base.config, key, clock, ids).await?;
    base.supervisor.include(authority.notes());
    Ok(Arc::new(authority.with_scopes(Arc::clone(&routes.contract.scopes))))
}

/// Who says who is calling: the host, or the gateway's own tokens.
fn authenticator(
    base: &Base,
    hosts: Option<Arc<dyn Authenticator>>,
    authority: &Arc<Authority>,
) -> Arc<dyn Authenticator> {
    match hosts {
        Some(hosts) => Arc::new(HostAuthenticator::new(hosts, base.store.clone(), Arc::clone(&base.clock))),
        None => Arc::<Authority>::clone(authority),
    }
}
