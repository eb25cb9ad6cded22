//! A workspace on its way in: the file is read to its end first, and then all of its rows are written in one transaction.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::export::TableCount;
use super::key_check;
use super::transfer_error::TransferError;
use super::workspace_file::{Head, LineFault, LineReader};
use crate::auth::MasterKey;
use crate::ids::{Ids as _, TimeOrderedIds};
use crate::store::{Db, Error, MovedTable, Result, Tx, WorkspaceId, WorkspaceRows, migrate, moved_tables};

/// Takes the workspace of `file` into the store, whose schema is up to date: all of it, or nothing. `key` is the store's master key,
/// and `keys` makes numbers. Answers the workspace and how many rows each table has.
///
/// # Errors
/// See [`TransferError`].
pub async fn import_workspace(
    store: &Db,
    key: Option<&MasterKey>,
    keys: &Arc<TimeOrderedIds>,
    file: &Path,
) -> std::result::Result<(WorkspaceId, Vec<TableCount>), TransferError> {
    let schema = migrate::plan(store).await?.applied.last().copied().unwrap_or(0);
    let tables = store.read(moved_tables).await?;
    let path = file.to_owned();
    let judged =
        tokio::task::spawn_blocking(move || judge(&path, schema, &tables).map_err(|fault| named(&path, fault)));
    let head = judged.await.map_err(Error::broken)??;
    if head.is_sealed && !key.is_some_and(|key| is_of(&head, key)) {
        return Err(TransferError::OtherKey);
    }
    if store.find_workspace(&head.workspace).await?.is_some() {
        return Err(TransferError::Present(head.workspace));
    }
    let counts = head.tables.iter().map(|table| TableCount { table: table.name.clone(), rows: table.rows }).collect();
    let (path, keys) = (PathBuf::from(file), Arc::clone(keys));
    let taken = store.write(move |tx| take(tx, &path, &keys)).await;
    match taken {
        Ok(workspace) => Ok((workspace, counts)),
        Err(fault) => Err(TransferError::Store(fault)),
    }
}

/// Whether the file was written by a store with this master key.
fn is_of(head: &Head, key: &MasterKey) -> bool {
    let salt = STANDARD.decode(&head.key_salt).unwrap_or_default();
    STANDARD.encode(key_check(key, &salt)) == head.key_check
}

/// Reads the whole file, and answers its first line if nothing is wrong with any.
fn judge(path: &Path, schema: i64, tables: &[MovedTable]) -> std::result::Result<Head, LineFault> {
    let mut lines = LineReader::open(path)?;
    let head = lines.head()?;
    let first = |text: String| LineFault::Line(1, text);
    if head.schema > schema {
        let text = format!("is of the schema {}, and this program knows {schema}: use the newer program", head.schema);
        return Err(first(text));
    }
    if head.schema < schema {
        let text = format!(
            "is of the schema {}, and this store has {schema}: bring the store that it comes from up to date with `astra migrate`, and export it anew",
            head.schema
        );
        return Err(first(text));
    }
    if head.tables.len() != tables.len() {
        return Err(first(format!("names {} tables, and this store moves {}", head.tables.len(), tables.len())));
    }
    for (named, table) in head.tables.iter().zip(tables) {
        if named.name != table.name || !table.columns.iter().map(|column| &column.name).eq(&named.columns) {
            return Err(first(format!("has another table {} than this store", named.name)));
        }
        for _ in 0..named.rows {
            lines.row(table)?;
        }
    }
    lines.end()?;
    Ok(head)
}

/// Writes the rows of a file that was judged.
fn take(tx: &mut Tx<'_>, path: &Path, keys: &TimeOrderedIds) -> Result<WorkspaceId> {
    let changed = |fault: LineFault| Error::Unavailable(named(path, fault).to_string());
    let mut lines = LineReader::open(path).map_err(|fault| changed(fault.into()))?;
    let head = lines.head().map_err(changed)?;
    let new_number = || keys.next();
    let mut rows = WorkspaceRows::begin(tx, &head.workspace, &new_number)?;
    for (table, named) in moved_tables(tx)?.iter().zip(&head.tables) {
        for _ in 0..named.rows {
            rows.take(tx, table, lines.row(table).map_err(changed)?)?;
        }
        rows.end_table(tx, table)?;
    }
    lines.end().map_err(changed)?;
    rows.end(tx, &head.workspace)
}

fn named(path: &Path, fault: LineFault) -> TransferError {
    match fault {
        LineFault::Line(number, text) => TransferError::Line(number, text),
        LineFault::File(fault) => TransferError::File(path.to_owned(), fault),
    }
}
