//! The end of traces: after their time, what explains a turn is removed, and what was said in it stays.

use std::collections::BTreeMap;

use super::db::Db;
use super::error::Result;
use super::session_storage;
use super::tx::Tx;
use crate::params;

/// Turns of one piece.
const PIECE: u32 = 256;

/// A turn whose trace is removed: its key, its workspace, and the bytes of its spans.
type Old = (i64, i64, i64);

impl Db {
    /// Removes the spans of a piece of the turns of all workspaces that began before `before_ms`, and the ids by which their
    /// callers know their requests; answers whether there may be more. Turns are looked at in the order of their keys, each once.
    pub async fn sweep_old_traces(&self, before_ms: i64) -> Result<bool> {
        self.write_locking(move |tx| {
            let locked = format!("SELECT value FROM counters WHERE name = 'traces_swept'{}", tx.lock());
            let Some(mut row) = tx.first(&locked, params![])? else { return Ok(false) };
            let swept = row.next_int()?;
            let (last, examined, old) = look(tx, swept, before_ms)?;
            remove(tx, &old)?;
            if last > swept {
                tx.execute("UPDATE counters SET value = $1 WHERE name = 'traces_swept'", params![last])?;
            }
            Ok(examined == PIECE)
        })
        .await
    }
}

/// The turns behind the key `swept` that are old: the key of the last one, how many there are, and those that have spans.
fn look(tx: &mut Tx<'_>, swept: i64, before_ms: i64) -> Result<(i64, u32, Vec<Old>)> {
    // A turn that has not ended comes at its place later: those behind it wait for it.
    let open = tx.one("SELECT MIN(id) FROM open_turns", params![])?.next_optional_int()?.unwrap_or(i64::MAX);
    // A session that is deleted meanwhile would be swept with the sum of its turns' bytes from before.
    let lock = if tx.is_shared() { " FOR SHARE OF s" } else { "" };
    let sql = format!(
        "SELECT t.id, t.workspace_id, t.created_at_ms, CAST(COALESCE(OCTET_LENGTH(t.spans), -1) AS BIGINT), s.status
        FROM turns t JOIN sessions s ON s.workspace_id = t.workspace_id AND s.id = t.session_id
        WHERE t.id > $1 AND t.id < $2 ORDER BY t.id LIMIT $3{lock}"
    );
    let (mut last, mut examined, mut old, mut is_past) = (swept, 0, Vec::new(), false);
    tx.each(&sql, params![swept, open, PIECE], &mut |mut row| {
        let (key, workspace, created_at_ms) = (row.next_int()?, row.next_int()?, row.next_int()?);
        is_past |= created_at_ms >= before_ms;
        if is_past {
            return Ok(true);
        }
        (last, examined) = (key, examined + 1);
        let bytes = row.next_int()?;
        // A deleted session goes as a whole.
        if bytes >= 0 && row.next_text()? != "deleted" {
            old.push((key, workspace, bytes));
        }
        Ok(true)
    })?;
    Ok((last, examined, old))
}

fn remove(tx: &mut Tx<'_>, old: &[Old]) -> Result<()> {
    let mut removed = BTreeMap::<i64, i64>::new();
    for (key, workspace, bytes) in old {
        let sql =
            "UPDATE turns SET spans = NULL, trace_parent = NULL, request_id = NULL, bytes = bytes - $2 WHERE id = $1";
        tx.execute(sql, params![*key, *bytes])?;
        *removed.entry(*workspace).or_default() += bytes;
    }
    removed.iter().try_for_each(|(workspace, bytes)| session_storage::add(tx, *workspace, -bytes))
}
