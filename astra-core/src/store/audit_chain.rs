//! The chain of the audit: each row has a number, the hash of the row before it and its own, so that a row that was changed,
//! removed or added by hand is found.
//!
//! The hash of a row is SHA-256 over [`DOMAIN`], the hash of the row before it, its number, its time, its texts and the hash of its
//! content; that of the content over [`DOMAIN`], the salt and the texts of the content. Each text is led by its length, so that no
//! two rows are written alike. A purge of a user removes the content and the salt: the hash of it stays.

use sha2::{Digest, Sha256};

use super::audit_retention;
use super::error::{Error, Result};
use super::pending_audit::PendingAudit;
use super::tx::Tx;
use crate::params;

/// What all that is hashed begins with.
const DOMAIN: &[u8] = b"astra.audit.v1";

/// The hash of a row.
pub(super) type RowHash = [u8; 32];

/// A hash that is read from the store; all zeros if it is none.
pub(super) fn row_hash(bytes: &[u8]) -> RowHash {
    bytes.try_into().unwrap_or_default()
}

/// What the hash of a row is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct HashedRow<'a> {
    pub(super) previous: &'a RowHash,
    pub(super) at_ms: i64,
    /// Actor, credential, action, kind and id of the target, id of the request.
    pub(super) texts: [&'a str; 6],
    pub(super) content_hash: &'a RowHash,
}

impl HashedRow<'_> {
    /// The hash of the row as the one of this number.
    pub(super) fn hash(&self, sequence: i64) -> RowHash {
        let mut digest = Sha256::new_with_prefix(DOMAIN);
        digest.update(self.previous);
        digest.update(sequence.to_be_bytes());
        digest.update(self.at_ms.to_be_bytes());
        for text in self.texts {
            add(&mut digest, text);
        }
        digest.update(self.content_hash);
        digest.finalize().into()
    }
}

/// The hash of a row's content: address, changes, differences.
pub(super) fn content_hash(salt: &[u8], texts: [Option<&str>; 3]) -> RowHash {
    let mut digest = Sha256::new_with_prefix(DOMAIN);
    digest.update((salt.len() as u64).to_be_bytes());
    digest.update(salt);
    for text in texts {
        digest.update([u8::from(text.is_some())]);
        add(&mut digest, text.unwrap_or_default());
    }
    digest.finalize().into()
}

fn add(digest: &mut Sha256, text: &str) {
    digest.update((text.len() as u64).to_be_bytes());
    digest.update(text);
}

/// What the first row of a workspace has as the hash before it: that of the workspace's id.
pub(super) fn beginning(tx: &mut Tx<'_>, workspace: i64) -> Result<RowHash> {
    let found = tx.unscoped().first("SELECT id FROM workspaces WHERE number = $1", params![workspace])?;
    let id = found.map(|mut row| row.next_text()).transpose()?.unwrap_or_default();
    let mut digest = Sha256::new_with_prefix(DOMAIN);
    add(&mut digest, &id);
    Ok(digest.finalize().into())
}

/// The end of a workspace's chain.
struct Head {
    sequence: i64,
    hash: RowHash,
    at_ms: i64,
}

/// Writes entries at the ends of their workspaces' chains, in a transaction of no workspace. The heads are locked until the commit.
pub(super) fn append(tx: &mut Tx<'_>, mut entries: Vec<PendingAudit>) -> Result<()> {
    // Transactions that change several workspaces lock their heads in one order.
    entries.sort_by_key(|entry| entry.workspace);
    for of_one in entries.chunk_by(|one, other| one.workspace == other.workspace) {
        let Some(first) = of_one.first() else { continue };
        let mut tx = tx.of_workspace(first.workspace);
        let mut head = match lock(&mut tx)? {
            Some(head) => head,
            None => begin(&mut tx, first.workspace)?,
        };
        for entry in of_one {
            write(&mut tx, entry, &mut head)?;
        }
        let sql = "UPDATE audit_heads SET sequence = $2, hash = $3, at_ms = $4 WHERE workspace_id = $1";
        tx.execute(sql, params![head.sequence, &head.hash[..], head.at_ms])?;
    }
    Ok(())
}

fn lock(tx: &mut Tx<'_>) -> Result<Option<Head>> {
    let sql = format!("SELECT sequence, hash, at_ms FROM audit_heads WHERE workspace_id = $1{}", tx.lock());
    let read = |mut row: super::value::Row| {
        Ok(Head { sequence: row.next_int()?, hash: row_hash(&row.next_bytes()?), at_ms: row.next_int()? })
    };
    tx.first(&sql, params![])?.map(read).transpose()
}

/// Makes the head of a workspace that has none: at its beginning, or behind rows whose head was removed.
fn begin(tx: &mut Tx<'_>, workspace: i64) -> Result<Head> {
    let beginning = beginning(tx, workspace)?;
    let last = "SELECT sequence, hash FROM audit WHERE workspace_id = $1 ORDER BY sequence DESC LIMIT 1";
    let (sequence, hash) = match tx.first(last, params![])? {
        Some(mut row) => (row.next_int()?, row_hash(&row.next_bytes()?)),
        None => (0, beginning),
    };
    let sql = "INSERT INTO audit_heads (workspace_id, sequence, hash, at_ms, removed_sequence, removed_hash)
        VALUES ($1, $2, $3, 0, 0, $4) ON CONFLICT (workspace_id) DO NOTHING";
    if tx.execute(sql, params![sequence, &hash[..], &beginning[..]])? == 0 {
        return Err(Error::Retry("another gateway has just begun the same chain".into()));
    }
    Ok(Head { sequence, hash, at_ms: 0 })
}

fn write(tx: &mut Tx<'_>, entry: &PendingAudit, head: &mut Head) -> Result<()> {
    let mut sequence = head.sequence + 1;
    // The clocks of gateways differ: the times of the rows never go back.
    head.at_ms = head.at_ms.max(entry.actor.at_ms);
    if !insert(tx, entry, head, sequence)? {
        // A row that was added by hand has the number.
        let largest = "SELECT MAX(sequence) FROM audit WHERE workspace_id = $1";
        sequence = tx.one(largest, params![])?.next_optional_int()?.unwrap_or_default() + 1;
        if !insert(tx, entry, head, sequence)? {
            return Err(Error::Retry("rows are being added to the audit by hand".into()));
        }
    }
    if entry.is_purge {
        audit_retention::purge(tx, &entry.target_id, sequence)?;
    }
    Ok(())
}

/// Writes a row behind the head's, and makes it the head's; false if another row has its number.
fn insert(tx: &mut Tx<'_>, entry: &PendingAudit, head: &mut Head, sequence: i64) -> Result<bool> {
    let actor = &entry.actor;
    // A user that purges itself leaves no address in the row that says so.
    let is_own_purge = entry.is_purge && actor.subject == entry.target_id;
    let address = actor.address.filter(|_| !is_own_purge).map(|address| address.to_string());
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(Error::broken)?;
    let content = content_hash(&salt, [address.as_deref(), entry.changes.as_deref(), entry.differences.as_deref()]);
    let (kind, id) = (entry.target_kind, entry.target_id.as_str());
    let texts = [actor.subject.as_str(), &actor.credential, &actor.action, kind, id, &actor.request_id];
    let row = HashedRow { previous: &head.hash, at_ms: head.at_ms, texts, content_hash: &content };
    let hash = row.hash(sequence);
    let sql = "INSERT INTO audit (workspace_id, sequence, at_ms, actor, credential, action, target_kind, target_id, request_id,
            address, changes, differences, salt, content_hash, previous_hash, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        ON CONFLICT (workspace_id, sequence) DO NOTHING";
    let [subject, credential, action, kind, id, request_id] = texts;
    let params = params![
        sequence,
        head.at_ms,
        subject,
        credential,
        action,
        kind,
        id,
        request_id,
        &address,
        &entry.changes,
        &entry.differences,
        &salt[..],
        &content[..],
        &head.hash[..],
        &hash[..]
    ];
    if tx.execute(sql, params)? == 0 {
        return Ok(false);
    }
    (head.sequence, head.hash) = (sequence, hash);
    Ok(true)
}
