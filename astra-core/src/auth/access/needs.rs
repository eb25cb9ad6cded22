//! What an operation may need of its caller.

use crate::auth::role::Role;
use crate::auth::scope::{Scope, ScopeSet};

/// What an operation needs of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// No credential: every client may call it.
    Public,
    /// At least this role, and this scope.
    Needs(Role, Scope),
    /// At least this role, and all of these scopes. The set may be empty: every credential of the role may call it.
    NeedsAll(Role, ScopeSet),
}

impl Access {
    /// The least role, and the scopes; `None` for a public operation.
    #[must_use]
    pub const fn needs(self) -> Option<(Role, ScopeSet)> {
        match self {
            Self::Public => None,
            Self::Needs(role, scope) => Some((role, ScopeSet::of(scope))),
            Self::NeedsAll(role, scopes) => Some((role, scopes)),
        }
    }
}
