//! Memories that leave the store, and that come into it, many at once.

use super::error::Result;
use super::memories::{self, Memories, StoredMemory, find_any};
use super::memory_heads;
use super::memory_keep::{Kept, NewMemory, keep};
use super::tx::Tx;
use crate::ids::MemoryId;
use crate::params;

/// What became of memories that were kept together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptMany {
    /// New ones.
    pub new: u64,
    /// Those that were there already, and have more evidence now.
    pub confirmed: u64,
    /// New ones that hold in place of others.
    pub superseding: u64,
    /// Those whose id is taken, deleted or not: they were left out.
    pub left_out: u64,
}

impl Memories<'_> {
    /// The memories of a user, or of the workspace, that hold, by id, behind `after`: at most `limit`.
    pub async fn export(
        self,
        user_id: Option<String>,
        after: Option<MemoryId>,
        limit: u32,
        now_ms: i64,
    ) -> Result<Vec<StoredMemory>> {
        self.0
            .list(move |tx| {
                let subject = match &user_id {
                    None => 0,
                    Some(user_id) => match memories::subject_number(tx, user_id)? {
                        Some(subject) => subject,
                        None => return Ok(Vec::new()),
                    },
                };
                let condition = "m.subject = $2 AND m.id > $3 AND m.deleted_at_ms IS NULL AND m.superseded_by IS NULL
                    AND (m.expires_at_ms IS NULL OR m.expires_at_ms > $4) ORDER BY m.id LIMIT $5";
                let after = after.map_or(-1, MemoryId::key);
                memories::matching(tx, condition, params![subject, after, now_ms, limit])
            })
            .await
    }

    /// Whether the workspace has memory of the user.
    pub async fn has_any(self, user_id: &str) -> Result<bool> {
        let user_id = user_id.to_owned();
        self.0
            .read(move |tx| {
                let Some(subject) = memories::subject_number(tx, &user_id)? else { return Ok(false) };
                let sql = "SELECT 1 FROM memories WHERE workspace_id = $1 AND subject = $2 LIMIT 1";
                Ok(tx.first(sql, params![subject])?.is_some())
            })
            .await
    }
}

impl Tx<'_> {
    /// Keeps memories, all or none of them. One whose id is taken is left out.
    ///
    /// # Errors
    /// The store's.
    pub fn keep_memories(&mut self, new: &[NewMemory], now_ms: i64) -> Result<KeptMany> {
        let change = memory_heads::next(self)?;
        let mut done = KeptMany::default();
        for new in new {
            if find_any(self, new.id)?.is_some() {
                done.left_out += 1;
                continue;
            }
            match keep(self, change, new, now_ms)? {
                Kept::New(_) => done.new += 1,
                Kept::Same(_) => done.confirmed += 1,
                Kept::Superseded { .. } => done.superseding += 1,
            }
        }
        Ok(done)
    }
}
