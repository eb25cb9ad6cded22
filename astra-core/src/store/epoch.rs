//! The epoch of all credentials: a number that grows in the same transaction as any ending of a credential or change of
//! an account. What was verified under the present epoch is still good; what was verified before is looked at again.

#[cfg(feature = "postgres")]
pub(super) mod watch;

use super::db::{Db, Tx};
use super::error::Result;
use crate::params;

/// The channel on which gateways that share a PostgreSQL tell each other.
#[cfg(feature = "postgres")]
const CHANNEL: &str = "astra_auth";

impl Db {
    /// The present epoch. Cheap enough for every request: on SQLite one look-up by key, which sees what other processes
    /// wrote; on PostgreSQL a number in memory that a listening connection keeps no older than a second.
    ///
    /// # Errors
    /// Whatever the store fails with: a credential that cannot be checked is not good.
    pub async fn auth_epoch(&self) -> Result<i64> {
        #[cfg(feature = "postgres")]
        if let Self::Postgres(postgres) = self
            && let Some(epoch) = postgres.known_epoch()
        {
            return Ok(epoch);
        }
        self.auth_epoch_now().await
    }

    /// The present epoch, asked of the database itself.
    ///
    /// # Errors
    /// Whatever the store fails with.
    pub async fn auth_epoch_now(&self) -> Result<i64> {
        match self {
            Self::Sqlite(sqlite) => sqlite.look(None, &read_epoch),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.read(read_epoch).await,
        }
    }
}

impl Tx<'_> {
    /// Lets the epoch grow, and so makes every gateway look again at what it has verified.
    pub(super) fn end_credentials(&mut self) -> Result<()> {
        let mut tx = self.unscoped();
        tx.execute("UPDATE counters SET value = value + 1 WHERE name = 'auth_epoch'", params![])?;
        #[cfg(feature = "postgres")]
        if tx.has_row_locks() {
            tx.query("SELECT CAST(pg_notify($1, '') AS TEXT)", params![CHANNEL])?;
            tx.note_ended_credentials();
        }
        Ok(())
    }

    /// Keeps other transactions that call this waiting until this one ends: for what may happen only once.
    pub(super) fn lock_accounts(&mut self) -> Result<()> {
        self.unscoped().execute("UPDATE counters SET value = value WHERE name = 'auth_epoch'", params![])?;
        Ok(())
    }
}

fn read_epoch(tx: &mut Tx<'_>) -> Result<i64> {
    tx.one("SELECT value FROM counters WHERE name = 'auth_epoch'", params![])?.int(0)
}
