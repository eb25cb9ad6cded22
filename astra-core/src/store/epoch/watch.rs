//! PostgreSQL: how a gateway learns of a grown epoch without asking at every request, and of what other gateways announce.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, Client};

use super::seen::Seen;
use crate::store::postgres_address::Address;
use crate::store::postgres_error::classify;
use crate::store::signals::{Listeners, Signal};

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
    changed: Arc<Notify>,
    listeners: Arc<Listeners>,
}

impl Watch {
    /// A watch that has read nothing, and notifies `listeners` of what other gateways announce.
    pub(in crate::store) fn new(listeners: Arc<Listeners>) -> Self {
        let changed = listeners.listen(Signal::Credentials);
        Self(Arc::new(Shared { seen: Seen::new(FRESH), changed, listeners }))
    }

    /// The epoch, if it was read within the last second.
    pub(in crate::store) fn known(&self) -> Option<i64> {
        self.0.seen.known()
    }

    /// This gateway itself has let the epoch grow: what was read before does not count any more.
    pub(in crate::store) fn note_ending(&self) {
        self.0.seen.note_ending();
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
            if let AsyncMessage::Notification(of) = message {
                let named = Signal::ALL.iter().find(|signal| signal.channel() == of.channel());
                named.into_iter().for_each(|signal| shared.listeners.notify(*signal));
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
    let listen: String = Signal::ALL.iter().map(|signal| format!("LISTEN {};", signal.channel())).collect();
    client.batch_execute(&listen).await?;
    // Notifications that came before are lost.
    Signal::ALL.iter().for_each(|signal| shared.listeners.notify(*signal));
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
