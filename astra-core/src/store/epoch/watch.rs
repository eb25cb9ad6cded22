//! PostgreSQL: how a gateway learns of a grown epoch without asking at every request.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

use super::CHANNEL;

/// How often the epoch is read even when nothing was heard.
const POLL: Duration = Duration::from_millis(500);
/// How long a read counts; beyond it the watch is blind and every request asks the database itself.
const FRESH: Duration = Duration::from_millis(1_000);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The last epoch that a connection of its own has read.
#[derive(Default)]
pub(in crate::store) struct Watch {
    seen: Arc<Seen>,
    task: Mutex<Option<AbortHandle>>,
}

#[derive(Default)]
struct Seen {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    epoch: i64,
    read_at: Option<Instant>,
    /// Counts this gateway's own endings, so that a read that began before one does not hide it.
    endings: u64,
}

impl Watch {
    /// The epoch, if it was read within the last second. The first call starts the watch.
    pub(in crate::store) fn known(&self, config: &Config) -> Option<i64> {
        self.start(config);
        let state = lock(&self.seen.state);
        state.read_at.filter(|at| at.elapsed() < FRESH).map(|_| state.epoch)
    }

    /// This gateway itself has let the epoch grow: what was read before does not count any more.
    pub(in crate::store) fn note_ending(&self) {
        let mut state = lock(&self.seen.state);
        state.endings += 1;
        state.read_at = None;
        drop(state);
        self.seen.wake.notify_one();
    }

    fn start(&self, config: &Config) {
        let mut task = lock(&self.task);
        if task.as_ref().is_none_or(AbortHandle::is_finished) {
            let watching = tokio::spawn(keep_watching(config.clone(), Arc::clone(&self.seen)));
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

async fn keep_watching(config: Config, seen: Arc<Seen>) {
    loop {
        let Err(fault) = listen(&config, &seen).await;
        tracing::warn!(error = %fault, "the listening connection to the store was lost");
        tokio::time::sleep(POLL).await;
    }
}

async fn listen(config: &Config, seen: &Arc<Seen>) -> Result<std::convert::Infallible, tokio_postgres::Error> {
    let mut config = config.clone();
    config.connect_timeout(CONNECT_TIMEOUT);
    let (client, mut connection) = config.connect(NoTls).await?;
    let heard = Arc::clone(seen);
    // Ends by itself when the client below is dropped or the server goes away.
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                heard.wake.notify_one();
            }
        }
    });
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    loop {
        read(&client, seen).await?;
        // Either way the epoch is read again: a notification only makes it sooner.
        let _ = tokio::time::timeout(POLL, seen.wake.notified()).await;
    }
}

async fn read(client: &Client, seen: &Seen) -> Result<(), tokio_postgres::Error> {
    let began_at = Instant::now();
    let endings = lock(&seen.state).endings;
    let row = client.query_one("SELECT value FROM counters WHERE name = 'auth_epoch'", &[]).await?;
    let epoch = row.try_get(0)?;
    let mut state = lock(&seen.state);
    if state.endings == endings {
        state.epoch = epoch;
        state.read_at = Some(began_at);
    }
    Ok(())
}
