//! The words of the workspaces group: the events of a workspace, one branch for each type of the catalogue.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::ids::EventId;
use crate::store::events::{
    AgentCompletedData, AgentFailedData, AgentUpdatedData, ApprovalRequestedData, JobFailedData, JobProgressData,
    JobSucceededData, MemoryPropagatedData, QuotaExceededData, ScheduleFiredData, SessionArchivedData,
    SessionCreatedData, TurnStartedData, WebhookDisabledData, WebhookTestData,
};

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
