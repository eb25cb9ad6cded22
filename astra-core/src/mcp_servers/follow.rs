//! Lets a gateway have the MCP servers that the store has: at its start, and whenever callers have connected or disconnected
//! one, through whichever gateway.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use super::directory::McpDirectory;
use crate::auth::MasterKey;
use crate::store::{self, Signal};
use crate::tasks::TaskKind;
use crate::tools::mcp::McpServers;
use crate::work::Base;

const KIND: TaskKind = TaskKind::new("mcp_servers.follow").aborted();
/// The store is looked at when it has changed, and after this time in any case: a notification may be lost.
const LOOK: Duration = Duration::from_secs(5);

impl McpDirectory {
    /// Connects the servers of the configuration and of the store, and follows the store for as long as the gateway runs.
    ///
    /// # Errors
    /// The store's.
    pub async fn open(base: &Base, master_key: MasterKey, servers: &Arc<McpServers>) -> store::Result<Arc<Self>> {
        let directory = Arc::new(Self::new(base, master_key, Arc::clone(servers)));
        directory.connect_configured();
        directory.follow().await?;
        let follower = Arc::clone(&directory);
        base.supervisor.spawn(KIND, move |_| Arc::clone(&follower).keep_following());
        Ok(directory)
    }

    async fn keep_following(self: Arc<Self>) -> store::Result<()> {
        let changed = self.store.changed(Signal::McpServers);
        loop {
            let _ = timeout(LOOK, changed.notified()).await;
            self.follow().await?;
        }
    }

    /// Takes over what has changed in the store since it was looked at last.
    ///
    /// # Errors
    /// The store's; what was taken over before stays.
    pub async fn follow(&self) -> store::Result<()> {
        // Comes first: what is newer than the epoch is looked at again, what is older never.
        let epoch = self.store.mcp_servers_epoch().await?;
        if epoch == self.followed.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut known = self.places();
        for stamp in self.store.mcp_server_stamps().await? {
            let place = (stamp.workspace, stamp.name);
            if known.remove(&place) != Some(stamp.version) {
                self.apply(&place.0, &place.1).await?;
            }
        }
        for (workspace, name) in known.into_keys() {
            self.apply(&workspace, &name).await?;
        }
        self.followed.store(epoch, Ordering::Release);
        Ok(())
    }
}
