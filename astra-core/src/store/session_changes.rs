//! What changes of a session while it lives: its title, the version that answers, the caller's own data, its summary.

use serde_json::{Value, json};

use super::error::{Result, SessionRefusal};
use super::session_totals::{self, SessionWithTotals};
use super::sessions::{self, SessionSettings, Sessions};
use super::visibility::VisibleTo;
use crate::content::is_too_large;
use crate::ids::SessionId;
use crate::params;

/// What differs, without what it says: title and metadata are the caller's own.
fn names(before: &SessionSettings, after: &SessionSettings) -> Value {
    let fields = [
        ("title", before.title != after.title),
        ("pinned_version", before.pinned_version != after.pinned_version),
        ("metadata", before.metadata != after.metadata),
    ];
    json!({"fields": fields.into_iter().filter_map(|(name, changes)| changes.then_some(name)).collect::<Vec<_>>()})
}

impl Sessions<'_> {
    /// Changes a session by `edit`, which gets its settings and answers what they become; `None` if the session is not there
    /// or not visible. What `edit` refuses is answered as it is, and nothing is changed.
    ///
    /// # Errors
    /// [`SessionRefusal::MetadataTooLarge`].
    pub async fn update<E: Send + 'static>(
        self,
        id: SessionId,
        visible_to: VisibleTo,
        edit: impl Fn(&SessionSettings) -> std::result::Result<SessionSettings, E> + Send + Sync + 'static,
    ) -> Result<Option<std::result::Result<SessionWithTotals, E>>> {
        let (rows, actor) = (self.0, self.0.actor());
        rows.write_locking(move |tx| {
            let Some(mut session) = sessions::find(tx, id, &visible_to, true)? else { return Ok(None) };
            let after = match edit(&session.settings) {
                Ok(after) => after,
                Err(refusal) => return Ok(Some(Err(refusal))),
            };
            if is_too_large(&after.metadata) {
                return Err(SessionRefusal::MetadataTooLarge.into());
            }
            let metadata = sessions::json_unless_empty(&after.metadata)?;
            let sql = "UPDATE sessions SET title = $3, pinned_version = $4, metadata = $5 WHERE workspace_id = $1 AND id = $2";
            tx.execute(sql, params![id, &after.title, after.pinned_version, &metadata])?;
            sessions::audit(tx, actor.as_deref(), id, &names(&session.settings, &after))?;
            session.settings = after;
            session_totals::add_one(tx, session).map(|session| Some(Ok(session)))
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
                sessions::audit(tx, actor.as_deref(), id, &Value::Null)?;
            }
            Ok(is_first)
        })
        .await
    }
}
