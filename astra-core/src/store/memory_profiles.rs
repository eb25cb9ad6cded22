//! Memory profiles: what agents remember and recall, and which agents have them.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actor::Target;
use super::agents::{self, StoredAgent};
use super::error::{MemoryProfileRefusal, Result};
use super::idempotency::OnceKey;
use super::page::{Cursor, Page, PageRequest};
use super::precondition::{Precondition, Revision};
use super::rows::Rows;
use super::tx::Tx;
use super::value::Row;
use crate::ids::MemoryProfileId;
use crate::params;

/// A memory profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMemoryProfile {
    /// `mpr_...`
    pub id: MemoryProfileId,
    /// 1, 2, 3, ...: grows with each change.
    pub version: u32,
    /// Its settings, as JSON.
    pub settings: String,
    /// When it was made, in milliseconds since the epoch.
    pub created_at_ms: i64,
    /// When it last changed, in milliseconds since the epoch.
    pub updated_at_ms: i64,
    /// `usr_...` or `svc_...`
    pub created_by: String,
}

impl StoredMemoryProfile {
    /// The state that an `If-Match` names.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        Revision { version: self.version, updated_at_ms: self.updated_at_ms }
    }
}

const COLUMNS: &str = "p.id, p.version, p.settings, p.created_at_ms, p.updated_at_ms, p.created_by";

/// The memory profiles of a workspace.
#[derive(Clone, Copy)]
pub struct MemoryProfiles<'a>(pub(super) &'a Rows);

impl MemoryProfiles<'_> {
    /// A profile. One look-up by key.
    pub async fn find(self, id: MemoryProfileId) -> Result<Option<StoredMemoryProfile>> {
        self.0.look(move |tx| find(tx, id)).await
    }

    /// Profiles, newest first.
    pub async fn page(self, request: PageRequest) -> Result<Page<StoredMemoryProfile>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM memory_profiles p WHERE p.workspace_id = $1 AND p.id < $2 ORDER BY p.id DESC LIMIT $3"
        );
        self.0
            .list(move |tx| {
                let after = request.after.as_ref().map_or(i64::MAX, |cursor| cursor.at);
                let place = |profile: &StoredMemoryProfile| Cursor { at: profile.id.key(), id: String::new() };
                tx.page(&sql, params![after, request.fetch()], &request, read, place)
            })
            .await
    }

    /// The agents that have a profile, newest first; `None` if there is no such profile.
    pub async fn page_agents(self, id: MemoryProfileId, request: PageRequest) -> Result<Option<Page<StoredAgent>>> {
        self.0
            .list(move |tx| {
                if agents::has_memory_profile(tx, id)? {
                    agents::page_of_profile(tx, id, &request).map(Some)
                } else {
                    Ok(None)
                }
            })
            .await
    }

    /// Keeps a profile.
    ///
    /// # Errors
    /// [`Refusal::KeyReused`](super::Refusal::KeyReused).
    pub async fn create(self, new: StoredMemoryProfile, once: Option<OnceKey>) -> Result<StoredMemoryProfile> {
        let actor = self.0.actor();
        self.0
            .write_once(once, new.created_at_ms, move |tx| {
                let sql = "INSERT INTO memory_profiles
                        (workspace_id, id, version, settings, created_at_ms, updated_at_ms, created_by)
                    VALUES ($1, $2, $3, $4, $5, $6, $7)";
                let (at, by) = (new.created_at_ms, &new.created_by);
                tx.execute(sql, params![new.id, new.version, &new.settings, at, new.updated_at_ms, by])?;
                let (id, changes) = (new.id.to_string(), json!({"version": new.version}));
                tx.audit_change_of_texts(actor.as_deref(), target(&id), &changes, [None, Some(&new.settings)])?;
                Ok(new.clone())
            })
            .await
    }

    /// Gives a profile other settings; `None` if it is not there.
    ///
    /// # Errors
    /// [`Refusal::Stale`](super::Refusal::Stale) if `precondition` does not hold.
    pub async fn update(
        self,
        id: MemoryProfileId,
        settings: String,
        precondition: Precondition,
        now_ms: i64,
    ) -> Result<Option<StoredMemoryProfile>> {
        let actor = self.0.actor();
        self.0
            .write(move |tx| {
                let Some(present) = find(tx, id)? else { return Ok(None) };
                precondition.check(present.revision())?;
                let version = present.version + 1;
                let sql = "UPDATE memory_profiles SET version = $3, settings = $4, updated_at_ms = $5
                    WHERE workspace_id = $1 AND id = $2";
                tx.execute(sql, params![id, version, &settings, now_ms])?;
                let (target_id, changes) = (id.to_string(), json!({"version": version}));
                let texts = [Some(present.settings.as_str()), Some(settings.as_str())];
                tx.audit_change_of_texts(actor.as_deref(), target(&target_id), &changes, texts)?;
                let settings = settings.clone();
                Ok(Some(StoredMemoryProfile { version, settings, updated_at_ms: now_ms, ..present }))
            })
            .await
    }

    /// Removes a profile; false if it is not there.
    ///
    /// # Errors
    /// [`MemoryProfileRefusal::Assigned`] while an agent has it; [`Refusal::Stale`](super::Refusal::Stale) if `precondition`
    /// does not hold.
    pub async fn delete(self, id: MemoryProfileId, precondition: Precondition) -> Result<bool> {
        let actor = self.0.actor();
        self.0
            .write(move |tx| {
                let Some(present) = find(tx, id)? else { return Ok(false) };
                precondition.check(present.revision())?;
                let used = "SELECT 1 FROM agents WHERE workspace_id = $1 AND memory_profile = $2 LIMIT 1";
                if tx.first(used, params![id])?.is_some() {
                    return Err(MemoryProfileRefusal::Assigned.into());
                }
                let (target_id, changes) = (id.to_string(), json!({"version": present.version}));
                let texts = [Some(present.settings.as_str()), None];
                tx.audit_change_of_texts(actor.as_deref(), target(&target_id), &changes, texts)?;
                Ok(tx.execute("DELETE FROM memory_profiles WHERE workspace_id = $1 AND id = $2", params![id])? == 1)
            })
            .await
    }
}

const fn target(id: &str) -> Target<'_> {
    Target { kind: "memory_profile", id }
}

fn find(tx: &mut Tx<'_>, id: MemoryProfileId) -> Result<Option<StoredMemoryProfile>> {
    let sql = format!("SELECT {COLUMNS} FROM memory_profiles p WHERE p.workspace_id = $1 AND p.id = $2");
    tx.first(&sql, params![id])?.map(read).transpose()
}

fn read(mut row: Row) -> Result<StoredMemoryProfile> {
    Ok(StoredMemoryProfile {
        id: row.next_id()?,
        version: row.next_count()?,
        settings: row.next_text()?,
        created_at_ms: row.next_int()?,
        updated_at_ms: row.next_int()?,
        created_by: row.next_text()?,
    })
}
