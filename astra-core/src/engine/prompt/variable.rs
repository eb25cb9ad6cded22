//! The names that a template puts in.

/// What a template may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Date,
    Time,
    UserId,
    UserName,
    WorkspaceId,
    WorkspaceName,
    AgentName,
}

impl Variable {
    /// All of them, with their names.
    pub(super) const ALL: [(&'static str, Self); 7] = [
        ("date", Self::Date),
        ("time", Self::Time),
        ("user.id", Self::UserId),
        ("user.name", Self::UserName),
        ("workspace.id", Self::WorkspaceId),
        ("workspace.name", Self::WorkspaceName),
        ("agent.name", Self::AgentName),
    ];

    /// The one that `word` names.
    pub(super) fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, name)| name)
    }
}
