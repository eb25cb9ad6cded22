//! What the operations on a workspace's policies and grants share: their wire types, and what is refused.

mod grants;
mod policies;

pub use grants::{Grant, GrantDirection, GrantPath, GrantStatus, GrantUsage, missing_grant, refused_grant};
pub use policies::{
    WorkspacePolicyPath, WorkspaceQuotaState, WorkspaceRestrictions, WorkspaceUse, check_faults, check_own, revision,
};
