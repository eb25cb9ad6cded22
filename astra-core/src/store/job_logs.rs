//! The log of each job: what it has said while it ran, and why attempts of it failed, oldest first. Who writes a line has locked
//! the job's row in the same transaction, so that the lines have the numbers 1, 2, 3, and so on.

use super::db::SWEEP_ROWS;
use super::error::{Error, Result};
use super::page::{Cursor, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::ids::JobId;
use crate::params;

/// Lines that are kept of one job: the oldest ones. The last of them says that no more are kept.
pub const JOB_LINES_MAX: usize = 1_000;
/// Longest line of a job's log, and longest words of a progress, in bytes.
pub const PROGRESS_TEXT_BYTES_MAX: usize = 512;
/// The last line of a log that has no room for more.
const NO_MORE: &str = "no more lines are kept";

/// A line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
    /// In which attempt, from 1.
    pub attempt: i64,
    /// What is said, at most 512 bytes.
    pub message: String,
}

/// A line of a job's log as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredJobLine {
    /// Its place in the log, from 1.
    pub number: u32,
    /// The line.
    pub line: JobLine,
}

impl JobLine {
    /// The line that says `text`, or the beginning of it, without what no store keeps.
    #[must_use]
    pub fn new(at_ms: i64, attempt: i64, text: impl Into<String>) -> Self {
        let mut text: String = text.into();
        text.truncate(text.floor_char_boundary(PROGRESS_TEXT_BYTES_MAX));
        Self { at_ms, attempt, message: text.replace('\0', " ") }
    }
}

/// The logs of a workspace's jobs.
#[derive(Clone, Copy)]
pub struct JobLogs<'a>(pub(super) &'a Rows);

impl JobLogs<'_> {
    /// A page of the lines of a job's log, oldest first.
    pub async fn page(self, job: JobId, request: PageRequest) -> Result<Page<StoredJobLine>> {
        let list = move |tx: &mut Tx<'_>| {
            let sql = "SELECT l.number, l.at_ms, l.attempt, l.message FROM jobs j JOIN job_logs l ON l.job_id = j.id
                WHERE j.workspace_id = $1 AND j.id = $2 AND l.number > $3 ORDER BY l.number LIMIT $4";
            let after = request.after.as_ref().map_or(0, |cursor| cursor.at);
            let read = |mut row: Row| {
                let (number, at_ms, attempt) = (row.next_count()?, row.next_int()?, row.next_int()?);
                Ok(StoredJobLine { number, line: JobLine { at_ms, attempt, message: row.next_text()? } })
            };
            let place = |line: &StoredJobLine| Cursor { at: i64::from(line.number), id: String::new() };
            tx.page(sql, params![job, after, request.fetch()], &request, read, place)
        };
        self.0.list(list).await
    }
}

/// Adds lines to the log of a job of any workspace, as far as it has room. The transaction has locked the job's row.
pub(super) fn write(tx: &mut Tx<'_>, job: JobId, lines: &[JobLine]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = lines.iter().map(|line| (line.at_ms, line.attempt, &line.message)).collect();
    let lines = serde_json::to_string(&lines).map_err(Error::broken)?;
    let said = if tx.is_shared() {
        "json_array_elements(CAST(CAST($2 AS TEXT) AS JSON)) WITH ORDINALITY AS said (line, place)"
    } else {
        "(SELECT value AS line, key + 1 AS place FROM json_each($2)) said"
    };
    let sql = format!(
        "INSERT INTO job_logs (job_id, number, at_ms, attempt, message)
        SELECT CAST($1 AS BIGINT), kept.lines + said.place, CAST(said.line ->> 0 AS BIGINT), CAST(said.line ->> 1 AS BIGINT),
            CASE WHEN kept.lines + said.place = {JOB_LINES_MAX} THEN '{NO_MORE}' ELSE said.line ->> 2 END
        FROM {said}, (SELECT COALESCE(MAX(number), 0) AS lines FROM job_logs WHERE job_id = $1) kept
        WHERE kept.lines + said.place <= {JOB_LINES_MAX}"
    );
    tx.unscoped().execute(&sql, params![job, &lines]).map(drop)
}

/// Removes lines of jobs of all workspaces that ended before `before_ms`, at most [`SWEEP_ROWS`] of them; answers how many.
pub(super) fn delete_old(tx: &mut Tx<'_>, before_ms: i64) -> Result<u64> {
    let sql = "DELETE FROM job_logs WHERE (job_id, number) IN (SELECT l.job_id, l.number FROM jobs j
        JOIN job_logs l ON l.job_id = j.id WHERE j.finished_at_ms < $1 LIMIT $2)";
    tx.execute(sql, params![before_ms, SWEEP_ROWS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_kept_as_far_as_it_can_be() {
        let line = |text: &str| JobLine::new(1, 1, text).message;
        assert_eq!(line("a\0b"), "a b");
        assert_eq!(line(&"é".repeat(300)), "é".repeat(256));
        assert_eq!(line(&format!("a{}", "é".repeat(300))).len(), PROGRESS_TEXT_BYTES_MAX - 1);
    }
}
