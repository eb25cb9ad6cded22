//! Which gateway does what one alone does of all that share a store: it has a lease, by the clock of the database. On SQLite
//! there is one gateway, and nothing is written.

use super::db::Db;
use super::error::Result;
use super::tx::Tx;
use super::value::Row;
use crate::params;

/// A gateway that has a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leader {
    /// Its key among the instances.
    pub instance_id: i64,
    /// Since when it has it, in milliseconds since the epoch.
    pub since_ms: i64,
    /// Until when it has it.
    pub lease_until_ms: i64,
}

impl Db {
    /// Gives the lease `name` to the gateway `instance_id` for `lease_ms`, unless another one has it; answers which one has it
    /// then. It writes nothing if that is another one. `own_ms` is what the gateway's clock shows.
    pub async fn take_leadership(
        &self,
        name: &'static str,
        instance_id: i64,
        lease_ms: i64,
        own_ms: i64,
    ) -> Result<Leader> {
        let other = |leader: &Leader, now_ms: i64| leader.instance_id != instance_id && leader.lease_until_ms > now_ms;
        let seen = self.read(move |tx| Ok((find(tx, name)?, tx.shared_time_ms(own_ms)?))).await?;
        if let (Some(leader), now_ms) = seen
            && other(&leader, now_ms)
        {
            return Ok(leader);
        }
        self.write_locking(move |tx| {
            let now_ms = tx.shared_time_ms(own_ms)?;
            let sql = "INSERT INTO leaders (name, instance_id, since_ms, lease_until_ms) VALUES ($1, $2, $3, $4)
                ON CONFLICT (name) DO UPDATE SET instance_id = excluded.instance_id, lease_until_ms = excluded.lease_until_ms,
                    since_ms = CASE WHEN leaders.instance_id = excluded.instance_id THEN leaders.since_ms ELSE excluded.since_ms END
                WHERE leaders.instance_id = excluded.instance_id OR leaders.lease_until_ms <= excluded.since_ms";
            tx.execute(sql, params![name, instance_id, now_ms, now_ms + lease_ms])?;
            find(tx, name)?.ok_or_else(|| super::Error::Retry("the leader has just gone".into()))
        })
        .await
    }

    /// Which gateway has the lease `name`, if one has it now.
    pub async fn leader(&self, name: &'static str, own_ms: i64) -> Result<Option<Leader>> {
        self.read(move |tx| {
            let now_ms = tx.shared_time_ms(own_ms)?;
            Ok(find(tx, name)?.filter(|leader| leader.lease_until_ms > now_ms))
        })
        .await
    }

    /// Takes the lease `name` from the gateway `instance_id`, if it has it.
    pub async fn end_leadership(&self, name: &'static str, instance_id: i64) -> Result<()> {
        self.write_locking(move |tx| {
            tx.announce(super::Signal::Schedules);
            tx.execute("DELETE FROM leaders WHERE name = $1 AND instance_id = $2", params![name, instance_id]).map(drop)
        })
        .await
    }
}

fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<Leader>> {
    let read = |mut row: Row| {
        Ok(Leader { instance_id: row.next_int()?, since_ms: row.next_int()?, lease_until_ms: row.next_int()? })
    };
    tx.first("SELECT instance_id, since_ms, lease_until_ms FROM leaders WHERE name = $1", params![name])?
        .map(read)
        .transpose()
}
