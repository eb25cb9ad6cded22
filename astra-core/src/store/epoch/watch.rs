//! PostgreSQL: how a gateway learns of a grown epoch without asking at every request, and of jobs that other gateways keep.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, Client};

use super::seen::Seen;
use crate::store::effects::{CHANNEL, JOBS_CHANNEL, MCP_SERVERS_CHANNEL};
use crate::store::postgres_address::Address;
use crate::store::postgres_error::classify;

/// How often the epoch is read even when no notification came.
const POLL: Duration = Duration::from_millis(500);
/// How long a read counts; beyond it the watch is blind and every request asks the database itself.
const FRESH: Duration = Duration::from_millis(1_000);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The last epoch that a connection of its own has read.
#[derive(Clone)]
pub(in crate::store) struct Watch(Arc<Shared>);

struct Shared {
    seen: Seen,
    changed: Notify,
    jobs: Arc<Notify>,
    mcp_servers: Arc<Notify>,
}

impl Watch {
    /// A watch that has read nothing, and notifies `jobs` of those that other gateways keep, `mcp_servers` of those that they
    /// connect and disconnect.
    pub(in crate::store) fn new(jobs: Arc<Notify>, mcp_servers: Arc<Notify>) -> Self {
        Self(Arc::new(Shared { seen: Seen::new(FRESH), changed: Notify::new(), jobs, mcp_servers }))
    }

    /// The epoch, if it was read within the last second.
    pub(in crate::store) fn known(&self) -> Option<i64> {
        self.0.seen.known()
    }

    /// This gateway itself has let the epoch grow: what was read before does not count any more.
    pub(in crate::store) fn note_ending(&self) {
        self.0.seen.note_ending();
        self.0.changed.notify_one();
    }

    /// Reads the epoch again and again, by a connection of its own to the server at `address`.
    pub(in crate::store) async fn keep(self, mut address: Address) {
        address.config.connect_timeout(CONNECT_TIMEOUT);
        loop {
            let Err(fault) = listen(&address, &self.0).await;
            tracing::warn!(error = %classify(&fault), "the listening connection to the store was lost");
            tokio::time::sleep(POLL).await;
        }
    }
}

async fn listen(address: &Address, shared: &Shared) -> Result<Infallible, tokio_postgres::Error> {
    let (client, mut connection) = address.config.connect(address.tls.clone()).await?;
    // Moved, so that the connection goes with its end, and with it all that the client waits for.
    let driving = async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            match message {
                AsyncMessage::Notification(of) if of.channel() == JOBS_CHANNEL => shared.jobs.notify_one(),
                AsyncMessage::Notification(of) if of.channel() == MCP_SERVERS_CHANNEL => {
                    shared.mcp_servers.notify_one();
                }
                AsyncMessage::Notification(_) => shared.changed.notify_one(),
                _ => {}
            }
        }
    };
    let mut watching = pin!(watch(&client, shared));
    tokio::select! {
        ended = watching.as_mut() => return ended,
        () = driving => {}
    }
    watching.await
}

async fn watch(client: &Client, shared: &Shared) -> Result<Infallible, tokio_postgres::Error> {
    client.batch_execute(&format!("LISTEN {CHANNEL}; LISTEN {JOBS_CHANNEL}; LISTEN {MCP_SERVERS_CHANNEL}")).await?;
    // Notifications that came before are lost.
    shared.mcp_servers.notify_one();
    loop {
        read(client, &shared.seen).await?;
        // Either way the epoch is read again: a notification only makes it sooner.
        let _ = tokio::time::timeout(POLL, shared.changed.notified()).await;
    }
}

async fn read(client: &Client, seen: &Seen) -> Result<(), tokio_postgres::Error> {
    let reading = seen.begin();
    let row = client.query_one("SELECT value FROM counters WHERE name = 'auth_epoch'", &[]).await?;
    seen.keep(&reading, row.try_get(0)?);
    Ok(())
}
