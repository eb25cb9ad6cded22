//! The kinds of database that the store works on, for the few places where they differ.

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file on this machine, which one gateway has.
    Sqlite,
    /// A server that several gateways may share.
    Postgres,
}
