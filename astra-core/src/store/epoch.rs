//! The epoch of all credentials: a number that grows in the same transaction as any ending of a credential or change of
//! an account. What was verified under the present epoch is still good; what was verified before is looked at again.

pub(super) mod seen;
#[cfg(feature = "postgres")]
pub(super) mod watch;

use futures_util::future::BoxFuture;

use super::db::Db;
use super::error::Result;
#[cfg(feature = "postgres")]
use super::mode::Mode;
use super::signals::Signal;
use super::tx::Tx;
use crate::params;

impl Db {
    /// The present epoch. Cheap enough for every request: a number in memory. On SQLite it is milliseconds old at the most,
    /// and the end of a credential is answered only after that time; on PostgreSQL [`Db::watch`] keeps it no
    /// older than a second, and where nothing runs that, the database is asked.
    ///
    /// # Errors
    /// Whatever the store fails with: a credential that cannot be checked is not good.
    pub async fn auth_epoch(&self) -> Result<i64> {
        let known = match self {
            Self::Sqlite(sqlite) => sqlite.known_epoch(),
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => postgres.known_epoch(),
        };
        match known {
            Some(epoch) => Ok(epoch),
            None => self.auth_epoch_now().await,
        }
    }

    /// What keeps the present epoch in memory and notifies of what other gateways announce, to be run for as long as a gateway does;
    /// `None` on SQLite, which needs none.
    #[must_use]
    pub fn watch(&self) -> Option<BoxFuture<'static, ()>> {
        match self {
            Self::Sqlite(_) => None,
            #[cfg(feature = "postgres")]
            Self::Postgres(postgres) => Some(Box::pin(postgres.watch())),
        }
    }

    /// The present epoch, asked of the database itself.
    ///
    /// # Errors
    /// Whatever the store fails with.
    pub async fn auth_epoch_now(&self) -> Result<i64> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read_epoch(read_epoch),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.dispatch(None, Mode::Look, read_epoch).await,
        }
    }
}

impl Tx<'_> {
    /// Lets the epoch grow, and so makes every gateway look again at what it has verified.
    pub(super) fn end_credentials(&mut self) -> Result<()> {
        let mut tx = self.unscoped();
        tx.execute("UPDATE counters SET value = value + 1 WHERE name = 'auth_epoch'", params![])?;
        tx.announce(Signal::Credentials);
        Ok(())
    }

    /// Keeps other transactions that call this waiting until this one ends: for what may happen only once.
    pub(super) fn lock_accounts(&mut self) -> Result<()> {
        self.unscoped().execute("UPDATE counters SET value = value WHERE name = 'auth_epoch'", params![])?;
        Ok(())
    }
}

fn read_epoch(tx: &mut Tx<'_>) -> Result<i64> {
    tx.one("SELECT value FROM counters WHERE name = 'auth_epoch'", params![])?.next_int()
}
