//! The programs that work on the store: their numbers, which are part of the keys that they make, and which of them live.
//! Lease times are compared by the database's clock, since gateways on different machines do not agree about the time.

use std::sync::Arc;

use super::db::Db;
use super::error::{Error, Result};
use super::turns::{self, Turn, WAITS};
use super::tx::Tx;
use super::workspace::WorkspaceId;
use crate::clock::Clock;
use crate::ids::{INSTANCES, Ids as _, TimeOrderedIds, key_in};
use crate::params;

/// For how long a program that is no more keeps its number, in milliseconds: its clock may have been ahead of others.
const REMEMBERED_MS: i64 = 3_600_000;
/// For how long the number of a command is its own, in milliseconds. It makes a few keys, and ends.
const COMMAND_MS: i64 = 10_000;

/// A program among those that work on the store.
#[derive(Clone)]
pub struct Instance {
    /// Unique, also among those that had the same number before.
    pub id: i64,
    /// Makes its keys.
    pub keys: Arc<TimeOrderedIds>,
}

/// What a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// A gateway, which renews its lease of this many milliseconds; `None` where it is alone on its store, and outlives all
    /// other gateways.
    Gateway(Option<i64>),
    /// A command, which makes a few keys.
    Command,
}

/// A turn whose gateway is no more.
#[derive(Debug)]
pub struct Orphan {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The turn, as its gateway left it.
    pub turn: Turn,
}

impl Db {
    /// Gives the program a number that no living one has, and a source of keys above all that are in the store.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if all 1,024 numbers are taken.
    pub async fn join(&self, clock: &Arc<dyn Clock>, program: Program) -> Result<Instance> {
        let clock = Arc::clone(clock);
        self.write(move |tx| {
            tx.execute("UPDATE counters SET value = value + 1 WHERE name = 'instances'", params![])?;
            let now_ms = tx.shared_time_ms(clock.now_ms())?;
            let lease_ms = match program {
                Program::Gateway(lease_ms) => lease_ms,
                Program::Command => Some(COMMAND_MS),
            };
            let above = largest_key(tx)?;
            if lease_ms.is_none() {
                tx.execute("DELETE FROM instances WHERE is_gateway = 1", params![])?;
            }
            let over = "DELETE FROM instances
                WHERE (is_gateway = 1 AND lease_until_ms < $1) OR (is_gateway = 0 AND lease_until_ms < $2)";
            tx.execute(over, params![now_ms - REMEMBERED_MS, now_ms])?;
            let taken = tx.query("SELECT number FROM instances ORDER BY number", params![])?;
            let taken = taken.into_iter().map(|mut row| row.next_int()).collect::<Result<Vec<_>>>()?;
            let mut pairs = (0..INSTANCES).zip(taken.iter().copied().chain(std::iter::repeat(-1)));
            let number = pairs.find(|(free, taken)| free != taken).map(|(free, _)| free);
            let none = || Error::Unavailable(format!("{INSTANCES} programs work on the store already"));
            let number = number.ok_or_else(none)?;
            let keys = TimeOrderedIds::new(Arc::clone(&clock), number, above);
            let id = keys.next();
            let sql = "INSERT INTO instances (id, number, is_gateway, started_at_ms, lease_until_ms) VALUES ($1, $2, $3, $4, $5)";
            let until_ms = lease_ms.map_or(i64::MAX, |lease_ms| now_ms + lease_ms);
            tx.execute(sql, params![id, number, matches!(program, Program::Gateway(_)), now_ms, until_ms])?;
            Ok(Instance { id, keys: Arc::new(keys) })
        })
        .await
    }

    /// Says that the gateway `id` lives for another `lease_ms`; false if it was taken for dead. `own_ms` is what its clock
    /// shows.
    pub async fn renew_lease(&self, id: i64, own_ms: i64, lease_ms: i64) -> Result<bool> {
        self.write(move |tx| {
            let until_ms = tx.shared_time_ms(own_ms)? + lease_ms;
            let sql = "UPDATE instances SET lease_until_ms = $2 WHERE id = $1";
            Ok(tx.execute(sql, params![id, until_ms])? == 1)
        })
        .await
    }

    /// Says that the gateway `id` is no more.
    pub async fn end_lease(&self, id: i64) -> Result<()> {
        self.write(move |tx| tx.execute("DELETE FROM instances WHERE id = $1", params![id]).map(drop)).await
    }

    /// Open turns of all workspaces that no living gateway owns and that do not wait, oldest first, at most 100.
    pub async fn orphaned_turns(&self, own_ms: i64) -> Result<Vec<Orphan>> {
        self.read(move |tx| {
            let now_ms = tx.shared_time_ms(own_ms)?;
            let sql = format!(
                "{} WHERE t.owner NOT IN (SELECT id FROM instances WHERE lease_until_ms > $1) AND t.status NOT IN {WAITS} ORDER BY t.id LIMIT 100",
                turns::OPEN
            );
            tx.query(&sql, params![now_ms])?.iter_mut().map(orphan).collect()
        })
        .await
    }

    /// The open turns of all workspaces that the gateway `owner` runs.
    pub async fn open_turns_of(&self, owner: i64) -> Result<Vec<Orphan>> {
        self.read(move |tx| {
            let sql = format!("{} WHERE t.owner = $1 AND t.status NOT IN {WAITS} ORDER BY t.id", turns::OPEN);
            tx.query(&sql, params![owner])?.iter_mut().map(orphan).collect()
        })
        .await
    }

    /// Turns of all workspaces whose wait is over and that no gateway has taken on, at most 100.
    pub async fn due_suspensions(&self, now_ms: i64) -> Result<Vec<Orphan>> {
        self.read(move |tx| {
            let sql = format!(
                "{} WHERE t.id IN (SELECT turn_id FROM suspensions WHERE is_ready = 1 UNION ALL
                    SELECT turn_id FROM suspensions WHERE expires_at_ms <= $1) AND t.status IN {WAITS} ORDER BY t.id LIMIT 100",
                turns::OPEN
            );
            tx.query(&sql, params![now_ms])?.iter_mut().map(orphan).collect()
        })
        .await
    }

    /// Whether a turn of any workspace waits.
    pub async fn has_suspensions(&self) -> Result<bool> {
        self.read(|tx| Ok(tx.first("SELECT turn_id FROM suspensions LIMIT 1", params![])?.is_some())).await
    }
}

fn orphan(row: &mut super::Row) -> Result<Orphan> {
    Ok(Orphan { turn: turns::read_open(row)?, workspace: WorkspaceId::new(row.next_int()?, &row.next_text()?) })
}

/// The largest key of any row. Each table is asked for the last row of its order, or of each workspace's.
fn largest_key(tx: &mut Tx<'_>) -> Result<i64> {
    let last = |table: &str| format!("(SELECT MAX(x.id) FROM {table} x WHERE x.workspace_id = w.number)");
    let each = format!(
        "SELECT MAX((SELECT MAX(x.source) FROM usage_entries x WHERE x.workspace_id = w.number)), MAX({}), MAX({}), MAX({})
            FROM workspaces w",
        last("sessions"),
        last("tokens"),
        last("service_accounts")
    );
    let mut row = tx.one(&each, params![])?;
    let mut largest = 0;
    for _ in ["usage_entries", "sessions"] {
        largest = largest.max(row.next_optional_int()?.unwrap_or(0));
    }
    let mut texts = vec![row.next_optional_text()?, row.next_optional_text()?];
    let all = "SELECT (SELECT MAX(id) FROM turns), (SELECT MAX(id) FROM open_turns), (SELECT MAX(id) FROM instances),
        (SELECT MAX(number) FROM subjects), (SELECT MAX(id) FROM outbox),
        (SELECT MAX(id) FROM jobs), (SELECT MAX(id) FROM approvals), (SELECT MAX(id) FROM schedules),
        (SELECT MAX(id) FROM schedule_runs), (SELECT MAX(id) FROM webhooks), (SELECT MAX(id) FROM deliveries),
        (SELECT MAX(id) FROM channels), (SELECT MAX(id) FROM channel_messages),
        (SELECT MAX(id) FROM users), (SELECT MAX(id) FROM families), (SELECT MAX(id) FROM workspaces)";
    let mut row = tx.one(all, params![])?;
    for _ in 0..13 {
        largest = largest.max(row.next_optional_int()?.unwrap_or(0));
    }
    texts.extend([row.next_optional_text()?, row.next_optional_text()?, row.next_optional_text()?]);
    let keys = texts.iter().flatten().filter_map(|text| key_in(text));
    Ok(keys.fold(largest, i64::max))
}
