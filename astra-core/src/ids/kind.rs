//! What identifiers name.

/// What an identifier names; decides its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// A person or an application's end user.
    User,
    /// A tenant.
    Workspace,
    /// A service account.
    ServiceAccount,
    /// A token of a service account.
    Token,
    /// A chain of refresh tokens that began with one sign-in.
    Family,
    /// An invitation to a workspace.
    Invitation,
    /// A conversation.
    Session,
    /// One message of a conversation.
    Message,
    /// One question and its answer.
    Turn,
    /// The record of a turn's inner workings.
    Trace,
    /// One HTTP request.
    Request,
    /// One running gateway process.
    Instance,
    /// An entry of the outbox.
    Event,
    /// Work that outlives the program.
    Job,
    /// The question whether a tool may be called.
    Approval,
    /// What enqueues jobs at certain times.
    Schedule,
    /// One time of a schedule, or one trigger of it.
    ScheduleRun,
    /// Where a workspace's events are sent.
    Webhook,
    /// One event on its way to a webhook.
    Delivery,
    /// Something that is remembered.
    Memory,
    /// What agents remember and recall.
    MemoryProfile,
    /// An entity of the graph of a workspace's memory.
    Entity,
    /// An agent that is lent to another workspace.
    Grant,
    /// Where people meet agents on a platform of messages.
    Channel,
}

impl IdKind {
    pub(super) const ALL: [Self; 24] = [
        Self::User,
        Self::Workspace,
        Self::ServiceAccount,
        Self::Token,
        Self::Family,
        Self::Invitation,
        Self::Session,
        Self::Message,
        Self::Turn,
        Self::Trace,
        Self::Request,
        Self::Instance,
        Self::Event,
        Self::Job,
        Self::Approval,
        Self::Schedule,
        Self::ScheduleRun,
        Self::Webhook,
        Self::Delivery,
        Self::Memory,
        Self::MemoryProfile,
        Self::Entity,
        Self::Grant,
        Self::Channel,
    ];

    /// The letters before the underscore.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::User => "usr",
            Self::Workspace => "wsp",
            Self::ServiceAccount => "svc",
            Self::Token => "tok",
            Self::Family => "fam",
            Self::Invitation => "inv",
            Self::Session => "ses",
            Self::Message => "msg",
            Self::Turn => "trn",
            Self::Trace => "trc",
            Self::Request => "req",
            Self::Instance => "ins",
            Self::Event => "evt",
            Self::Job => "job",
            Self::Approval => "apr",
            Self::Schedule => "sch",
            Self::ScheduleRun => "run",
            Self::Webhook => "hok",
            Self::Delivery => "dlv",
            Self::Memory => "mem",
            Self::MemoryProfile => "mpr",
            Self::Entity => "ent",
            Self::Grant => "grt",
            Self::Channel => "chn",
        }
    }
}
