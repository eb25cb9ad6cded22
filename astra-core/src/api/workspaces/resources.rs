//! What the operations of the workspaces group share, beside events: workspaces, members, invitations.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Role;
use crate::clock::rfc3339;
use crate::http::Caller;
use crate::store::{JoinedWorkspace, StoredInvitation, StoredWorkspace, WorkspaceMember};

/// What of a workspace its admins set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkspaceSettings {
    /// What it is called.
    #[schema(min_length = 1, max_length = 128, pattern = r"^[^\x00-\x1f\x7f]*$", example = "Support")]
    pub name: String,
}

/// A workspace: agents, sessions, memory and the people who share them, apart from all other ones.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Workspace {
    /// The workspace's id.
    #[schema(max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub id: String,
    /// What its admins have set.
    #[serde(flatten)]
    pub settings: WorkspaceSettings,
    /// The caller's role in it.
    pub role: Role,
    /// Whether the caller's token is for it.
    #[schema(example = true)]
    pub is_current: bool,
    /// When it was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// The time of the last change.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub updated_at: String,
}

/// A person who belongs to a workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The user's id.
    #[schema(example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
    /// The e-mail address, in lower case; null for an end user of an application.
    #[schema(max_length = 254, example = "ada@example.org")]
    pub email: Option<String>,
    /// The person's name.
    #[schema(max_length = 128, example = "Ada")]
    pub display_name: Option<String>,
    /// The role in the workspace.
    pub role: Role,
    /// When the user joined the workspace.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub joined_at: String,
}

/// An invitation to a workspace, without its code, which is not stored.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// The invitation's id.
    #[schema(example = "inv_06a1b2c3d4e5q")]
    pub id: String,
    /// The role that it gives.
    pub role: Role,
    /// The e-mail address of the only account that may accept it; null for whoever has the code.
    #[schema(max_length = 254, example = "bob@example.org")]
    pub email: Option<String>,
    /// The account that created it.
    #[schema(max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub created_by: String,
    /// When it was created.
    #[schema(example = "2026-11-23T21:07:00.000Z")]
    pub created_at: String,
    /// When it expires.
    #[schema(example = "2026-11-30T21:07:00.000Z")]
    pub expires_at: String,
}

/// The workspace of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct WorkspacePath {
    /// The id of the caller's workspace.
    #[param(min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub workspace_id: String,
}

/// The member of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct MemberPath {
    /// The id of the caller's workspace.
    #[param(min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub workspace_id: String,
    /// The member.
    #[param(min_length = 1, max_length = 256, example = "usr_06a1b2c3d4e5q")]
    pub user_id: String,
}

/// The invitation of a path.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct InvitationPath {
    /// The id of the caller's workspace.
    #[param(min_length = 1, max_length = 256, example = "wsp_06a1b2c3d4e5q")]
    pub workspace_id: String,
    /// The invitation.
    #[param(min_length = 1, max_length = 256, example = "inv_06a1b2c3d4e5q")]
    pub invitation_id: String,
}

impl Workspace {
    /// The workspace of a row, as `caller` sees it, who has this role in it.
    pub fn new(stored: StoredWorkspace, role: Role, caller: &Caller) -> Self {
        Self {
            is_current: stored.id == caller.workspace.as_str(),
            id: stored.id,
            settings: WorkspaceSettings { name: stored.name },
            role,
            created_at: rfc3339(stored.created_at),
            updated_at: rfc3339(stored.updated_at),
        }
    }

    /// A workspace that `caller` belongs to.
    pub fn joined(joined: JoinedWorkspace, caller: &Caller) -> Self {
        Self::new(joined.workspace, Role::known(&joined.role), caller)
    }
}

impl From<WorkspaceMember> for Member {
    fn from(stored: WorkspaceMember) -> Self {
        Self {
            user_id: stored.user_id,
            email: stored.email,
            display_name: stored.display_name,
            role: Role::known(&stored.role),
            joined_at: rfc3339(stored.joined_at),
        }
    }
}

impl From<StoredInvitation> for Invitation {
    fn from(stored: StoredInvitation) -> Self {
        Self {
            id: stored.id,
            role: Role::known(&stored.role),
            email: stored.email,
            created_by: stored.created_by,
            created_at: rfc3339(stored.created_at),
            expires_at: rfc3339(stored.expires_at),
        }
    }
}
