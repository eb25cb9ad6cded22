//! What changes of a session while it lives: its title, the version that answers, the caller's own data, its summary.

use serde_json::{Map, Value as Json, json};

use super::error::{Result, SessionRefusal};
use super::merge::merge_objects;
use super::session_totals::{self, SessionWithTotals};
use super::sessions::{self, Sessions};
use super::visibility::VisibleTo;
use crate::content::is_too_large;
use crate::ids::SessionId;
use crate::params;

/// What changes in a session; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "as in `Session`")]
pub struct SessionChange {
    pub title: Option<Option<String>>,
    pub pinned_version: Option<Option<u32>>,
    /// A merge patch; `Some(None)` empties it.
    pub metadata: Option<Option<Map<String, Json>>>,
}

impl SessionChange {
    /// What changes, without what it says: title and metadata are the caller's own.
    fn names(&self) -> Json {
        let fields = [
            ("title", self.title.is_some()),
            ("pinned_version", self.pinned_version.is_some()),
            ("metadata", self.metadata.is_some()),
        ];
        json!({"fields": fields.into_iter().filter_map(|(name, changes)| changes.then_some(name)).collect::<Vec<_>>()})
    }
}

impl Sessions<'_> {
    /// Changes a session; `None` if it is not there or not visible.
    ///
    /// # Errors
    /// [`SessionRefusal::MetadataTooLarge`].
    pub async fn update(
        self,
        id: SessionId,
        visible_to: VisibleTo,
        change: SessionChange,
    ) -> Result<Option<SessionWithTotals>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_locking(move |tx| {
            let Some(mut session) = sessions::find(tx, id, &visible_to, true)? else { return Ok(None) };
            session.title = change.title.clone().unwrap_or(session.title);
            session.pinned_version = change.pinned_version.unwrap_or(session.pinned_version);
            if let Some(patch) = &change.metadata {
                session.metadata =
                    patch.as_ref().map_or_else(Map::new, |patch| merge_objects(session.metadata, patch));
            }
            if is_too_large(&session.metadata) {
                return Err(SessionRefusal::MetadataTooLarge.into());
            }
            let metadata = sessions::json_unless_empty(&session.metadata)?;
            let sql = "UPDATE sessions SET title = $3, pinned_version = $4, metadata = $5 WHERE workspace_id = $1 AND id = $2";
            tx.execute(sql, params![id, &session.title, session.pinned_version, &metadata])?;
            sessions::audit(tx, actor.as_deref(), id, &change.names())?;
            session_totals::add_one(tx, session).map(Some)
        })
        .await
    }

    /// Replaces the summary of a session, unless another compaction was faster; answers whether it did.
    pub async fn summarise(self, id: SessionId, was_until: i64, summary: String, until: i64) -> Result<bool> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_locking(move |tx| {
            let sql = "UPDATE sessions SET summary = $3, summary_until = $4 WHERE workspace_id = $1 AND id = $2 AND summary_until = $5";
            let is_first = tx.execute(sql, params![id, &summary, until, was_until])? == 1;
            if is_first {
                sessions::audit(tx, actor.as_deref(), id, &Json::Null)?;
            }
            Ok(is_first)
        })
        .await
    }
}
