//! SQLite: one thread that writes, with group commit, and a pool of connections that read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::checkpoint::truncate;
use super::epoch::seen::Seen;
use super::erased::{ErasedBody, erased};
use super::error::{Error, Result};
use super::known_readers::KnownReaders;
use super::mode::Mode;
use super::notes::Notes;
use super::signals::{Listeners, Signal};
use super::sqlite_handle::{Handle, classify, configure};
use super::sqlite_writer::Writer;
use super::subjects::KnownNumbers;
use super::tx::{Driver, TransactionBody, Tx};
use super::workspace::WorkspaceId;
use super::write_health::WriteHealth;
use crate::config::StoreConfig;

/// How long the epoch of all credentials counts once it is read.
const EPOCH_FRESH: Duration = Duration::from_millis(10);
/// How long a look at a database waits for another process.
const INSPECTION_WAIT: Duration = Duration::from_secs(5);

/// A database file, opened once for writing and several times for reading.
pub struct Sqlite {
    pub(super) writes: WriteHealth,
    pub(super) subjects: KnownNumbers,
    pub(super) workspaces: KnownNumbers,
    pub(super) event_readers: KnownReaders,
    path: PathBuf,
    writer: Writer,
    readers: Arc<Readers>,
    epoch: Seen,
    /// Notified of what commits announce.
    pub(super) listeners: Listeners,
}

struct Readers {
    path: PathBuf,
    /// How long work waits for a free connection.
    wait: Duration,
    idle: std::sync::Mutex<Vec<Handle>>,
    permits: Arc<Semaphore>,
}

impl Sqlite {
    /// Opens or creates the file at `path`; a new one can be read by its owner alone.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the file cannot be opened or is no database.
    pub fn open(path: &Path, config: &StoreConfig) -> Result<Self> {
        let describe = |fault: Error| Error::Unavailable(format!("{}: {fault}", path.display()));
        create(path).map_err(|fault| describe(Error::broken(fault)))?;
        let writer = Writer::start(path, config).map_err(describe)?;
        let readers = Readers {
            path: path.to_owned(),
            wait: Duration::from_millis(config.wait_timeout_ms),
            idle: std::sync::Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(config.readers.max(1))),
        };
        let (writes, epoch) = (WriteHealth::default(), Seen::new(EPOCH_FRESH));
        Ok(Self {
            writes,
            subjects: KnownNumbers::default(),
            workspaces: KnownNumbers::default(),
            event_readers: KnownReaders::default(),
            path: path.to_owned(),
            writer,
            readers: Arc::new(readers),
            epoch,
            listeners: Listeners::default(),
        })
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Cuts the write-ahead log to nothing, after what is in it is in the database. Whether it could: a reader may be in the way
    /// for too long.
    pub(super) async fn truncate_log(&self) -> Result<bool> {
        let (path, wait) = (self.path.clone(), self.readers.wait);
        tokio::task::spawn_blocking(move || truncate(&path, wait)).await.map_err(Error::broken)?
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        mode: Mode,
        work: impl TransactionBody<T>,
    ) -> Result<T> {
        let written = self.writer.submit(workspace, mode, work).await?;
        self.listeners.notify_all(written.signals);
        if written.signals.has(Signal::Credentials) {
            self.epoch.note_ending();
            // Another process that has read the epoch a moment ago goes by it for as long.
            tokio::time::sleep(EPOCH_FRESH).await;
        }
        written.answer
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        work: impl TransactionBody<T>,
    ) -> Result<T> {
        let (work, answer) = erased(work);
        self.read_erased(workspace, work).await?;
        answer.take()
    }

    async fn read_erased(&self, workspace: Option<WorkspaceId>, work: Arc<ErasedBody>) -> Result<()> {
        let readers = Arc::clone(&self.readers);
        let permit = readers.permit().await?;
        // The permit goes with the work, which runs to its end even when its caller has gone.
        let look = move |_permit: OwnedSemaphorePermit| readers.run(workspace.as_ref(), &*work);
        tokio::task::spawn_blocking(move || look(permit)).await.map_err(Error::broken)?
    }

    /// Looks at rows on the calling thread: for single look-ups by key, which take microseconds. One statement, which is
    /// its own transaction.
    pub(super) fn look<T>(&self, workspace: Option<&WorkspaceId>, work: &impl TransactionBody<T>) -> Result<T> {
        self.readers.with(|connection| Tx::run(Driver::Sqlite(connection), workspace, &Notes::default(), work))
    }

    /// The epoch of all credentials, if it was read a moment ago.
    pub(super) fn known_epoch(&self) -> Option<i64> {
        self.epoch.known()
    }

    /// Reads the epoch, which other processes may have let grow.
    pub(super) fn read_epoch(&self, read: impl TransactionBody<i64>) -> Result<i64> {
        let reading = self.epoch.begin();
        let epoch = self.look(None, &read)?;
        self.epoch.keep(&reading, epoch);
        Ok(epoch)
    }

    /// A connection of its own, which reads.
    pub(super) fn open_reader(&self) -> Result<Connection> {
        open_reader(&self.path, self.readers.wait)
    }

    /// Writes a consistent copy of the database to `target` while others go on writing.
    pub fn snapshot(&self, target: &Path) -> Result<()> {
        let connection = open_reader(&self.path, self.readers.wait)?;
        connection.execute("VACUUM INTO ?1", [target.to_string_lossy()]).map_err(classify)?;
        Ok(())
    }
}

/// Answers what `work` reads in the file at `path`, which is neither made nor changed. No file is made beside it either,
/// unless other connections have left their log.
pub(super) fn inspect<T>(path: &Path, work: &impl TransactionBody<T>) -> Result<T> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_at_rest = std::fs::metadata(log).map_or(true, |log| log.len() == 0);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let uri = format!("file:{escaped}{}", if is_at_rest { "?immutable=1" } else { "" });
    let connection = Connection::open_with_flags(uri, flags).map_err(classify)?;
    configure(&connection, INSPECTION_WAIT)?;
    Tx::run(Driver::Sqlite(&Handle::new(connection)), None, &Notes::default(), work)
}

impl Readers {
    /// The right to one connection.
    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let permit = tokio::time::timeout(self.wait, Arc::clone(&self.permits).acquire_owned()).await;
        let none = |_| Error::Unavailable("no connection for reading was free in time".into());
        permit.map_err(none)?.map_err(Error::broken)
    }

    fn run(&self, workspace: Option<&WorkspaceId>, work: &ErasedBody) -> Result<()> {
        self.with(|connection| {
            // One transaction, so that several statements see one state.
            connection.prepare_cached("BEGIN").and_then(|mut begin| begin.execute([])).map_err(classify)?;
            let answer = Tx::run(Driver::Sqlite(connection), workspace, &Notes::default(), work);
            connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).map_err(classify)?;
            answer
        })
    }

    /// Lends an idle connection. One whose transaction could not be ended is not lent again.
    fn with<T>(&self, look: impl FnOnce(&Handle) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().map_err(Error::broken)?.pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Handle::new(open_reader(&self.path, self.wait)?),
        };
        let answer = look(&connection);
        if connection.is_autocommit() {
            self.idle.lock().map_err(Error::broken)?.push(connection);
        }
        answer
    }
}

/// Makes the file `path` if it is not there; its owner alone can read it.
pub(super) fn create(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn open_reader(path: &Path, wait: Duration) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(classify)?;
    configure(&connection, wait)?;
    Ok(connection)
}
