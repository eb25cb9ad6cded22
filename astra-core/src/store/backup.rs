//! A copy of a SQLite database that is in use, and what is read and changed in such a copy before a gateway uses it.
//! Where copies lie and how they come to their names is not here: `crate::backup` has it.

use std::path::Path;

use rusqlite::{Connection, InterruptHandle, OptionalExtension as _, params as values};

use super::db::Db;
use super::error::{Error, Result};
use super::keys::{self, SigningKey};
use super::migrate::{APPLICATION_ID, Plan, Schema};
use super::sqlite::{self, create};
use super::sqlite_handle::classify;
use super::tx::Tx;
use crate::ids::TurnId;
use crate::params;

/// Faults that one check of a file names.
const FAULTS_MAX: u32 = 5;

/// What a backup says of itself, in a table that a store does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupRecord {
    /// Every change that was acknowledged before this time is in it, in milliseconds since the epoch.
    pub until_ms: i64,
    /// The version of the program that made it.
    pub version: String,
    /// Random.
    pub key_salt: Vec<u8>,
    /// What the master key of the store makes of the salt.
    pub key_check: Vec<u8>,
}

/// What is in the file of a backup.
#[derive(Debug, Clone)]
pub struct FoundBackup {
    /// What its schema lacks.
    pub plan: Plan,
    /// The keys that tokens are signed with.
    pub signing_keys: Vec<SigningKey>,
    /// What it says of itself; `None` for a copy that was not made as a backup.
    pub record: Option<BackupRecord>,
    /// The newest turn that has ended.
    pub last_turn: Option<TurnId>,
}

/// A copy that is about to be made, on a connection of its own.
pub struct Copying {
    connection: Connection,
}

impl Db {
    /// Opens the connection that copies a SQLite database.
    ///
    /// # Errors
    /// [`Error::Incompatible`] on PostgreSQL, which has `pg_dump`; [`Error::Unavailable`] if the file cannot be opened.
    pub fn begin_copy(&self) -> Result<Copying> {
        match self {
            Self::Sqlite(sqlite) => Ok(Copying { connection: sqlite.open_reader()? }),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Err(Error::Incompatible("PostgreSQL is backed up by pg_dump".into())),
        }
    }
}

impl Copying {
    /// What ends the copying early.
    #[must_use]
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.connection.get_interrupt_handle()
    }

    /// Writes one state of the database to the file `target`, which is its owner's alone, while others go on writing; with
    /// `record` in it. Answers the newest turn that has ended. Blocks.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room for it.
    pub fn write(self, target: &Path, record: &BackupRecord) -> Result<Option<TurnId>> {
        create(target).map_err(|fault| Error::Unavailable(format!("{}: {fault}", target.display())))?;
        self.connection.execute("VACUUM INTO ?1", [target.to_string_lossy()]).map_err(classify)?;
        let copy = Connection::open(target).map_err(classify)?;
        // The file is of no use before it is complete, and it is handed to the disk then.
        let pragmas = format!(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA application_id = {APPLICATION_ID};
             CREATE TABLE backup (until_ms BIGINT NOT NULL, version TEXT NOT NULL, key_salt BYTEA NOT NULL, key_check BYTEA NOT NULL);"
        );
        copy.execute_batch(&pragmas).map_err(classify)?;
        let sql = "INSERT INTO backup (until_ms, version, key_salt, key_check) VALUES (?1, ?2, ?3, ?4)";
        let row = values![record.until_ms, record.version, record.key_salt, record.key_check];
        copy.execute(sql, row).map_err(classify)?;
        let last = copy.query_row("SELECT MAX(id) FROM turns", [], |row| row.get::<_, Option<i64>>(0));
        let last = last.map_err(classify)?.map(TurnId::from_key);
        copy.close().map_err(|(_, fault)| classify(fault))?;
        Ok(last)
    }
}

impl FoundBackup {
    /// Reads the file at `path`, which nothing else has open, and changes nothing. Blocks.
    ///
    /// # Errors
    /// [`Error::Incompatible`] if it is no database, not one of this program, of a newer schema, or damaged.
    pub fn read(path: &Path) -> Result<Self> {
        sqlite::inspect(path, &|tx: &mut Tx<'_>| read(tx)).map_err(|fault| match fault {
            Error::Broken(text) => Error::Incompatible(format!("the file cannot be read as a database: {text}")),
            fault => fault,
        })
    }
}

fn read(tx: &mut Tx<'_>) -> Result<FoundBackup> {
    let application = tx.one("PRAGMA application_id", params![])?.next_int()?;
    if application != APPLICATION_ID {
        return Err(Error::Incompatible("the file is a database, and not one of an Astra gateway".into()));
    }
    let plan = Schema::CURRENT.plan_in(tx)?;
    if plan.applied.is_empty() {
        return Err(Error::Incompatible("the file is a database without the tables of a gateway".into()));
    }
    let mut faults = Vec::new();
    for mut row in tx.query(&format!("PRAGMA integrity_check({FAULTS_MAX})"), params![])? {
        faults.push(row.next_text()?);
    }
    if faults != ["ok"] {
        return Err(Error::Incompatible(format!("the file is damaged: {}", faults.join("; "))));
    }
    let last = tx.one("SELECT MAX(id) FROM turns", params![])?.next_optional_id()?;
    Ok(FoundBackup { plan, signing_keys: keys::all(tx)?, record: record(tx)?, last_turn: last })
}

fn record(tx: &mut Tx<'_>) -> Result<Option<BackupRecord>> {
    if !has_table(tx, "backup")? {
        return Ok(None);
    }
    let row = tx.first("SELECT until_ms, version, key_salt, key_check FROM backup", params![])?;
    row.map(|mut row| {
        Ok(BackupRecord {
            until_ms: row.next_int()?,
            version: row.next_text()?,
            key_salt: row.next_bytes()?,
            key_check: row.next_bytes()?,
        })
    })
    .transpose()
}

fn has_table(tx: &mut Tx<'_>, name: &str) -> Result<bool> {
    Ok(tx.first("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = $1", params![name])?.is_some())
}

/// Makes a store of the copy at `path`, which nothing else has open: what it says of itself goes, and so do the programs that
/// worked on the store that it was copied from and the time that they had for their work. Blocks.
///
/// # Errors
/// If the file cannot be written.
pub fn settle_restored(path: &Path) -> Result<()> {
    const STEPS: [(&str, &str); 6] = [
        ("backup", "DROP TABLE backup"),
        ("instances", "DELETE FROM instances"),
        ("leaders", "DELETE FROM leaders"),
        ("jobs", "UPDATE jobs SET lease_until_ms = 0 WHERE status = 'running'"),
        ("deliveries", "UPDATE deliveries SET lease_until_ms = 0 WHERE status = 'sending'"),
        ("memory_pending", "UPDATE memory_pending SET lease_until_ms = 0"),
    ];
    let mut connection = Connection::open(path).map_err(classify)?;
    connection.execute_batch("PRAGMA journal_mode = DELETE").map_err(classify)?;
    let transaction = connection.transaction().map_err(classify)?;
    for (table, step) in STEPS {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        let found = transaction.query_row(sql, [table], |_| Ok(())).optional().map_err(classify)?;
        if found.is_some() {
            transaction.execute(step, []).map_err(classify)?;
        }
    }
    transaction.commit().map_err(classify)?;
    connection.close().map_err(|(_, fault)| classify(fault))
}
