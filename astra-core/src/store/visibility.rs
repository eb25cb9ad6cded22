//! Whose sessions and turns a caller may see, within its workspace.

use std::sync::Arc;

/// Whose sessions and turns are visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisibleTo {
    /// Those of all users, as admins and owners see them.
    All,
    /// Those of this user or service account alone.
    Only(Arc<str>),
}

impl VisibleTo {
    /// Whether what belongs to `user_id` is visible.
    #[must_use]
    pub fn shows(&self, user_id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(own) => **own == *user_id,
        }
    }
}
