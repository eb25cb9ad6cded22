//! The key of a workspace.

use std::sync::Arc;

/// The number of a workspace that was not looked up: no row has it.
const UNKNOWN: i64 = 0;

/// A workspace, whose number is part of every key; the only way to a statement that touches a tenant's rows.
#[derive(Debug, Clone)]
pub struct WorkspaceId {
    number: i64,
    id: Arc<str>,
}

impl WorkspaceId {
    /// The workspace of this number and id. [`Db::find_workspace`](super::Db::find_workspace) looks it up.
    #[must_use]
    pub fn new(number: i64, id: &str) -> Self {
        Self { number, id: Arc::from(id) }
    }

    /// A workspace of a host program, by the name that the host gives it. The gateway makes it when it is first used.
    #[must_use]
    pub fn named(id: &str) -> Self {
        Self::new(UNKNOWN, id)
    }

    /// `wsp_...`
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.id
    }

    /// Its number in the store.
    #[must_use]
    pub const fn number(&self) -> i64 {
        self.number
    }
}

impl PartialEq for WorkspaceId {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for WorkspaceId {}
impl std::hash::Hash for WorkspaceId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}
