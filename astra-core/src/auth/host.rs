//! A host program's authenticator: its users, our roles, and workspaces that the store knows.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::HeaderMap;

use super::Authenticator;
use super::error::{Error, Result};
use super::identity::Identity;
use crate::clock::Clock;
use crate::store::Db;

/// The authenticator of a host program, whose workspaces are made when they are first used.
pub struct HostAuthenticator {
    hosts: Arc<dyn Authenticator>,
    store: Db,
    clock: Arc<dyn Clock>,
}

impl HostAuthenticator {
    /// Asks `hosts` who is calling.
    #[must_use]
    pub fn new(hosts: Arc<dyn Authenticator>, store: Db, clock: Arc<dyn Clock>) -> Self {
        Self { hosts, store, clock }
    }
}

impl Authenticator for HostAuthenticator {
    fn authenticate<'a>(&'a self, headers: &'a HeaderMap) -> BoxFuture<'a, Result<Arc<Identity>>> {
        Box::pin(async move {
            let identity = self.hosts.authenticate(headers).await?;
            let workspace = self.store.ensure_workspace(identity.workspace.as_str(), self.clock.now_ms()).await;
            let workspace = workspace.map_err(Error::Store)?;
            Ok(Arc::new(Identity { workspace, ..Arc::unwrap_or_clone(identity) }))
        })
    }
}
