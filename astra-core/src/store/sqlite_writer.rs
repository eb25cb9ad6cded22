//! Who writes to SQLite, on the one connection that may. Work that finds the connection free and nothing waiting is committed
//! by its caller; all other work goes to a thread that takes what waits into one transaction and acknowledges after COMMIT.
//! When none can begin, because another process has the lock, all that waits is refused after one wait.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpoints;
use super::error::{Error, Result};
use super::mode::Mode;
use super::sqlite_commit::{Pending, QueuedWrite, Written, commit, commit_alone};
use super::sqlite_handle::{Handle, classify, configure};
use super::sqlite_steps::Steps;
use super::tx::TransactionBody;
use super::workspace::WorkspaceId;
use crate::config::{StoreConfig, Synchronous};

/// How much work may wait; beyond it the callers wait.
const QUEUE: usize = 4096;
/// How much work one transaction takes at the most.
const BATCH: usize = 512;
/// When a transaction had this much work, the next one waits a moment for more: a commit costs the same for one and for
/// many. Lone work does not wait.
const CROWD: usize = 4;
/// How long that moment is for each piece of work that the last one had, ...
const GATHER: Duration = Duration::from_micros(50);
/// ... and at the most.
const GATHER_MAX: Duration = Duration::from_micros(500);
/// How long it is where each commit waits for the disk, which is dearer still.
const GATHER_FULL: Duration = Duration::from_micros(800);
/// How long the writer waits for the lock as long as another process is known to have it.
const LOCKED_WAIT: Duration = Duration::from_secs(1);

/// The way to the writing connection.
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn QueuedWrite>>>,
    thread: Option<thread::JoinHandle<()>>,
    desk: Arc<Desk>,
    /// Whether callers may commit: not where a commit waits for the disk.
    is_caller_quick: bool,
    /// How long work waits for a place in the queue.
    wait: Duration,
}

/// What callers and the writing thread share.
struct Desk {
    seat: Mutex<Seat>,
    /// Work in the queue and in the writing thread's hands. As long as there is some, more goes the same way: work is run
    /// in its order, and the thread gets the seat.
    waiting: AtomicUsize,
}

/// The connection, and what its holder must know.
struct Seat {
    connection: Handle,
    checkpoints: Checkpoints,
    steps: Steps,
    /// Whether the writing thread's last transaction was crowded. Then the next one gathers work again.
    is_crowded: bool,
    /// Whether another process had the lock.
    is_locked: bool,
}

impl Writer {
    pub(super) fn start(path: &Path, config: &StoreConfig) -> Result<Self> {
        let wait = Duration::from_millis(config.wait_timeout_ms);
        let mut connection = Connection::open(path).map_err(classify)?;
        configure(&connection, wait)?;
        let level = match config.synchronous {
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
        };
        let pragmas = format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = {level}; PRAGMA wal_autocheckpoint = 0;
             PRAGMA journal_size_limit = 104857600; PRAGMA secure_delete = FAST;"
        );
        connection.execute_batch(&pragmas).map_err(classify)?;
        if let Some(megabytes) = config.max_size_mb {
            let page_bytes: i64 =
                connection.pragma_query_value(None, "page_size", |row| row.get(0)).map_err(classify)?;
            let pages = (i64::from(megabytes) << 20) / page_bytes.max(1);
            connection.execute_batch(&format!("PRAGMA max_page_count = {pages}")).map_err(classify)?;
        }
        let checkpoints = Checkpoints::start(path, &mut connection, wait)?;
        let steps = Steps::count(&mut connection)?;
        let connection = Handle::new(connection);
        let seat = Mutex::new(Seat { connection, checkpoints, steps, is_crowded: false, is_locked: false });
        let desk = Arc::new(Desk { seat, waiting: AtomicUsize::new(0) });
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (shared, synchronous) = (Arc::clone(&desk), config.synchronous);
        #[expect(clippy::disallowed_methods, reason = "the one writer blocks on the disk, and ends with its store")]
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_loop(&shared, waiting, &Pace { synchronous, wait }))
            .map_err(Error::broken)?;
        let is_caller_quick = config.synchronous == Synchronous::Normal;
        Ok(Self { queue: Some(queue), thread: Some(thread), desk, is_caller_quick, wait })
    }

    pub(super) async fn submit<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        mode: Mode,
        work: impl TransactionBody<T>,
    ) -> Result<Written<T>> {
        let mut pending = Pending::new(work, mode, workspace);
        if self.is_caller_quick && mode != Mode::Migrate && self.desk.commit_now(&mut pending) {
            // A caller that writes on and on waits for nothing and would let no other task run.
            tokio::task::coop::consume_budget().await;
            return Ok(pending.written());
        }
        let (caller, written) = oneshot::channel();
        pending.caller = Some(caller);
        let write = Box::new(pending);
        let closed = || Error::Unavailable("the store's writer has ended".into());
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        let place = match queue.try_reserve() {
            Ok(place) => place,
            Err(_) => {
                let full = |_| Error::Unavailable("the store's writer had too much to do for too long".into());
                let place = tokio::time::timeout(self.wait, queue.reserve()).await.map_err(full)?;
                place.map_err(|_| closed())?
            }
        };
        self.desk.waiting.fetch_add(1, Ordering::AcqRel);
        place.send(write);
        written.await.map_err(|_| closed())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        // The last handle may die with the work that holds it, on the writing thread, which cannot wait for itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Desk {
    /// Commits `write` on this thread, which must not be held up. False, with nothing done, if it is not a matter of
    /// microseconds: other work is there, another process has the lock, the log is about to be begun afresh, or the work
    /// itself turns out to be long.
    fn commit_now(&self, write: &mut dyn QueuedWrite) -> bool {
        if self.waiting.load(Ordering::Acquire) > 0 {
            return false;
        }
        let Ok(mut seat) = self.seat.try_lock() else { return false };
        let Seat { connection, checkpoints, steps, is_crowded, is_locked } = &mut *seat;
        if *is_crowded || *is_locked || checkpoints.want_writer() || connection.busy_timeout(Duration::ZERO).is_err() {
            return false;
        }
        steps.limit();
        // COMMIT must not be cut short, so that the limit ends with the work.
        let is_committed = commit_alone(connection, write, || steps.lift());
        steps.lift();
        if is_committed {
            checkpoints.after_commit();
        }
        is_committed
    }

    fn seat(&self) -> MutexGuard<'_, Seat> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs and settles all of `batch`, and all that came to `waiting` while another process had the lock. The number of
    /// those.
    fn write(
        &self,
        batch: &mut Vec<Box<dyn QueuedWrite>>,
        settled: &mut Vec<Box<dyn QueuedWrite>>,
        waiting: &mut mpsc::Receiver<Box<dyn QueuedWrite>>,
        wait: Duration,
    ) -> usize {
        let mut seat = self.seat();
        seat.is_crowded = batch.len() >= CROWD;
        // Callers who come to a lock that is known do not wait for long: they get an error that says to try again.
        let wait = if seat.is_locked { wait.min(LOCKED_WAIT) } else { wait };
        if let Err(fault) = seat.connection.busy_timeout(wait) {
            tracing::warn!(error = %fault, "the wait for the store's lock could not be set");
        }
        let begun = commit(&seat.connection, batch, settled);
        seat.is_locked = begun.is_err();
        let Err(fault) = begun else {
            seat.checkpoints.after_commit();
            return 0;
        };
        // What came meanwhile has waited for the same lock, and would only wait again, one after the other.
        let before = batch.len();
        batch.extend(std::iter::from_fn(|| waiting.try_recv().ok()));
        let meanwhile = batch.len() - before;
        tracing::warn!(error = %fault, refused = batch.len(), "the store could not be written");
        batch.iter_mut().for_each(|write| write.settle(Some(&fault)));
        settled.append(batch);
        meanwhile
    }
}

/// How long the writing thread waits for more work, and for the lock.
struct Pace {
    synchronous: Synchronous,
    wait: Duration,
}

impl Pace {
    /// How long to wait for more work after a transaction with `taken` pieces of it.
    fn gather(&self, taken: usize) -> Option<Duration> {
        (taken >= CROWD).then(|| match self.synchronous {
            Synchronous::Normal => GATHER.saturating_mul(u32::try_from(taken).unwrap_or(u32::MAX)).min(GATHER_MAX),
            Synchronous::Full => GATHER_FULL,
        })
    }
}

fn write_loop(desk: &Desk, mut waiting: mpsc::Receiver<Box<dyn QueuedWrite>>, pace: &Pace) {
    let (mut batch, mut settled) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let mut gather = None;
    while let Some(write) = waiting.blocking_recv() {
        batch.push(write);
        if let Some(gather) = gather {
            thread::sleep(gather);
        }
        while batch.len() < BATCH {
            match waiting.try_recv() {
                Ok(write) => batch.push(write),
                Err(_) => break,
            }
        }
        let taken = batch.len();
        gather = pace.gather(taken);
        let taken = taken + desk.write(&mut batch, &mut settled, &mut waiting, pace.wait);
        // Before the acknowledgements: a caller that goes on at once finds the seat free.
        desk.waiting.fetch_sub(taken, Ordering::AcqRel);
        settled.drain(..).for_each(|write: Box<dyn QueuedWrite>| write.acknowledge());
        let mut seat = desk.seat();
        let Seat { connection, checkpoints, .. } = &mut *seat;
        checkpoints.finish(connection);
    }
}
