//! The schema's history: which migrations there are, which a database has, and how the missing ones are applied.

use sha2::{Digest, Sha256};

use super::db::{Db, Tx};
use super::error::{Error, Result};
use crate::params;

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// 1, 2, 3, ...
    pub version: i64,
    /// What it does, in the words of its file name.
    pub name: &'static str,
    sql: &'static str,
}

/// All steps, in order. One text serves both engines; `/*without_rowid*/` is SQLite's clustered table.
const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, name: "spine", sql: include_str!("../../migrations/0001_spine.sql") }];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/// What a database still lacks.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The steps already there.
    pub applied: Vec<i64>,
    /// The steps that [`apply`] would take, in order.
    pub pending: Vec<Migration>,
}

/// Compares the database with the steps this version knows.
///
/// # Errors
/// [`Error::Incompatible`] if a newer version has written the schema, or a step was changed after it was applied.
pub async fn plan(db: &Db) -> Result<Plan> {
    db.write(plan_within).await
}

/// Whether the database has exactly the steps that this version knows. Changes nothing, and is quick.
///
/// # Errors
/// If the database cannot be reached or has never been migrated.
pub async fn is_current(db: &Db) -> Result<bool> {
    db.read(|tx| {
        let count = tx.one("SELECT COUNT(*) FROM schema_migrations", params![])?.int(0)?;
        Ok(usize::try_from(count).is_ok_and(|count| count == MIGRATIONS.len()))
    })
    .await
}

/// Takes the missing steps, each once, in one transaction behind a lock; answers which were taken.
///
/// # Errors
/// As [`plan`]; then nothing has changed.
pub async fn apply(db: &Db, now_ms: i64) -> Result<Vec<Migration>> {
    db.write(move |tx| {
        if tx.has_row_locks() {
            tx.query("SELECT CAST(pg_advisory_xact_lock(4913) AS TEXT)", params![])?;
        }
        let plan = plan_within(tx)?;
        for step in &plan.pending {
            let clustered = if tx.has_row_locks() { "" } else { "WITHOUT ROWID" };
            tx.batch(&step.sql.replace("/*without_rowid*/", clustered))?;
            let insert = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
            tx.execute(insert, params![step.version, step.name, checksum(step).as_str(), now_ms])?;
        }
        Ok(plan.pending)
    })
    .await
}

fn plan_within(tx: &mut Tx<'_>) -> Result<Plan> {
    tx.batch(LEDGER)?;
    let mut applied = Vec::new();
    for mut row in tx.query("SELECT version, checksum FROM schema_migrations ORDER BY version", params![])? {
        let (version, recorded) = (row.int(0)?, row.text(1)?);
        let Some(known) = MIGRATIONS.iter().find(|step| step.version == version) else {
            let newest = MIGRATIONS.last().map_or(0, |step| step.version);
            return Err(Error::Incompatible(format!(
                "the database is at schema {version} and this program knows {newest}: run the newer version, or restore the snapshot that was taken before the upgrade"
            )));
        };
        if checksum(known) != recorded {
            return Err(Error::Incompatible(format!(
                "migration {version} ({}) is not the one that made this database",
                known.name
            )));
        }
        applied.push(version);
    }
    let pending = MIGRATIONS.iter().filter(|step| !applied.contains(&step.version)).copied().collect();
    Ok(Plan { applied, pending })
}

fn checksum(step: &Migration) -> String {
    Sha256::digest(step.sql).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
