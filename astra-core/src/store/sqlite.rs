//! SQLite: one thread that writes, with group commit, and a pool of connections that read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::db::{Driver, Mode, Notes, TransactionBody, Tx, WorkspaceId};
use super::epoch::seen::Seen;
use super::error::{Error, Result};
use super::sqlite_writer::Writer;
use super::subjects::KnownNumbers;
use super::value::{Param, Row, Value};
use super::write_health::WriteHealth;
use crate::config::StoreConfig;

const STATEMENTS_CACHED: usize = 256;
/// How long the epoch of all credentials counts once it is read.
const EPOCH_FRESH: Duration = Duration::from_millis(10);
/// How long a look at a database waits for another process.
const INSPECTION_WAIT: Duration = Duration::from_secs(5);

/// A database file, opened once for writing and several times for reading.
pub struct Sqlite {
    pub(super) writes: WriteHealth,
    pub(super) subjects: KnownNumbers,
    pub(super) workspaces: KnownNumbers,
    path: PathBuf,
    writer: Writer,
    readers: Arc<Readers>,
    epoch: Seen,
    /// Notified when a job waits that did not wait before.
    pub(super) jobs: Arc<Notify>,
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
        let (writes, epoch, jobs) = (WriteHealth::default(), Seen::new(EPOCH_FRESH), Arc::default());
        Ok(Self {
            writes,
            subjects: KnownNumbers::default(),
            workspaces: KnownNumbers::default(),
            path: path.to_owned(),
            writer,
            readers: Arc::new(readers),
            epoch,
            jobs,
        })
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        workspace: Option<WorkspaceId>,
        mode: Mode,
        work: impl TransactionBody<T>,
    ) -> Result<T> {
        let written = self.writer.submit(workspace, mode, work).await?;
        if written.effects.changed_jobs {
            self.jobs.notify_one();
        }
        if written.effects.ended_credentials {
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
        let readers = Arc::clone(&self.readers);
        let permit = readers.permit().await?;
        // The permit goes with the work, which runs to its end even when its caller has gone.
        let look = move |_permit: OwnedSemaphorePermit| readers.run(workspace.as_ref(), &work);
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

    fn run<T>(&self, workspace: Option<&WorkspaceId>, work: &impl TransactionBody<T>) -> Result<T> {
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

/// A connection, and where its statements' values belong.
pub(super) struct Handle {
    connection: Connection,
    places: RefCell<HashMap<String, Arc<[usize]>, foldhash::fast::RandomState>>,
}

impl Handle {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, places: RefCell::default() }
    }

    /// The number inside each parameter's name, by which values are bound: SQLite itself numbers `$2, $1` by first
    /// appearance. It looks names up one by one, so they are looked at once.
    fn places(&self, sql: &str, statement: &Statement<'_>) -> Result<Arc<[usize]>> {
        if let Some(places) = self.places.borrow().get(sql) {
            return Ok(Arc::clone(places));
        }
        let number = |index| statement.parameter_name(index)?.get(1..)?.parse().ok();
        let places: Option<Arc<[usize]>> = (1..=statement.parameter_count()).map(number).collect();
        let places = places.ok_or_else(|| Error::Broken("parameters are written $1, $2, ...".into()))?;
        self.places.borrow_mut().insert(sql.to_owned(), Arc::clone(&places));
        Ok(places)
    }
}

impl Deref for Handle {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// What every connection needs, whatever it does. It waits so long for another process that has the lock, such as the
/// command line beside a gateway.
pub(super) fn configure(connection: &Connection, wait: Duration) -> Result<()> {
    connection.busy_timeout(wait).map_err(classify)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // Otherwise SQLite plans a statement again whenever a value such as the one of `LIMIT $2` changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(classify)?;
    connection
        .execute_batch("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000;")
        .map_err(classify)
}

/// SQLite's result codes in the store's words.
pub(super) fn classify(fault: impl std::borrow::Borrow<rusqlite::Error>) -> Error {
    let fault = fault.borrow();
    let text = fault.to_string();
    let Some(code) = fault.sqlite_error() else { return Error::Broken(text) };
    match (code.code, code.extended_code) {
        (_, 2067 | 1555) => Error::Unique(text),
        (_, 787) => Error::Missing(text),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Error::Retry(text),
        (ErrorCode::DiskFull, _) => Error::Full(text),
        // A statement that writes, given to a look.
        (ErrorCode::ReadOnly, 8) => Error::Broken(text),
        (ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly, _) => Error::Unavailable(text),
        _ => Error::Broken(text),
    }
}

pub(super) fn each(
    connection: &Handle,
    sql: &str,
    workspace: Option<i64>,
    params: &[Param<'_>],
    take: &mut dyn FnMut(Row) -> Result<bool>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(sql).map_err(classify)?;
    let places = connection.places(sql, &statement)?;
    bind(&mut statement, &places, workspace, params)?;
    let columns = statement.column_count();
    let mut found = statement.raw_query();
    while let Some(row) = found.next().map_err(classify)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(match row.get_ref(column).map_err(classify)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Real(number) => Value::Float(number),
                ValueRef::Text(text) => Value::Text(match std::str::from_utf8(text) {
                    Ok(text) => text.to_owned(),
                    Err(_) => String::from_utf8_lossy(text).into_owned(),
                }),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
            });
        }
        if !take(Row::new(values))? {
            // What a statement writes is checked behind its last row.
            let writes = found.as_ref().is_some_and(|statement| !statement.readonly());
            while writes && found.next().map_err(classify)?.is_some() {}
            break;
        }
    }
    Ok(())
}

pub(super) fn execute(connection: &Handle, sql: &str, workspace: Option<i64>, params: &[Param<'_>]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql).map_err(classify)?;
    let places = connection.places(sql, &statement)?;
    bind(&mut statement, &places, workspace, params)?;
    let touched = statement.raw_execute().map_err(classify)?;
    Ok(u64::try_from(touched).unwrap_or_default())
}

/// Every value must have its place, as PostgreSQL demands.
fn bind(statement: &mut Statement<'_>, places: &[usize], workspace: Option<i64>, params: &[Param<'_>]) -> Result<()> {
    let given = params.len() + usize::from(workspace.is_some());
    if workspace.is_some() && !places.contains(&1) {
        return Err(Error::Broken("a workspace's statement does not name $1".into()));
    }
    if given != places.len() {
        return Err(Error::Broken(format!("{given} values for a statement with {} parameters", places.len())));
    }
    for (index, number) in (1..).zip(places) {
        let param = match workspace {
            Some(workspace) if *number == 1 => Some(Param::Int(workspace)),
            Some(_) => params.get(number.wrapping_sub(2)).copied(),
            None => params.get(number.wrapping_sub(1)).copied(),
        };
        match param.ok_or_else(|| Error::Broken(format!("no value for ${number}")))? {
            Param::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
            Param::Int(number) => statement.raw_bind_parameter(index, number),
            Param::Float(number) => statement.raw_bind_parameter(index, number),
            Param::Text(text) => statement.raw_bind_parameter(index, text),
            Param::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
        }
        .map_err(classify)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_its_values_are() {
        let connection = Connection::open_in_memory().expect("a database");
        configure(&connection, Duration::ZERO).expect("a connection");
        connection.execute_batch("CREATE TABLE numbers (number BIGINT)").expect("a table");
        let mut statement = connection.prepare("SELECT number FROM numbers LIMIT $1").expect("a statement");
        for limit in [1, 2, 3] {
            assert!(!statement.exists([limit]).expect("an answer"));
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
