//! How much a workspace has, and how much of it waits: counted up to a bound, so that no list is read to its end.

use super::db::Db;
use super::error::Result;
use super::rows::Rows;
use super::tx::Tx;
use crate::params;

/// So many rows of one kind are counted at the most.
pub const ROWS_COUNTED_MAX: i64 = 100_000;

/// How many rows there are of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowCount {
    /// How many; [`ROWS_COUNTED_MAX`] for more.
    pub count: i64,
    /// Whether it is not more.
    pub is_exact: bool,
}

/// How much a workspace has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct WorkspaceCounts {
    pub agents: RowCount,
    pub members: RowCount,
    pub service_accounts: RowCount,
    pub sessions: RowCount,
    pub turns: RowCount,
    pub memories: RowCount,
    pub memory_profiles: RowCount,
    pub jobs: RowCount,
    pub schedules: RowCount,
    pub webhooks: RowCount,
    pub channels: RowCount,
    pub audit_entries: RowCount,
    /// Turns that have not ended.
    pub open_turns: RowCount,
    /// Jobs whose time has come.
    pub due_jobs: RowCount,
    pub running_jobs: RowCount,
    /// Deliveries of events that are still to be sent.
    pub due_deliveries: RowCount,
    /// Turns whose question is still to be remembered.
    pub pending_memory: RowCount,
    /// When the job was to run that waits longest, in milliseconds since the epoch.
    pub oldest_job_ms: Option<i64>,
    /// The same of deliveries.
    pub oldest_delivery_ms: Option<i64>,
    /// The slot of the schedule that is due first.
    pub next_slot_ms: Option<i64>,
}

/// The counts of a workspace.
#[derive(Clone, Copy)]
pub struct WorkspaceTotals<'a>(pub(super) &'a Rows);

impl WorkspaceTotals<'_> {
    /// How much the workspace has.
    pub async fn count(self) -> Result<WorkspaceCounts> {
        self.0.list(count).await
    }
}

fn count(tx: &mut Tx<'_>) -> Result<WorkspaceCounts> {
    let mut rows = |table: &str, condition: &str| -> Result<RowCount> {
        let most = ROWS_COUNTED_MAX + 1;
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM {table} WHERE workspace_id = $1{condition} LIMIT {most}) AS found"
        );
        let count = tx.one(&sql, params![])?.next_int()?;
        Ok(RowCount { count: count.min(ROWS_COUNTED_MAX), is_exact: count <= ROWS_COUNTED_MAX })
    };
    let counts = WorkspaceCounts {
        agents: rows("agents", "")?,
        members: rows("memberships", "")?,
        service_accounts: rows("service_accounts", "")?,
        sessions: rows("sessions", " AND status IN ('active', 'archived')")?,
        turns: rows("turns", "")?,
        memories: rows("memories", " AND deleted_at_ms IS NULL")?,
        memory_profiles: rows("memory_profiles", "")?,
        jobs: rows("jobs", " AND is_public = 1")?,
        schedules: rows("schedules", "")?,
        webhooks: rows("webhooks", "")?,
        channels: rows("channels", "")?,
        audit_entries: rows("audit", "")?,
        open_turns: rows("open_turns", "")?,
        due_jobs: rows("jobs", " AND is_due = 1")?,
        running_jobs: rows("jobs", " AND status = 'running'")?,
        due_deliveries: rows("deliveries", " AND is_due = 1")?,
        pending_memory: rows("memory_pending", "")?,
        ..WorkspaceCounts::default()
    };
    let oldest = |table: &str, column: &str| {
        format!(
            "(SELECT MIN({column}) FROM (SELECT {column} FROM {table} WHERE workspace_id = $1 AND is_due = 1
                LIMIT {ROWS_COUNTED_MAX}) AS due_{table})"
        )
    };
    let sql = format!(
        "SELECT {}, {}, (SELECT MIN(s.next_at_ms) FROM schedules s WHERE s.workspace_id = $1)",
        oldest("jobs", "run_at_ms"),
        oldest("deliveries", "next_at_ms")
    );
    let mut row = tx.one(&sql, params![])?;
    Ok(WorkspaceCounts {
        oldest_job_ms: row.next_optional_int()?,
        oldest_delivery_ms: row.next_optional_int()?,
        next_slot_ms: row.next_optional_int()?,
        ..counts
    })
}

/// What the store takes on its disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreSize {
    /// The database, in bytes.
    pub database_bytes: u64,
    /// SQLite's write-ahead log, in bytes.
    pub log_bytes: Option<u64>,
}

impl Db {
    /// What the store takes on its disk.
    pub async fn size(&self) -> Result<StoreSize> {
        let is_shared = self.is_shared();
        let database = self.read(move |tx| tx.one(size_statement(is_shared), params![])?.next_int());
        let database_bytes = database.await?.unsigned_abs();
        let log_bytes = match self {
            Self::Sqlite(sqlite) => {
                let mut path = sqlite.path().as_os_str().to_owned();
                path.push("-wal");
                std::fs::metadata(path).ok().map(|file| file.len())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        };
        Ok(StoreSize { database_bytes, log_bytes })
    }
}

/// Answers what the database takes on its disk.
pub(super) const fn size_statement(is_shared: bool) -> &'static str {
    if is_shared {
        "SELECT CAST(pg_database_size(current_database()) AS BIGINT)"
    } else {
        "SELECT c.page_count * s.page_size FROM pragma_page_count() c, pragma_page_size() s"
    }
}
