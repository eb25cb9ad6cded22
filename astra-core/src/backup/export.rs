//! A workspace on its way out: all of its rows, of one state of the store, in one file.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::file::{beside, sync_folder_of};
use super::key_check;
use super::transfer_error::TransferError;
use super::workspace_file::{FORMAT, Head, HeadTable, LineWriter, VERSION};
use crate::auth::MasterKey;
use crate::clock::rfc3339;
use crate::store::{Db, Error, MovedTable, Result, Tx, migrate, moved_tables};

const SALT_BYTES: usize = 16;

/// How many rows of a table were moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableCount {
    /// The table.
    pub table: String,
    /// How many.
    pub rows: u64,
}

/// What is exported, and where to.
struct Export {
    workspace: i64,
    partial: PathBuf,
    is_compressed: bool,
    /// The first line, without the tables.
    head: Head,
}

/// Writes the workspace `id` to `file`, which is not there yet, compressed if its name ends in `.gz`. `key` is the store's master key,
/// which is not in it. Answers how many rows each table has.
///
/// # Errors
/// See [`TransferError`]; there is no file then.
pub async fn export_workspace(
    store: &Db,
    key: &MasterKey,
    id: &str,
    file: &Path,
    now_ms: i64,
) -> std::result::Result<Vec<TableCount>, TransferError> {
    let of_file = |fault| TransferError::File(file.to_owned(), fault);
    if file.try_exists().map_err(of_file)? {
        return Err(of_file(io::ErrorKind::AlreadyExists.into()));
    }
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).map_err(Error::broken)?;
    let workspace = store.find_workspace(id).await?.ok_or_else(|| TransferError::NoWorkspace(id.to_owned()))?;
    let schema = migrate::plan(store).await?.applied.last().copied().unwrap_or(0);
    let head = Head {
        format: FORMAT.to_owned(),
        version: VERSION,
        schema,
        workspace: id.to_owned(),
        exported_at: rfc3339(now_ms),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        key_salt: STANDARD.encode(salt),
        key_check: STANDARD.encode(key_check(key, &salt)),
        is_sealed: false,
        tables: Vec::new(),
    };
    let partial = beside(file, ".partial");
    let is_compressed = file.extension().is_some_and(|extension| extension == "gz");
    let export = Arc::new(Export { workspace: workspace.number(), partial: partial.clone(), is_compressed, head });
    let written = store.read_for_long(move |tx| export.write(tx)).await.map_err(TransferError::Store);
    let named = written.and_then(|counts| {
        std::fs::rename(&partial, file).and_then(|()| sync_folder_of(file)).map_err(of_file)?;
        Ok(counts)
    });
    if named.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    named
}

impl Export {
    fn write(&self, tx: &mut Tx<'_>) -> Result<Vec<TableCount>> {
        let tables = moved_tables(tx)?;
        let mut head = self.head.clone();
        for table in &tables {
            let rows = table.count(tx, self.workspace)?;
            head.is_sealed |= rows > 0 && is_sealed(table);
            let columns = table.columns.iter().map(|column| column.name.clone()).collect();
            head.tables.push(HeadTable { name: table.name.clone(), columns, rows });
        }
        let fault = |fault: io::Error| self.fault(&fault);
        let mut lines = LineWriter::create(&self.partial, self.is_compressed).map_err(fault)?;
        lines.head(&head).map_err(fault)?;
        for table in &tables {
            table.each(tx, self.workspace, &mut |row| lines.row(table, row).map_err(fault))?;
        }
        lines.end().map_err(fault)?;
        Ok(head.tables.into_iter().map(|table| TableCount { table: table.name, rows: table.rows }).collect())
    }

    fn fault(&self, fault: &io::Error) -> Error {
        let text = format!("{}: {fault}", self.partial.display());
        if fault.kind() == io::ErrorKind::StorageFull { Error::Full(text) } else { Error::Unavailable(text) }
    }
}

/// Whether rows of the table hold what the master key seals.
fn is_sealed(table: &MovedTable) -> bool {
    table.columns.iter().any(|column| column.name == "sealed")
}
