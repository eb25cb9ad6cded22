//! The sizes of a workspace's tables for SQLite's planner. Without numbers it takes ten rows for what a workspace has, and reads
//! all of them where it should look a few up by their keys. The numbers are of a large store, and the same in each one: so are the
//! plans. PostgreSQL counts for itself.

use super::error::Result;
use super::tx::Tx;
use crate::params;

/// Rows of each table, and of each workspace.
const ROWS: u64 = 1_000_000;
const ROWS_OF_WORKSPACE: u64 = 100_000;
/// What one more column of an index leaves.
const PART: u64 = 10;
/// How much smaller an index is that holds some of the rows.
const PARTIAL: u64 = 100;

/// Writes the numbers of all indexes that begin with the workspace, in place of others.
pub(super) fn tell(tx: &mut Tx<'_>) -> Result<()> {
    // It makes the table of the numbers, and, at the end, lets this connection read them.
    const READ: &str = "ANALYZE sqlite_schema";
    tx.batch(READ)?;
    tx.execute("DELETE FROM sqlite_stat1", params![])?;
    let sql = "SELECT t.name, i.name, i.\"unique\", i.partial, (SELECT COUNT(*) FROM pragma_index_info(i.name))
        FROM sqlite_schema t JOIN pragma_index_list(t.name) i
        WHERE t.type = 'table' AND (SELECT c.name FROM pragma_index_info(i.name) c WHERE c.seqno = 0) = 'workspace_id'";
    for mut row in tx.query(sql, params![])? {
        let (table, index) = (row.next_text()?, row.next_text()?);
        let (is_unique, is_partial, columns) = (row.next_truth()?, row.next_truth()?, row.next_count()?);
        let numbers = numbers(columns, is_unique, is_partial);
        tx.execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", params![&table, &index, &numbers])?;
    }
    tx.batch(READ)
}

/// The rows of an index, then how many of them have one value of its first column, of its first two columns, and so on.
fn numbers(columns: u32, is_unique: bool, is_partial: bool) -> String {
    let part = if is_partial { PARTIAL } else { 1 };
    let mut numbers = vec![ROWS / part];
    let mut left = ROWS_OF_WORKSPACE / part;
    for column in 1..=columns {
        numbers.push(if is_unique && column == columns { 1 } else { left.max(2) });
        left /= PART;
    }
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_leaves_a_part_and_the_last_one_of_a_key_a_row() {
        assert_eq!(numbers(2, true, false), "1000000 100000 1");
        assert_eq!(numbers(4, false, false), "1000000 100000 10000 1000 100");
        assert_eq!(numbers(5, false, true), "10000 1000 100 10 2 2");
    }
}
