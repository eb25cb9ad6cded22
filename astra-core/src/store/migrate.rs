//! The schema's history: which steps there are, which a database has, and how the missing ones are taken.
//! A database that does not hold exactly what its ledger says is refused, with the cure in the message.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::backend::Backend;
use super::db::Db;
use super::error::{Error, Result};
use super::make_folder;
use super::mode::Mode;
use super::planner;
use super::sqlite::{Sqlite, create};
use super::tx::Tx;
use crate::params;

/// What SQLite's header says of the databases of this program: `Astr`.
pub(super) const APPLICATION_ID: i64 = 0x4173_7472;

/// One step of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// 1, 2, 3, ...
    pub version: i64,
    /// What it does, in the words of its file name.
    pub name: &'static str,
    /// Its statements.
    pub sql: Sql,
}

/// The statements of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sql {
    /// One text for both backends. SQLite takes `/*without_rowid*/` behind a table as `WITHOUT ROWID`, and a
    /// `BIGINT PRIMARY KEY` as the row's own number.
    Same(&'static str),
    /// A text for each backend, which it takes as it is written.
    Each {
        /// SQLite's.
        sqlite: &'static str,
        /// PostgreSQL's.
        postgres: &'static str,
    },
}

impl Sql {
    /// The text for `backend`, as it is written.
    const fn text(self, backend: Backend) -> &'static str {
        match (self, backend) {
            (Self::Same(text), _)
            | (Self::Each { sqlite: text, .. }, Backend::Sqlite)
            | (Self::Each { postgres: text, .. }, Backend::Postgres) => text,
        }
    }

    /// The statements that `backend` runs.
    fn statements(self, backend: Backend) -> Cow<'static, str> {
        match (self, backend) {
            (Self::Same(text), Backend::Sqlite) => {
                let text = text.replace("/*without_rowid*/", "WITHOUT ROWID");
                Cow::Owned(text.replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY"))
            }
            _ => Cow::Borrowed(self.text(backend)),
        }
    }
}

/// The steps that this program knows, in order.
const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "spine", sql: Sql::Same(include_str!("../../migrations/0001_spine.sql")) },
    Migration {
        version: 2,
        name: "login_codes",
        sql: Sql::Same(include_str!("../../migrations/0002_login_codes.sql")),
    },
];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

const CURE: &str = "restore a backup (before an upgrade SQLite's is put into `backups` beside the database), or start \
                    with an empty database";

/// What a database still lacks.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The steps already there.
    pub applied: Vec<i64>,
    /// The steps that [`apply`] would take, in order.
    pub pending: Vec<Migration>,
}

/// Compares the database with the steps that this program knows, and changes nothing.
///
/// # Errors
/// [`Error::Incompatible`] if a newer version has written the schema, if a step was changed after it was taken, or if
/// the tables are not those that the ledger's steps made.
pub async fn plan(db: &Db) -> Result<Plan> {
    Schema::CURRENT.plan(db).await
}

/// Whether the database has exactly the steps that this version knows. Changes nothing, and is quick.
///
/// # Errors
/// If the database cannot be reached or has never been migrated.
pub async fn is_current(db: &Db) -> Result<bool> {
    db.read(|tx| {
        let count = tx.one("SELECT COUNT(*) FROM schema_migrations", params![])?.next_int()?;
        Ok(usize::try_from(count).is_ok_and(|count| count == MIGRATIONS.len()))
    })
    .await
}

/// Takes the missing steps, each once, in one transaction behind a lock; answers which were taken. Before a SQLite
/// database that is in use changes, a copy of it is put into the folder `backups` beside it.
///
/// # Errors
/// As [`plan`], and [`Error::Full`] if there is no room for the copy; then nothing has changed.
pub async fn apply(db: &Db, now_ms: i64) -> Result<Vec<Migration>> {
    Schema::CURRENT.apply(db, now_ms).await
}

/// A history of steps.
#[derive(Debug, Clone, Copy)]
pub struct Schema(&'static [Migration]);

impl Schema {
    /// This program's.
    pub const CURRENT: Self = Self(MIGRATIONS);

    /// A history of one's own; its versions are 1, 2, 3, ...
    #[must_use]
    pub const fn new(steps: &'static [Migration]) -> Self {
        Self(steps)
    }

    /// As [`plan`], for this history.
    pub async fn plan(self, db: &Db) -> Result<Plan> {
        db.read(move |tx| self.compare(tx)).await
    }

    /// As [`apply`], for this history.
    pub async fn apply(self, db: &Db, now_ms: i64) -> Result<Vec<Migration>> {
        let plan = self.plan(db).await?;
        if plan.pending.is_empty() {
            return Ok(Vec::new());
        }
        if let (Db::Sqlite(sqlite), Some(version)) = (db, plan.applied.last()) {
            let (sqlite, version) = (sqlite.clone(), *version);
            let copy = tokio::task::spawn_blocking(move || back_up(&sqlite, version, now_ms));
            let path = copy.await.map_err(Error::broken)??;
            tracing::info!(path = %path.display(), "the database was copied before its schema changes");
        }
        db.dispatch(None, Mode::Migrate, move |tx: &mut Tx<'_>| self.take_missing(tx, now_ms)).await
    }

    /// As [`plan`], within a transaction.
    pub(super) fn plan_in(self, tx: &mut Tx<'_>) -> Result<Plan> {
        self.compare(tx)
    }

    fn take_missing(self, tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<Migration>> {
        let backend = tx.backend();
        if backend == Backend::Postgres {
            // Another gateway may be at it; what it has done by the end of the wait is seen by the comparison below.
            tx.query("SELECT CAST(pg_advisory_xact_lock(4913) AS TEXT)", params![])?;
        }
        let plan = self.compare(tx)?;
        tx.batch(LEDGER)?;
        for step in &plan.pending {
            tx.batch(&step.sql.statements(backend)).map_err(|fault| failed(step, fault))?;
            let insert = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
            tx.execute(insert, params![step.version, step.name, checksum(step, backend).as_str(), now_ms])?;
        }
        if backend == Backend::Sqlite {
            tx.batch(&format!("PRAGMA application_id = {APPLICATION_ID}"))?;
            planner::tell(tx)?;
        }
        Ok(plan.pending)
    }

    fn compare(self, tx: &mut Tx<'_>) -> Result<Plan> {
        let present = tables(tx)?;
        let mut applied = Vec::new();
        if present.contains("schema_migrations") {
            let ledger = "SELECT version, checksum FROM schema_migrations ORDER BY version";
            for mut row in tx.query(ledger, params![])? {
                applied.push((row.next_int()?, row.next_text()?));
            }
        }
        let backend = tx.backend();
        self.check_ledger(&applied, backend)?;
        let (taken, pending) = self.0.split_at(applied.len());
        check_tables(&present, taken, pending, backend)?;
        Ok(Plan { applied: applied.into_iter().map(|(version, _)| version).collect(), pending: pending.to_vec() })
    }

    fn check_ledger(self, applied: &[(i64, String)], backend: Backend) -> Result<()> {
        let newest = self.0.last().map_or(0, |step| step.version);
        if let Some((version, _)) = applied.last()
            && *version > newest
        {
            return Err(Error::Incompatible(format!(
                "the database is at schema {version} and this program knows {newest}: run the newer program, or {CURE}"
            )));
        }
        for (step, (version, recorded)) in self.0.iter().zip(applied) {
            if step.version != *version {
                let missing = step.version;
                return Err(Error::Incompatible(format!(
                    "the database's schema is half-applied: migration {version} is recorded and {missing} is not: {CURE}"
                )));
            }
            if checksum(step, backend) != *recorded {
                return Err(Error::Incompatible(format!(
                    "migration {version} ({}) is not the one that made this database: run the program that made it, or {CURE}",
                    step.name
                )));
            }
        }
        Ok(())
    }
}

/// The names of all tables.
fn tables(tx: &mut Tx<'_>) -> Result<BTreeSet<String>> {
    let sql = match tx.backend() {
        Backend::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema()"
        }
        Backend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    tx.query(sql, params![])?.into_iter().map(|mut row| row.next_text()).collect()
}

/// Refuses a database in which a table of a step that was taken is missing, or one of a pending step is there.
fn check_tables(
    present: &BTreeSet<String>,
    taken: &[Migration],
    pending: &[Migration],
    backend: Backend,
) -> Result<()> {
    let mut expected = BTreeSet::new();
    taken.iter().for_each(|step| follow(step.sql.text(backend), &mut expected));
    if let Some(table) = expected.difference(present).next() {
        return Err(Error::Incompatible(format!(
            "the database's schema is half-applied: its ledger says that there is a table `{table}` and there is none: {CURE}"
        )));
    }
    let Some(next) = pending.first() else { return Ok(()) };
    let mut then = expected.clone();
    follow(next.sql.text(backend), &mut then);
    match then.difference(&expected).find(|table| present.contains(*table)) {
        Some(table) => Err(Error::Incompatible(format!(
            "the database's schema is half-applied, or another program's: there is a table `{table}` already and no record of migration {} ({}), which makes it: {CURE}",
            next.version, next.name
        ))),
        None => Ok(()),
    }
}

/// What `sql` does to the set of tables.
fn follow(sql: &str, tables: &mut BTreeSet<String>) {
    let plain: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    for statement in plain.split(';') {
        let words: Vec<&str> = statement.split([' ', '(', '\n', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["CREATE", "TABLE", name, ..] => drop(tables.insert((*name).to_owned())),
            ["DROP", "TABLE", name, ..] => drop(tables.remove(*name)),
            ["ALTER", "TABLE", old, "RENAME", "TO", new, ..] => {
                tables.remove(*old);
                tables.insert((*new).to_owned());
            }
            _ => {}
        }
    }
}

/// Copies the database into `backups` beside it, whole and on the disk before its final name appears. As the database
/// itself, it is its owner's alone.
fn back_up(sqlite: &Sqlite, version: i64, now_ms: i64) -> Result<PathBuf> {
    let folder = sqlite.path().with_file_name("backups");
    let target = folder.join(format!("schema-{version:04}-{now_ms}.db"));
    let partial = target.with_extension("partial");
    let copied = make_private(&folder)
        .and_then(|()| create(&partial))
        .map_err(Error::broken)
        .and_then(|()| sqlite.snapshot(&partial))
        .and_then(|()| std::fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(Error::broken))
        .and_then(|()| std::fs::rename(&partial, &target).map_err(Error::broken));
    match copied {
        Ok(()) => Ok(target),
        Err(fault) => {
            let _ = std::fs::remove_file(&partial);
            let text = format!(
                "the schema must change and the copy before it, {}, could not be written: {fault}; make room there and start again",
                target.display()
            );
            Err(if matches!(fault, Error::Full(_)) { Error::Full(text) } else { Error::Unavailable(text) })
        }
    }
}

/// Makes the folder, or takes away from others what an earlier version let them read.
fn make_private(folder: &Path) -> std::io::Result<()> {
    make_folder(folder)?;
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn failed(step: &Migration, fault: Error) -> Error {
    match fault {
        Error::Broken(text) | Error::Unique(text) | Error::Missing(text) => Error::Incompatible(format!(
            "migration {} ({}) failed and nothing was changed: {text}",
            step.version, step.name
        )),
        other => other,
    }
}

/// Of the text for `backend`, whatever its line ends.
fn checksum(step: &Migration, backend: Backend) -> String {
    let text = step.sql.text(backend).replace('\r', "");
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
