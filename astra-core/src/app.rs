//! What every operation may use. One concrete struct: cheap to clone, nothing global.

use std::ops::Deref;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::auth::{Authenticator, Authority};
use crate::clock::{Clock, Monotonic};
use crate::config::Config;
use crate::document::Document;
use crate::engine::Engine;
use crate::engine::catalogue::{Catalogue, Definitions};
use crate::ids::IdMaker;
use crate::provider::Registry;
use crate::store::{Db, FolderLock};
use crate::tally::Tally;
use crate::work::{Lease, Supervisor};

/// One gateway, for each of its requests.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of one gateway.
pub struct Parts {
    /// How it is configured.
    pub config: Arc<Config>,
    /// What it keeps.
    pub store: Db,
    /// Its time.
    pub clock: Arc<dyn Clock>,
    /// Its identifiers.
    pub ids: IdMaker,
    /// Who tells it who is calling.
    pub authenticator: Arc<dyn Authenticator>,
    /// Its own accounts, tokens and keys.
    pub authority: Arc<Authority>,
    /// The models that it can ask.
    pub providers: Arc<Registry>,
    /// The agents of all workspaces.
    pub agents: Arc<Catalogue>,
    /// The agents that are defined on disk.
    pub definitions: Arc<Definitions>,
    /// What owns all that runs beside requests.
    pub supervisor: Supervisor,
    /// This gateway among all that share the store.
    pub lease: Arc<Lease>,
    /// What runs turns.
    pub engine: Arc<Engine>,
    /// The document of its operations.
    pub document: Arc<Document>,
    /// The streams that are open, by credential.
    pub streams: Arc<Tally>,
    /// Counts since it was opened.
    pub uptime: Monotonic,
    /// Cancelled when the gateway begins to stop: streams without an end of their own end then.
    pub stopping: CancellationToken,
    /// Keeps other gateways off the data folder for as long as any part of this one lives.
    pub folder_lock: Option<FolderLock>,
}

impl From<Parts> for App {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Parts {
    /// Now, in milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}
