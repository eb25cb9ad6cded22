//! Which gateways live, and the turns that nobody runs any more. Lease times are compared by the database's clock, since
//! gateways on different machines do not agree about the time.

use super::db::{Db, Tx, WorkspaceId};
use super::error::Result;
use super::turns::{self, Turn};
use crate::params;

/// For how long a gateway that is no more is remembered, in milliseconds.
const REMEMBERED_MS: i64 = 3_600_000;

/// Turns whose gateway is no more.
#[derive(Debug)]
pub struct Orphan {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The turn, as its gateway left it.
    pub turn: Turn,
}

impl Db {
    /// Unfinished turns that no living gateway owns, oldest first, at most 100.
    pub async fn orphaned_turns(&self, own_ms: i64) -> Result<Vec<Orphan>> {
        self.read(move |tx| {
            let now_ms = tx.shared_time_ms(own_ms)?;
            let sql = format!(
                "SELECT {}, workspace_id FROM turns WHERE finished_at IS NULL
                AND owner NOT IN (SELECT id FROM instances WHERE lease_until > $1) ORDER BY id LIMIT 100",
                turns::COLUMNS
            );
            let orphan = |row: &mut super::Row| {
                Ok(Orphan { turn: turns::read(row)?, workspace: WorkspaceId::new(&row.text(26)?) })
            };
            tx.query(&sql, params![now_ms])?.iter_mut().map(orphan).collect()
        })
        .await
    }

    /// The unfinished turns that the gateway `owner` has begun.
    pub async fn unfinished_turns(&self, owner: &str) -> Result<Vec<(WorkspaceId, String)>> {
        let owner = owner.to_owned();
        self.read(move |tx| {
            let sql = "SELECT workspace_id, id FROM turns WHERE finished_at IS NULL AND owner = $1";
            let turn = |row: &mut super::Row| Ok((WorkspaceId::new(&row.text(0)?), row.text(1)?));
            tx.query(sql, params![&owner])?.iter_mut().map(turn).collect()
        })
        .await
    }

    /// Says that the gateway `id` lives for another `lease_ms`. Without a lease it is alone on its store: it outlives all
    /// others, whatever its clock shows. `own_ms` is what its clock shows.
    pub async fn renew_lease(&self, id: &str, own_ms: i64, lease_ms: Option<i64>) -> Result<()> {
        let id = id.to_owned();
        self.write(move |tx| {
            let Some(lease_ms) = lease_ms else {
                tx.execute("DELETE FROM instances WHERE id <> $1", params![&id])?;
                return renew(tx, &id, own_ms, i64::MAX);
            };
            let now_ms = tx.shared_time_ms(own_ms)?;
            let over = "DELETE FROM instances WHERE id <> $1 AND lease_until < $2";
            tx.execute(over, params![&id, now_ms - REMEMBERED_MS])?;
            renew(tx, &id, now_ms, now_ms + lease_ms)
        })
        .await
    }

    /// Says that the gateway `id` is no more.
    pub async fn end_lease(&self, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.write(move |tx| tx.execute("DELETE FROM instances WHERE id = $1", params![&id]).map(drop)).await
    }
}

fn renew(tx: &mut Tx<'_>, id: &str, now_ms: i64, until_ms: i64) -> Result<()> {
    let sql = "INSERT INTO instances (id, started_at, lease_until) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until";
    tx.execute(sql, params![id, now_ms, until_ms]).map(drop)
}
