//! The kinds of database that the store works on, for the few places where they differ.

use super::db::Db;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file on this machine, which one gateway has.
    Sqlite,
    /// A server that several gateways may share.
    Postgres,
}

impl Db {
    /// What kind of database it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        match self {
            Self::Sqlite(_) => Backend::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Backend::Postgres,
        }
    }

    /// Whether several gateways may work on it at the same time.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.backend(), Backend::Postgres)
    }
}
