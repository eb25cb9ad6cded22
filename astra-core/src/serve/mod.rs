//! A gateway from its configuration to its last answer: opening, routing, running, draining.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::app::{App, Parts};
use crate::auth::{Authenticator, Authority, HostAuthenticator, MasterKey, MasterKeyError, ScopeTable};
use crate::clock::{Clock, Monotonic, SystemClock};
use crate::config::{Config, Fault};
use crate::document::{Document, served_at};
use crate::engine::catalogue::{Catalogue, Definitions, Sources};
use crate::engine::{self, Engine, StorageLimits, TurnLimits};
use crate::host::{self, Routes};
use crate::http::host_header::Hosts;
use crate::http::limit::Limits;
use crate::ids::{IdMaker, Ids};
use crate::outbound::GuardedClient;
use crate::provider::{Provider, Registry};
use crate::router::{self, Door};
use crate::store::{self, Db, FolderLock, Instance, migrate};
use crate::tasks::TaskKind;
use crate::tools::Tools;
use crate::work::{Lease, Supervisor, Upkeep, program};

mod check;
mod connection;

pub use check::{Check, check};

const DOCUMENT: TaskKind = TaskKind::new("document.write").once();
const CREDENTIALS: TaskKind = TaskKind::new("credentials.watch").aborted();
/// What is given to the tasks beside requests once turns have ended.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// A gateway that is open: its store is migrated and its parts are made, and it listens where [`Gateway::run`] is told to.
pub struct Gateway {
    app: App,
    limits: Arc<Limits>,
    routes: router::Routes,
    setup_code: Option<String>,
}

/// What a host program may hand in before the gateway opens.
pub struct Builder {
    config: Config,
    clock: Arc<dyn Clock>,
    ids: Option<IdMaker>,
    authenticator: Option<Arc<dyn Authenticator>>,
    providers: BTreeMap<String, Arc<dyn Provider>>,
    routes: Vec<Routes>,
}

/// What a configuration says, and all that is wrong with it.
struct Read {
    providers: Registry,
    sources: Sources,
    faults: Vec<Fault>,
}

/// Why a gateway did not open or could not go on.
#[derive(Debug)]
pub enum StartError {
    /// The configuration is not good; all of its faults.
    Config(Vec<Fault>),
    /// The host's own operations are not good; all of their faults.
    Routes(Vec<String>),
    /// The data folder cannot be made or written.
    DataFolder(std::path::PathBuf, io::Error),
    /// Another gateway serves this data folder.
    FolderInUse(std::path::PathBuf),
    /// There is no usable master key.
    MasterKey(MasterKeyError),
    /// The store cannot be opened or migrated.
    Store(store::Error),
    /// The address cannot be listened on.
    Listen(std::net::SocketAddr, io::Error),
}

/// Opens a gateway, listens where `config` says, and serves until `shutdown` is ready and running turns have ended.
///
/// # Errors
/// If it cannot open or listen.
pub async fn serve(config: Config, shutdown: impl Future<Output = ()>) -> Result<(), StartError> {
    let listen = config.listen;
    let gateway = Gateway::open(config).await?;
    let listener = TcpListener::bind(listen).await.map_err(|fault| StartError::Listen(listen, fault))?;
    gateway.run(listener, shutdown).await;
    Ok(())
}

impl Gateway {
    /// Opens a gateway with its own parts.
    ///
    /// # Errors
    /// If the configuration, the data folder or the store is not good.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Self::builder(config).open().await
    }

    /// A gateway into which parts are handed before it opens.
    #[must_use]
    pub fn builder(config: Config) -> Builder {
        Builder {
            config,
            clock: Arc::new(SystemClock),
            ids: None,
            authenticator: None,
            providers: BTreeMap::new(),
            routes: Vec::new(),
        }
    }

    /// The gateway's routes, to nest or merge into the host's router. The host's fallback answers unknown paths. Limits by
    /// address need the host to serve with `into_make_service_with_connect_info::<SocketAddr>()`. The header `Host` is
    /// checked only where the configuration has `allowed_hosts`: the front door is the host's.
    pub fn router(&self) -> Router {
        router::router(&self.routes, &self.app, &self.door(Hosts::within(&self.app.config)))
    }

    /// As [`Gateway::router`], and unknown paths are answered with a problem: what [`Gateway::run`] serves. A request that
    /// names a host which is not the gateway's is refused with 421, and one that names none or several with 400.
    pub fn standalone_router(&self) -> Router {
        let door = self.door(Hosts::standing_alone(&self.app.config));
        router::standalone(router::router(&self.routes, &self.app, &door), &self.app, &door)
    }

    fn door(&self, hosts: Hosts) -> Door {
        Door { limits: Arc::clone(&self.limits), hosts }
    }

    /// The code with which `auth.register` makes the first owner's account: the configuration's `auth.setup_code`, or one
    /// that was made when this gateway opened. `None` if there was an owner then. It is worth nothing once there is one, by
    /// whichever way, and when another gateway has opened the same store since.
    #[must_use]
    pub fn setup_code(&self) -> Option<&str> {
        self.setup_code.as_deref()
    }

    /// The document of this gateway, with the host's own operations.
    #[must_use]
    pub fn openapi(&self) -> &Value {
        &self.app.document.value
    }

    /// The gateway's own accounts, tokens and keys, for host programs that issue tokens themselves.
    #[must_use]
    pub fn authority(&self) -> &Arc<Authority> {
        &self.app.authority
    }

    /// The agents that are defined on disk, for host programs that change them.
    #[must_use]
    pub fn definitions(&self) -> &Arc<Definitions> {
        &self.app.definitions
    }

    /// The client for URLs that callers or models chose, by the configuration's `outbound`: for the host's own operations
    /// and tools.
    #[must_use]
    pub fn guarded_client(&self) -> GuardedClient {
        GuardedClient::new(&self.app.config.outbound)
    }

    /// The owner of all that runs beside requests, also of what the host runs there: it shows in the health, and ends when
    /// the gateway does. A task may not hold it.
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.app.supervisor
    }

    /// Serves the connections of `listener` until `shutdown` is ready; then refuses new ones, and returns when running
    /// requests and turns have ended, or when the configuration's `drain_s` is over.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let router = self.standalone_router();
        // Written before it is asked for, so that the first answer is as quick as the hundredth.
        let document = Arc::clone(&self.app.document);
        self.app.supervisor.spawn(DOCUMENT, move |_| {
            let document = Arc::clone(&document);
            async move { tokio::task::spawn_blocking(move || document.write()).await }
        });
        let drain = Duration::from_secs(self.app.config.drain_s);
        let connections = connection::accept(listener, router, &self.app.config.limits, shutdown).await;
        self.app.stopping.cancel();
        // Turns end within the limit, one way or the other, and then nothing keeps a connection open.
        let ended = async { tokio::join!(timeout(drain, connections.shutdown()), self.app.engine.drain(drain)) };
        if ended.await.0.is_err() {
            tracing::warn!(drain_s = self.app.config.drain_s, "stopped with requests still running");
        }
        self.end().await;
    }

    /// Ends the gateway's work, for a host program that has merged [`Gateway::router`] and stops: new questions are refused
    /// and streams without an end of their own end, running turns may go on for `limit`, those that do not end are marked as
    /// interrupted, and then all that runs beside requests ends. Requests that only read are answered as before: the host
    /// closes its listener after this. A second call does nothing more.
    pub async fn shutdown(&self, limit: Duration) {
        self.app.stopping.cancel();
        self.app.engine.drain(limit).await;
        self.end().await;
    }

    /// Ends what turns need while they run.
    async fn end(&self) {
        if !self.app.supervisor.shutdown(LAST_MOMENTS).await {
            tracing::warn!("stopped with background tasks still running");
        }
        self.app.lease.give_up().await;
    }
}

/// Keeps other gateways off a data folder.
fn lock(data_dir: &std::path::Path) -> Result<FolderLock, StartError> {
    let lock = FolderLock::take(data_dir).map_err(|fault| StartError::DataFolder(data_dir.to_owned(), fault))?;
    lock.ok_or_else(|| StartError::FolderInUse(data_dir.to_owned()))
}

/// Keeps what credentials are checked by in memory, where the store has to be asked for it.
fn watch_credentials(store: &Db, supervisor: &Supervisor) {
    let store = store.clone();
    supervisor.spawn(CREDENTIALS, move |_| {
        let watch = store.watch_credentials();
        async move {
            if let Some(watch) = watch {
                watch.await;
            }
            Ok::<_, Infallible>(())
        }
    });
}

impl Builder {
    /// Takes the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes identifiers from `ids`.
    #[must_use]
    pub fn ids(mut self, ids: impl Ids) -> Self {
        self.ids = Some(IdMaker::new(ids));
        self
    }

    /// Lets `authenticator` say who is calling, instead of the gateway's own tokens: the host's users, our roles.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Adds a provider of models under the name that agents use.
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>, provider: impl Provider) -> Self {
        self.providers.insert(name.into(), Arc::new(provider));
        self
    }

    /// Adds operations of the host's own: served and documented beside the gateway's, under the same contract. See
    /// [`crate::host`].
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// The document as the gateway will serve it, without a store or a folder: for tests, and to be written to a file.
    ///
    /// # Errors
    /// If the host's own operations are not good.
    pub fn openapi(&self) -> Result<Value, StartError> {
        let routes = router::routes(&self.routes, &self.config.limits).map_err(StartError::Routes)?;
        Ok(Value::clone(&routes.contract.document))
    }

    /// The scopes of the gateway with those of the routes that were added so far, for an authenticator of the host's own.
    ///
    /// # Errors
    /// If the host's scopes are not good.
    pub fn scopes(&self) -> Result<ScopeTable, StartError> {
        let mut faults = Vec::new();
        let table = host::table(&self.routes, &mut faults);
        if faults.is_empty() { Ok(table) } else { Err(StartError::Routes(faults)) }
    }

    /// Reads the configuration as far as it can be read, and tells all that is wrong with it.
    fn read(&self) -> Read {
        let (mut providers, of_providers) = Registry::checked(&self.config.providers, Arc::clone(&self.clock));
        let mut faults = self.config.validate();
        faults.extend(of_providers);
        for (name, provider) in &self.providers {
            match providers.clone().with(name, Arc::clone(provider)) {
                Ok(more) => providers = more,
                Err(of_name) => faults.extend(of_name),
            }
        }
        let sources = Sources::of(&self.config, &providers).unwrap_or_else(|of_sources| {
            faults.extend(of_sources);
            Sources::default()
        });
        Read { providers, sources, faults }
    }

    /// Opens and migrates the store, and takes this gateway's place among those that work on it.
    async fn open_store(&self) -> store::Result<(Db, Instance)> {
        let store = store::open(&self.config.store, &self.config.data_dir)?;
        migrate::apply(&store, self.clock.now_ms()).await?;
        let instance = store.join(&self.clock, program(&store)).await?;
        Ok((store, instance))
    }

    fn route_faults(&self) -> Vec<String> {
        router::routes(&self.routes, &self.config.limits).err().unwrap_or_default()
    }

    /// Opens the gateway: checks the configuration, makes the data folder, opens and migrates the store.
    ///
    /// # Errors
    /// If one of these fails; nothing is half done then.
    pub async fn open(self) -> Result<Gateway, StartError> {
        let Read { providers, sources, faults } = self.read();
        if !faults.is_empty() {
            return Err(StartError::Config(faults));
        }
        let routes = router::routes(&self.routes, &self.config.limits).map_err(StartError::Routes)?;
        let data_dir = &self.config.data_dir;
        store::make_folder(data_dir).map_err(|fault| StartError::DataFolder(data_dir.clone(), fault))?;
        // A PostgreSQL server is shared by several gateways, which may also share a folder for their keys.
        let folder_lock = if self.config.store.database_url.is_none() { Some(lock(data_dir)?) } else { None };
        let master_key = MasterKey::load(self.config.master_key.as_ref(), data_dir).map_err(StartError::MasterKey)?;
        let (store, instance) = self.open_store().await.map_err(StartError::Store)?;
        let ids = self.ids.unwrap_or_else(|| IdMaker::new(Arc::clone(&instance.keys)));
        let supervisor = Supervisor::default();
        let lease = Arc::new(Lease::new(store.clone(), Arc::clone(&self.clock), instance));
        lease.keep(&supervisor);
        watch_credentials(&store, &supervisor);
        let clock = Arc::clone(&self.clock);
        let authority = Authority::open(store.clone(), &self.config, master_key, clock, ids.clone()).await;
        let authority = authority.map_err(StartError::Store)?.with_scopes(Arc::clone(&routes.contract.scopes));
        let (authority, clock) = (Arc::new(authority), Arc::clone(&self.clock));
        supervisor.include(authority.notes());
        supervisor.include(providers.drains());
        let setup_code = authority.begin_setup().await.map_err(StartError::Store)?;
        let (providers, agents) = (Arc::new(providers), Arc::new(Catalogue::new(store.clone())));
        let workspace = authority.first_workspace().clone();
        let definitions =
            Definitions::new(store.clone(), workspace, sources, Arc::clone(&providers), clock, ids.clone());
        let definitions = Arc::new(definitions);
        definitions.start(&supervisor).await.map_err(StartError::Store)?;
        let engine = Arc::new(Engine::new(engine::Parts {
            store: store.clone(),
            clock: Arc::clone(&self.clock),
            ids: ids.clone(),
            lease: Arc::clone(&lease),
            config: self.config.chat.clone(),
            limits: TurnLimits::new(&self.config.limits),
            storage: StorageLimits::new(&self.config.limits),
            providers: Arc::clone(&providers),
            agents: Arc::clone(&agents),
            tools: Arc::new(Tools::built_in(&self.clock)),
        }));
        engine.start(&supervisor).await.map_err(StartError::Store)?;
        Upkeep::new(store.clone(), Arc::clone(&self.clock), &self.config.store).start(&supervisor);
        let app = App::from(Parts {
            providers,
            agents,
            definitions,
            supervisor,
            lease,
            engine,
            document: Arc::new(Document::new(served_at(&routes.contract.document, self.config.public_url.as_ref()))),
            streams: Arc::default(),
            uptime: Monotonic::new(&self.clock),
            store: store.clone(),
            clock: Arc::clone(&self.clock),
            ids,
            authenticator: match self.authenticator {
                Some(hosts) => Arc::new(HostAuthenticator::new(hosts, store.clone(), Arc::clone(&self.clock))),
                None => Arc::<Authority>::clone(&authority),
            },
            authority,
            stopping: CancellationToken::new(),
            folder_lock,
            config: Arc::new(self.config),
        });
        let limits = Arc::new(Limits::new(&app.config.limits, &self.clock));
        Ok(Gateway { app, limits, routes, setup_code })
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(faults) => {
                write!(formatter, "the configuration is not good:")?;
                faults.iter().try_for_each(|fault| write!(formatter, "\n  {}: {}", fault.key, fault.detail))
            }
            Self::Routes(faults) => {
                write!(formatter, "the operations are not good:")?;
                faults.iter().try_for_each(|fault| write!(formatter, "\n  {fault}"))
            }
            Self::DataFolder(path, fault) => {
                write!(formatter, "cannot use the data folder {}: {fault}", path.display())
            }
            Self::FolderInUse(path) => write!(formatter, "another gateway serves the data folder {}", path.display()),
            Self::MasterKey(fault) => fault.fmt(formatter),
            Self::Store(fault) => write!(formatter, "the store cannot be opened: {fault}"),
            Self::Listen(address, fault) => write!(formatter, "cannot listen on {address}: {fault}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Config(_) | Self::Routes(_) | Self::FolderInUse(_) => None,
            Self::DataFolder(_, fault) | Self::Listen(_, fault) => Some(fault),
            Self::MasterKey(fault) => Some(fault),
            Self::Store(fault) => Some(fault),
        }
    }
}
