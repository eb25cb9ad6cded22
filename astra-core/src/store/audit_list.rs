//! The audit of a workspace in pages: newest first for readers, oldest first for an export.

use super::audit_chain::{RowHash, row_hash};
use super::error::Result;
use super::page::{Cursor, Filling, Page, PageRequest};
use super::rows::Rows;
use super::tx::Tx;
use super::value::{Param, Row};
use crate::params;

/// An entry of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAuditEntry {
    /// Its place in the chain of its workspace: 1, 2, 3, ...
    pub sequence: i64,
    /// When the change was made, in milliseconds since the epoch; never before the entry before it.
    pub at_ms: i64,
    /// Who has made it.
    pub actor: String,
    /// The sign-in or the token that was used.
    pub credential: String,
    /// The id of the operation.
    pub action: String,
    /// The kind of what was changed, ...
    pub target_kind: String,
    /// ... and its id.
    pub target_id: String,
    /// The id of the request.
    pub request_id: String,
    /// The address that the request came from, if it is known.
    pub address: Option<String>,
    /// JSON of what is new, if there is something to say.
    pub changes: Option<String>,
    /// JSON of what is different: a list of pointers with the values before and after.
    pub differences: Option<String>,
    /// The hash of the entry before it.
    pub previous_hash: RowHash,
    /// Its hash.
    pub hash: RowHash,
    /// The entry of the purge that has removed address, changes and differences.
    pub purged_by: Option<i64>,
}

/// Which entries a list shows; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the entries have the same fields")]
pub struct AuditFilter {
    pub actor: Option<String>,
    pub action: Option<String>,
    pub target_kind: Option<String>,
    pub target_id: Option<String>,
    /// Changes that were made at this time or later, ...
    pub from_ms: Option<i64>,
    /// ... and before this one.
    pub to_ms: Option<i64>,
}

const COLUMNS: &str =
    "sequence, at_ms, actor, credential, action, target_kind, target_id, request_id, address, changes,
    differences, previous_hash, hash, purged_by";

fn read(mut row: Row) -> Result<StoredAuditEntry> {
    Ok(StoredAuditEntry {
        sequence: row.next_int()?,
        at_ms: row.next_int()?,
        actor: row.next_text()?,
        credential: row.next_text()?,
        action: row.next_text()?,
        target_kind: row.next_text()?,
        target_id: row.next_text()?,
        request_id: row.next_text()?,
        address: row.next_optional_text()?,
        changes: row.next_optional_text()?,
        differences: row.next_optional_text()?,
        previous_hash: row_hash(&row.next_bytes()?),
        hash: row_hash(&row.next_bytes()?),
        purged_by: row.next_optional_int()?,
    })
}

/// The audit of a workspace.
#[derive(Clone, Copy)]
pub struct AuditLog<'a>(pub(super) &'a Rows);

impl AuditLog<'_> {
    /// Entries, newest first.
    pub async fn page(self, filter: AuditFilter, request: PageRequest) -> Result<Page<StoredAuditEntry>> {
        let rows = self.0;
        rows.list(move |tx| {
            let (first, last) = bounds(tx, &filter)?;
            let before = request.after.as_ref().map_or(i64::MAX, |cursor| cursor.at).min(last);
            let (condition, mut params) = conditions(&filter, first, before);
            params.push(request.fetch().into());
            let sql = format!(
                "SELECT {COLUMNS} FROM audit WHERE workspace_id = $1 AND {condition} ORDER BY sequence DESC LIMIT ${}",
                params.len() + 1
            );
            let place = |entry: &StoredAuditEntry| Cursor { at: entry.sequence, id: String::new() };
            tx.page(&sql, &params, &request, read, place)
        })
        .await
    }

    /// Entries after the number `after`, oldest first, as many as a page of the length `limit` has.
    pub async fn after(self, after: i64, filter: AuditFilter, limit: u32) -> Result<Vec<StoredAuditEntry>> {
        let rows = self.0;
        rows.list(move |tx| {
            let (first, last) = bounds(tx, &filter)?;
            let (condition, mut params) = conditions(&filter, first.max(after.saturating_add(1)), last);
            params.push(i64::from(limit).into());
            let sql = format!(
                "SELECT {COLUMNS} FROM audit WHERE workspace_id = $1 AND {condition} ORDER BY sequence LIMIT ${}",
                params.len() + 1
            );
            let request = PageRequest { limit, after: None };
            let mut filling = Filling::new(&request);
            tx.each(&sql, &params, &mut |row| Ok(filling.take(row)))?;
            let place = |entry: &StoredAuditEntry| Cursor { at: entry.sequence, id: String::new() };
            Ok(filling.page(read, place)?.data)
        })
        .await
    }
}

/// The numbers that the times of the filter stand for: from the first one on, and before the last one.
fn bounds(tx: &mut Tx<'_>, filter: &AuditFilter) -> Result<(i64, i64)> {
    let sql = "SELECT sequence FROM audit WHERE workspace_id = $1 AND at_ms >= $2 ORDER BY at_ms, sequence LIMIT 1";
    let mut first_at = |at_ms: i64| {
        let found = tx.first(sql, params![at_ms])?;
        found.map_or(Ok(i64::MAX), |mut row| row.next_int())
    };
    Ok((filter.from_ms.map_or(Ok(i64::MIN), &mut first_at)?, filter.to_ms.map_or(Ok(i64::MAX), &mut first_at)?))
}

/// The conditions of a list, and `$2` and the parameters that follow.
fn conditions(filter: &AuditFilter, first: i64, before: i64) -> (String, Vec<Param<'_>>) {
    let mut params = vec![Param::Int(first), Param::Int(before)];
    let mut sql = "sequence >= $2 AND sequence < $3".to_owned();
    let wanted = [
        ("actor", &filter.actor),
        ("action", &filter.action),
        ("target_kind", &filter.target_kind),
        ("target_id", &filter.target_id),
    ];
    for (column, value) in wanted {
        let Some(value) = value else { continue };
        params.push(Param::Text(value));
        sql += &format!(" AND {column} = ${}", params.len() + 1);
    }
    (sql, params)
}
