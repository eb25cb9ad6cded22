//! The plans of SQLite's statements, for tests: which statements read all rows that a workspace has in a table. Programs that are
//! built without debug assertions do not have it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

/// What was found since the recording began.
static FOUND: Mutex<Option<BTreeSet<String>>> = Mutex::new(None);

/// Looks at the plan of each statement that a connection of this process prepares from now on.
pub fn record() {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
}

/// The statements that read all rows of a workspace in a table, each behind the step of its plan that does.
#[must_use]
pub fn whole_reads() -> BTreeSet<String> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
}

/// Looks at the plan of `sql`, if plans are recorded. What has no plan reads no rows.
pub(super) fn note(connection: &Connection, sql: &str) {
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(found) = found.as_mut() else { return };
    let Ok(mut plan) = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else { return };
    let mut steps = plan.raw_query();
    while let Ok(Some(step)) = steps.next() {
        let step: String = step.get(3).unwrap_or_default();
        if step.ends_with("(workspace_id=?)") {
            found.insert(format!("{step}: {}", sql.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
}
