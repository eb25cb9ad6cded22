//! The catalogue of events: what each type is called, when it is emitted, and what its data has. A type is a file.

mod agent_completed;
mod agent_failed;
mod agent_updated;
mod approval_requested;
mod channel_failed;
mod event_data;
mod job_failed;
mod job_progress;
mod job_succeeded;
mod memory_propagated;
mod quota_exceeded;
mod schedule_fired;
mod session_archived;
mod session_created;
mod turn_started;
mod webhook_disabled;
mod webhook_test;

pub use agent_completed::AgentCompletedData;
pub use agent_failed::AgentFailedData;
pub use agent_updated::{AgentUpdateKind, AgentUpdatedData};
pub use approval_requested::ApprovalRequestedData;
pub use channel_failed::ChannelFailedData;
pub use event_data::{EventAudience, EventData, EventType};
pub use job_failed::JobFailedData;
pub use job_progress::JobProgressData;
pub use job_succeeded::JobSucceededData;
pub use memory_propagated::MemoryPropagatedData;
pub use quota_exceeded::{QuotaExceededData, QuotaKind, QuotaScope};
pub use schedule_fired::ScheduleFiredData;
pub use session_archived::SessionArchivedData;
pub use session_created::SessionCreatedData;
pub use turn_started::TurnStartedData;
pub use webhook_disabled::{WebhookDisabledData, WebhookDisabledReason};
pub use webhook_test::WebhookTestData;

/// Every type of event, in the order of the documentation.
pub const CATALOGUE: &[EventType] = &[
    EventType::of::<AgentCompletedData>(),
    EventType::of::<AgentFailedData>(),
    EventType::of::<AgentUpdatedData>(),
    EventType::of::<ApprovalRequestedData>(),
    EventType::of::<SessionCreatedData>(),
    EventType::of::<SessionArchivedData>(),
    EventType::of::<JobSucceededData>(),
    EventType::of::<JobFailedData>(),
    EventType::of::<MemoryPropagatedData>(),
    EventType::of::<QuotaExceededData>(),
    EventType::of::<ScheduleFiredData>(),
    EventType::of::<ChannelFailedData>(),
    EventType::of::<WebhookDisabledData>(),
    EventType::of::<WebhookTestData>(),
    EventType::of::<TurnStartedData>(),
    EventType::of::<JobProgressData>(),
];
