//! What every type of event says of itself.

use serde::Serialize;

/// The data of a type of event: enough to fetch what the event is about, without what was said in conversations.
pub trait EventData: Serialize {
    /// The type, such as `agent.completed`.
    const NAME: &'static str;
    /// What has happened, as one sentence.
    const DESCRIPTION: &'static str;
    /// When an event is emitted, and when none is.
    const EMITTED: &'static str;
    /// Who gets such events.
    const AUDIENCE: EventAudience = EventAudience::All;

    /// The id of the resource that the event is about.
    fn resource_id(&self) -> String;

    /// The agent that the event is about, if it is about one.
    fn agent_id(&self) -> Option<&str> {
        None
    }
}

/// Who gets events of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventAudience {
    /// Webhooks and streams.
    All,
    /// Streams alone: such events are many, and of use only while they happen.
    Streams,
}

/// A type of event, as the catalogue has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// The type, such as `agent.completed`.
    pub name: &'static str,
    /// What has happened, as one sentence.
    pub description: &'static str,
    /// When an event is emitted, and when none is.
    pub emitted: &'static str,
    /// Who gets such events.
    pub audience: EventAudience,
}

impl EventType {
    /// The type whose data is `D`.
    #[must_use]
    pub const fn of<D: EventData>() -> Self {
        Self { name: D::NAME, description: D::DESCRIPTION, emitted: D::EMITTED, audience: D::AUDIENCE }
    }
}
