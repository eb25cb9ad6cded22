//! The words of the workspaces group: the events of a workspace, one branch for each type of the catalogue; workspaces, members
//! and invitations.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Role;
use crate::clock::rfc3339;
use crate::http::Caller;
use crate::ids::EventId;
use crate::store::events::{
    AgentCompletedData, AgentFailedData, AgentUpdatedData, ApprovalRequestedData, ChannelFailedData, JobFailedData,
    JobProgressData, JobSucceededData, MemoryPropagatedData, QuotaExceededData, ScheduleFiredData, SessionArchivedData,
    SessionCreatedData, TurnStartedData, WebhookDisabledData, WebhookTestData,
};
use crate::store::{JoinedWorkspace, StoredInvitation, StoredWorkspace, WorkspaceMember};

/// An event of any type, but for its type.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventFrame<T> {
    /// The event's id: the same wherever the event is read.
    #[schema(value_type = String, example = "evt_06a1b2c3d4e5q")]
    pub id: EventId,
    /// When it happened.
    #[schema(example = "2026-01-05T09:30:00.000Z")]
    pub timestamp: String,
    /// What it is about.
    pub data: T,
}

/// Defines the union and the list of its types from one table.
macro_rules! workspace_events {
    ($($(#[$text:meta])* $event:ident($data:ty) => $name:tt,)+) => {
        /// Something that happened in a workspace. Clients must ignore types that they do not know.
        #[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
        #[serde(tag = "type")]
        pub enum WorkspaceEvent {
            $($(#[$text])* #[serde(rename = $name)] $event(EventFrame<$data>),)+
        }

        /// A type of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
        pub enum WorkspaceEventType {
            $($(#[$text])* #[serde(rename = $name)] $event,)+
        }

        impl WorkspaceEventType {
            /// The type as it is in the log.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$event => $name,)+
                }
            }
        }
    };
}

workspace_events! {
    /// An agent has completed a turn.
    AgentCompleted(AgentCompletedData) => "agent.completed",
    /// A turn of an agent has ended without an answer.
    AgentFailed(AgentFailedData) => "agent.failed",
    /// An agent was created, has a new version, or was deleted.
    AgentUpdated(AgentUpdatedData) => "agent.updated",
    /// A turn waits for a person's decision on the call of a tool.
    ApprovalRequested(ApprovalRequestedData) => "approval.requested",
    /// A session was opened.
    SessionCreated(SessionCreatedData) => "session.created",
    /// A session was archived, and another one takes its place.
    SessionArchived(SessionArchivedData) => "session.archived",
    /// A job is done.
    JobSucceeded(JobSucceededData) => "job.succeeded",
    /// A job has failed for good, or its outcome is unknown.
    JobFailed(JobFailedData) => "job.failed",
    /// Memories of a user were copied to the workspace.
    MemoryPropagated(MemoryPropagatedData) => "memory.propagated",
    /// An agent or the workspace has used up a quota, and a turn was refused.
    QuotaExceeded(QuotaExceededData) => "quota.exceeded",
    /// The time of a schedule has come, and its job was enqueued.
    ScheduleFired(ScheduleFiredData) => "schedule.fired",
    /// A channel cannot send: its platform refuses its credential.
    ChannelFailed(ChannelFailedData) => "channel.failed",
    /// The gateway has switched a webhook off.
    WebhookDisabled(WebhookDisabledData) => "webhook.disabled",
    /// Someone tests a webhook. It is sent to that webhook alone, and is in no log.
    WebhookTest(WebhookTestData) => "webhook.test",
    /// A question is on disk and is going to be answered.
    TurnStarted(TurnStartedData) => "turn.started",
    /// A job has come further.
    JobProgress(JobProgressData) => "job.progress",
}

/// Which events a stream has.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct EventsQuery {
    /// The types of the events, separated by commas; by default all types.
    #[param(style = Form, explode = false, min_items = 1, max_items = 16, inline, example = json!(["agent.completed", "agent.failed"]))]
    pub(super) types: Vec<WorkspaceEventType>,
}

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
    /// The e-mail address of the only account that may accept it; null if the code alone is enough.
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
