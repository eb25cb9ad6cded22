//! An entry on its way into the audit: noted while its transaction runs, written just before the commit.

use super::actor::Actor;

/// An entry that the commit of its transaction writes.
#[derive(Debug)]
pub(super) struct PendingAudit {
    /// The number of the workspace.
    pub(super) workspace: i64,
    pub(super) actor: Actor,
    pub(super) target_kind: &'static str,
    pub(super) target_id: String,
    /// JSON of what is new.
    pub(super) changes: Option<String>,
    /// JSON of what is different.
    pub(super) differences: Option<String>,
    /// Whether it is the purge of the user that the target names: then the content of what the audit has of the user goes.
    pub(super) is_purge: bool,
}
