//! Roles: what a member of a workspace may do. What an operation needs is in `access/`.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The roles in a workspace, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads only.
    Viewer,
    /// Also talks to agents, in sessions of its own.
    Member,
    /// Also changes agents, accounts and tokens, and reads the sessions of all.
    Admin,
    /// Full control of the workspace.
    Owner,
}

impl Role {
    /// All roles, least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Member, Self::Admin, Self::Owner];

    /// The role of this name, as a row has it. One that this version does not know is worth no more than the least, as in
    /// every decision.
    #[must_use]
    pub fn known(name: &str) -> Self {
        name.parse().unwrap_or(Self::Viewer)
    }

    /// The role's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}
