//! A gateway from its configuration to its last answer: opening, routing, running, draining.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::app::App;
use crate::auth::Authority;
use crate::config::Config;
use crate::definitions::{Definitions, SkillFolder};
use crate::http::host_header::Hosts;
use crate::http::limit::Limits;
use crate::mcp_servers::McpDirectory;
use crate::outbound::GuardedClient;
use crate::router::{self, Door};
use crate::tasks::TaskKind;
use crate::tools::mcp::McpServers;
use crate::work::{Queue, Scheduler, Supervisor};

mod base;
mod builder;
mod check;
mod connection;
mod open;
mod start_error;

pub use builder::Builder;
pub use check::{Check, check};
pub use start_error::StartError;

const DOCUMENT: TaskKind = TaskKind::new("document.write").once();
/// What is given to the tasks beside requests once turns have ended.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// A gateway that is open: its store is migrated and its parts are made, and it listens where [`Gateway::run`] is given an address.
pub struct Gateway {
    app: App,
    limits: Arc<Limits>,
    routes: router::Routes,
    setup_code: Option<String>,
    guarded: GuardedClient,
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
        Builder::new(config)
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

    /// The document of this gateway, with the host's own operations. It is kept as bytes, and read again for each call.
    #[must_use]
    pub fn openapi(&self) -> Arc<Value> {
        self.app.document.value()
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

    /// The skills on disk, for host programs that change them.
    #[must_use]
    pub fn skill_folder(&self) -> &Arc<SkillFolder> {
        &self.app.skill_folder
    }

    /// The MCP servers that the configuration and callers have described: which there are, and how each is doing.
    #[must_use]
    pub fn mcp_directory(&self) -> &Arc<McpDirectory> {
        &self.app.mcp_servers
    }

    /// The client for URLs that callers or models chose, by the configuration's `outbound`: for the host's own operations
    /// and tools.
    #[must_use]
    pub const fn guarded_client(&self) -> &GuardedClient {
        &self.guarded
    }

    /// The MCP servers whose tools agents may call, for host programs that connect some themselves. What is connected here is
    /// connected until the gateway stops, and is kept nowhere.
    #[must_use]
    pub fn mcp_servers(&self) -> &Arc<McpServers> {
        self.app.known.tools.mcp()
    }

    /// The owner of all that runs beside requests, also of what the host runs there: it shows in the health, and ends when
    /// the gateway does. A task may not hold it.
    #[must_use]
    pub fn supervisor(&self) -> &Supervisor {
        &self.app.supervisor
    }

    /// Work that outlives the program: the host enqueues jobs there, of the gateway's types and of its own ([`Builder::job`]).
    #[must_use]
    pub fn jobs(&self) -> &Arc<Queue> {
        &self.app.jobs
    }

    /// Schedules: what enqueues jobs at certain times.
    #[doc(hidden)]
    #[must_use]
    pub fn scheduler(&self) -> &Arc<Scheduler> {
        &self.app.scheduler
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
        let ended = async { tokio::join!(timeout(drain, connections.shutdown()), self.drain(drain)) };
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
        self.drain(limit).await;
        self.end().await;
    }

    /// Ends turns and jobs within `limit`, one way or the other.
    async fn drain(&self, limit: Duration) {
        tokio::join!(self.app.engine.drain(limit), self.app.jobs.drain(limit));
    }

    /// Ends what turns need while they run.
    async fn end(&self) {
        if !self.app.supervisor.shutdown(LAST_MOMENTS).await {
            tracing::warn!("stopped with background tasks still running");
        }
        self.app.lease.give_up().await;
    }
}
