//! Backups of a SQLite store: how one is made while the gateway works, and how a store is made of one.
//! PostgreSQL has its own programs for both, `pg_dump` and `pg_restore`.
//! And single workspaces, which are moved between stores of both kinds: as a file of lines.

mod export;
mod file;
mod import;
mod job;
mod make;
mod restore;
mod transfer_error;
mod workspace_file;

pub use export::{TableCount, export_workspace};
pub use file::{checksum_file, private_folder};
pub use import::import_workspace;
pub use job::{Backup, BackupWish};
pub use make::{BackupReport, make, make_new};
pub use restore::{RestoreError, Restored, restore};
pub use transfer_error::TransferError;

use crate::auth::MasterKey;

/// What the file of a SQLite store is called in its data folder.
const DATABASE: &str = "astra.db";

/// What `key` makes of `salt`: by it a backup knows the key that its secrets are sealed with.
fn key_check(key: &MasterKey, salt: &[u8]) -> Vec<u8> {
    key.derive("backup", &[salt]).to_vec()
}
