//! An event on its way into the log: collected while its transaction runs, written just before the commit.

use crate::ids::EventId;

/// An event that the commit of its transaction writes.
#[derive(Debug)]
pub(super) struct PendingEvent {
    /// The number of the workspace that it happened in.
    pub(super) workspace: i64,
    /// The rest of what it is, but for its data.
    pub(super) cause: Cause,
    /// Its type, such as `agent.updated`.
    pub(super) event: &'static str,
    /// The agent that it is about, for readers of some agents' events alone.
    pub(super) agent_id: Option<String>,
    /// The id of the resource that it is about.
    pub(super) resource_id: String,
    /// JSON of its data.
    pub(super) data: String,
}

/// What an event is, apart from its data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    /// The event's id.
    pub(super) id: EventId,
    /// When it happened, in milliseconds since the epoch.
    pub(super) at_ms: i64,
    /// The number of the subject that caused it; none for the gateway itself.
    pub(super) subject: Option<i64>,
    /// The number of the subject whose session, job or the like it is about, and who may see it beside admins.
    pub(super) owner: Option<i64>,
}
