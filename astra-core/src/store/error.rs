//! What can go wrong in the store, in words that both backends share.

use std::fmt;

/// A result of the store.
pub type Result<T> = std::result::Result<T, Error>;

/// A failure of the store. Absence is no failure: look-ups answer `Option`.
#[derive(Debug)]
pub enum Error {
    /// A row with this key is already there.
    Unique(String),
    /// A row that this one refers to is not there.
    Missing(String),
    /// Another transaction was in the way; the same one may succeed when it is run again.
    Retry(String),
    /// The disk is full or the store may not grow.
    Full(String),
    /// The store cannot be reached.
    Unavailable(String),
    /// The store was lost while it took the change: whether that took place is not known.
    Uncertain(String),
    /// The store's schema, its content, or what the configuration says of it is not what this version can use; the text
    /// says what to do.
    Incompatible(String),
    /// The write does not take place, although the store works.
    Refused(Refusal),
    /// Anything else: a defect in a statement, a damaged file.
    Broken(String),
}

/// Why a write did not take place although the store works. Each method's documentation names the refusals that it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The row changed since the caller read it (`If-Match` lost).
    Stale,
    /// A text holds a NUL (U+0000), which PostgreSQL has in no text: nothing that is kept has one, nor is found by one.
    Nul,
    /// The idempotency key was used before with another request.
    KeyReused,
    /// Of an account.
    Account(AccountRefusal),
    /// Of a workspace.
    Workspace(WorkspaceRefusal),
    /// Of a member of a workspace.
    Member(MemberRefusal),
    /// Of an invitation to a workspace.
    Invitation(InvitationRefusal),
    /// Of an agent.
    Agent(AgentRefusal),
    /// Of a session.
    Session(SessionRefusal),
    /// Of a turn.
    Turn(TurnRefusal),
    /// Of a job.
    Job(JobRefusal),
    /// The workspace has as many MCP servers as it may have.
    TooManyMcpServers,
    /// The workspace has as many schedules as it may have.
    TooManySchedules,
    /// The last job of the schedule has not ended, and may not be overlapped.
    ScheduleBusy,
    /// Of a webhook or of a delivery to it.
    Webhook(WebhookRefusal),
    /// Of a channel.
    Channel(ChannelRefusal),
    /// Of a memory.
    Memory(MemoryRefusal),
    /// What is set by hand in a profile of a user has more than 16 KiB as JSON.
    ProfileTooLarge,
    /// Of a memory profile.
    MemoryProfile(MemoryProfileRefusal),
    /// Of a grant.
    Grant(GrantRefusal),
    /// Of a sign-in with the OpenID provider.
    Oidc(OidcRefusal),
}

/// Why the OpenID provider's word signs a person in to no account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OidcRefusal {
    /// The sign-in was finished before.
    Finished,
    /// The person has no account yet, and the provider does not say that the e-mail address is verified.
    Unverified,
    /// The account of the e-mail address is that of another person at the provider.
    OtherPerson,
    /// The person has no account, and gets none.
    NoAccount,
    /// The person's claims give no role.
    NoRole,
}

impl From<OidcRefusal> for Error {
    fn from(refusal: OidcRefusal) -> Self {
        Self::Refused(Refusal::Oidc(refusal))
    }
}

/// Why a memory is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryRefusal {
    /// The memory has no version of this number.
    NoSuchVersion,
    /// The version says that the memory is deleted: there is nothing to write again.
    DeletedVersion,
    /// A turn of the user is open: what it keeps cannot be purged yet.
    TurnOpen,
}

impl From<MemoryRefusal> for Error {
    fn from(refusal: MemoryRefusal) -> Self {
        Self::Refused(Refusal::Memory(refusal))
    }
}

/// Why an account is not registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountRefusal {
    /// A set-up code was sent, and there is an owner.
    OwnerExists,
    /// No set-up code was sent, and there is no owner.
    NoOwner,
    /// The set-up code is not the present one.
    WrongSetupCode,
    /// A workspace would be without an owner.
    LastOwner,
}

/// Why a workspace is not made or not deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkspaceRefusal {
    /// The person owns as many workspaces as it may.
    TooMany,
    /// It is the first workspace, which the gateway itself belongs to.
    First,
}

/// Why a member of a workspace is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberRefusal {
    /// The role of who asks is too low by now.
    NotAllowed,
    /// The member has, or would get, a higher role than who asks.
    HigherRole,
    /// The workspace would be without an owner.
    LastOwner,
    /// The member who leaves belongs to no other workspace.
    OnlyWorkspace,
}

/// Why an invitation is not made or not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationRefusal {
    /// As many are open as may be.
    TooMany,
    /// There is no such code, or it is not good any more, or not for this person.
    NotGood,
}

/// Why an agent is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentRefusal {
    /// The agent has no version of this number.
    NoSuchVersion,
    /// The workspace has no memory profile of the id that the definition names.
    NoSuchMemoryProfile,
}

/// Why a memory profile is not removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryProfileRefusal {
    /// An agent has it.
    Assigned,
}

/// Why an agent is not lent, or not borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantRefusal {
    /// The workspace has no such agent of its own.
    NoSuchAgent,
    /// The workspace has as many grants as it may have.
    TooMany,
    /// The grant has ended.
    Ended,
}

impl From<GrantRefusal> for Error {
    fn from(refusal: GrantRefusal) -> Self {
        Self::Refused(Refusal::Grant(refusal))
    }
}

/// Why a session is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionRefusal {
    /// The session is archived.
    Archived,
    /// One of its turns is open.
    Busy,
    /// The session has no such message, or its summary covers the message.
    NoSuchMessage,
    /// The caller's own data would be too large.
    MetadataTooLarge,
}

/// Why a turn does not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TurnRefusal {
    /// There is no such session, or its turns are not visible to the caller.
    NoSuchSession,
    /// The session is archived.
    SessionArchived,
    /// The session is with another agent.
    OtherAgent,
    /// Another turn of the session is open, and the agent takes one question at a time.
    SessionBusy,
    /// As many turns wait in the session as may.
    QueueFull,
    /// The question is longer than what the agent's present version reads.
    QuestionTooLong,
    /// The session's turns keep as many bytes as they may.
    SessionFull,
    /// The turn that begins it has ended, or was asked to end.
    ParentEnded,
}

/// Why a job is not kept or not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobRefusal {
    /// What it is about is larger than 1 MiB.
    PayloadTooLarge,
    /// Its unique key is longer than 255 bytes.
    KeyTooLong,
    /// The worker's lease has run out and another worker may have the job, or the job is over.
    LeaseLost,
    /// The result of the job, or of its step, is larger than 1 MiB.
    ResultTooLarge,
    /// The job has recorded as many steps as it may.
    TooManySteps,
    /// The job is over.
    Finished,
    /// The job is not over.
    NotFinished,
    /// An unfinished job has its unique key.
    KeyTaken,
}

/// Why a webhook or a delivery is not kept or not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookRefusal {
    /// The workspace has as many webhooks as it may have.
    TooMany,
    /// As many of its secrets sign as may.
    TooManySecrets,
    /// It is switched off, or gone.
    Disabled,
    /// The gateway's lease has run out and another one may have the delivery, or the delivery is over.
    LeaseLost,
}

/// Why a channel is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelRefusal {
    /// The workspace has as many channels as it may have.
    TooMany,
}

impl From<ChannelRefusal> for Error {
    fn from(refusal: ChannelRefusal) -> Self {
        Self::Refused(Refusal::Channel(refusal))
    }
}

impl From<WebhookRefusal> for Error {
    fn from(refusal: WebhookRefusal) -> Self {
        Self::Refused(Refusal::Webhook(refusal))
    }
}

impl From<JobRefusal> for Error {
    fn from(refusal: JobRefusal) -> Self {
        Self::Refused(Refusal::Job(refusal))
    }
}

impl From<AccountRefusal> for Error {
    fn from(refusal: AccountRefusal) -> Self {
        Self::Refused(Refusal::Account(refusal))
    }
}

impl From<WorkspaceRefusal> for Error {
    fn from(refusal: WorkspaceRefusal) -> Self {
        Self::Refused(Refusal::Workspace(refusal))
    }
}

impl From<MemberRefusal> for Error {
    fn from(refusal: MemberRefusal) -> Self {
        Self::Refused(Refusal::Member(refusal))
    }
}

impl From<InvitationRefusal> for Error {
    fn from(refusal: InvitationRefusal) -> Self {
        Self::Refused(Refusal::Invitation(refusal))
    }
}

impl From<MemoryProfileRefusal> for Error {
    fn from(refusal: MemoryProfileRefusal) -> Self {
        Self::Refused(Refusal::MemoryProfile(refusal))
    }
}

impl From<AgentRefusal> for Error {
    fn from(refusal: AgentRefusal) -> Self {
        Self::Refused(Refusal::Agent(refusal))
    }
}

impl From<SessionRefusal> for Error {
    fn from(refusal: SessionRefusal) -> Self {
        Self::Refused(Refusal::Session(refusal))
    }
}

impl From<TurnRefusal> for Error {
    fn from(refusal: TurnRefusal) -> Self {
        Self::Refused(Refusal::Turn(refusal))
    }
}

impl Error {
    /// A failure that no caller can mend.
    pub(crate) fn broken(message: impl fmt::Display) -> Self {
        Self::Broken(message.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unique(what) => write!(formatter, "already exists: {what}"),
            Self::Missing(what) => write!(formatter, "refers to what does not exist: {what}"),
            Self::Retry(what) => write!(formatter, "another transaction was in the way: {what}"),
            Self::Full(what) => write!(formatter, "the store is full: {what}"),
            Self::Unavailable(what) => write!(formatter, "the store cannot be reached: {what}"),
            Self::Uncertain(what) => {
                write!(formatter, "the store was lost in the middle of a change, which may have taken place: {what}")
            }
            Self::Incompatible(what) | Self::Broken(what) => formatter.write_str(what),
            Self::Refused(refusal) => write!(formatter, "refused: {refusal:?}"),
        }
    }
}

impl std::error::Error for Error {}
