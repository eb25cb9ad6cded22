//! Who changed what: a row for each change that an operation made, written in the transaction of the change. A turn writes none.

use std::sync::Arc;

use serde_json::Value as Json;

use super::db::{Db, SWEEP_ROWS};
use super::error::{Error, Result};
use super::subjects;
use super::tx::Tx;
use crate::params;

/// Who changes something, and by which request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// `usr_...`, `svc_...`, or a host program's name of the user.
    pub subject: String,
    /// The subject's number, should it have none yet.
    pub subject_number: i64,
    /// The key of the row: a request makes one.
    pub key: i64,
    /// The id of the operation, such as `agents.update`.
    pub action: String,
    /// The id of the request.
    pub request_id: Arc<str>,
    /// Now, in milliseconds since the epoch.
    pub at_ms: i64,
}

/// What was changed.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Such as `agent`.
    pub kind: &'static str,
    /// The id that callers know.
    pub id: &'a str,
}

impl Tx<'_> {
    /// Writes down that `actor` has changed `target`; nothing without an actor, which is the gateway itself or its command line.
    /// `changes` says what is new, without secrets and without what was said in conversations; null for nothing to say.
    pub(super) fn audit(&mut self, actor: Option<&Actor>, target: Target<'_>, changes: &Json) -> Result<()> {
        let Some(actor) = actor else { return Ok(()) };
        let subject = subjects::ensure(self, &actor.subject, actor.subject_number)?;
        let changes =
            if changes.is_null() { None } else { Some(serde_json::to_string(changes).map_err(Error::broken)?) };
        let sql =
            "INSERT INTO audit (workspace_id, id, at_ms, subject, action, target_kind, target_id, changes, request_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let params = params![
            actor.key,
            actor.at_ms,
            subject,
            &actor.action,
            target.kind,
            target.id,
            &changes,
            &*actor.request_id
        ];
        self.execute(sql, params).map(drop)
    }
}

impl Db {
    /// Removes rows of the audit of all workspaces that were written before `before_ms`, at most [`SWEEP_ROWS`] of them; answers how many.
    pub async fn delete_old_audit(&self, before_ms: i64) -> Result<u64> {
        self.write_locking(move |tx| {
            let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)";
            tx.execute(sql, params![before_ms, SWEEP_ROWS])
        })
        .await
    }
}
