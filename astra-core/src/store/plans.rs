//! The plans of SQLite's statements in the log, for those who look for one that is slow: at the level `trace` of this module.

use rusqlite::Connection;
use tracing::Level;

/// Logs the steps of the plan of `sql`, if that is asked for. It is called when a connection prepares a statement for the first
/// time.
pub(super) fn log(connection: &Connection, sql: &str) {
    if !tracing::enabled!(Level::TRACE) {
        return;
    }
    let Ok(mut plan) = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else { return };
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut steps = plan.raw_query();
    while let Ok(Some(step)) = steps.next() {
        let step: String = step.get(3).unwrap_or_default();
        tracing::trace!(step, sql, "a step of a plan");
    }
}
