//! PostgreSQL: how a gateway learns of a grown epoch without asking at every request.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Client};

use super::CHANNEL;
use super::seen::Seen;
use crate::store::postgres_address::Address;
use crate::store::postgres_error::classify;

/// How often the epoch is read even when no notification came.
const POLL: Duration = Duration::from_millis(500);
/// How long a read counts; beyond it the watch is blind and every request asks the database itself.
const FRESH: Duration = Duration::from_millis(1_000);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The last epoch that a connection of its own has read.
pub(in crate::store) struct Watch {
    shared: Arc<Shared>,
    task: Mutex<Option<AbortHandle>>,
}

struct Shared {
    seen: Seen,
    changed: Notify,
}

impl Default for Watch {
    fn default() -> Self {
        Self { shared: Arc::new(Shared { seen: Seen::new(FRESH), changed: Notify::new() }), task: Mutex::default() }
    }
}

impl Watch {
    /// The epoch, if it was read within the last second. The first call starts the watch.
    pub(in crate::store) fn known(&self, address: &Address) -> Option<i64> {
        self.start(address);
        self.shared.seen.known()
    }

    /// This gateway itself has let the epoch grow: what was read before does not count any more.
    pub(in crate::store) fn note_ending(&self) {
        self.shared.seen.note_ending();
        self.shared.changed.notify_one();
    }

    fn start(&self, address: &Address) {
        let mut task = lock(&self.task);
        if task.as_ref().is_none_or(AbortHandle::is_finished) {
            let watching = tokio::spawn(keep_watching(address.clone(), Arc::clone(&self.shared)));
            *task = Some(watching.abort_handle());
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn keep_watching(mut address: Address, shared: Arc<Shared>) {
    address.config.connect_timeout(CONNECT_TIMEOUT);
    loop {
        let Err(fault) = listen(&address, &shared).await;
        tracing::warn!(error = %classify(&fault), "the listening connection to the store was lost");
        tokio::time::sleep(POLL).await;
    }
}

async fn listen(address: &Address, shared: &Arc<Shared>) -> Result<std::convert::Infallible, tokio_postgres::Error> {
    let (client, mut connection) = address.config.connect(address.tls.clone()).await?;
    let notified = Arc::clone(shared);
    // Ends by itself when the client below is dropped or the server goes away.
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                notified.changed.notify_one();
            }
        }
    });
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    loop {
        read(&client, &shared.seen).await?;
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
