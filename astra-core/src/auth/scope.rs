//! Roles, scopes, and the one table that says what each operation needs. The table guards the router and writes the
//! `security` of the OpenAPI document: an operation that is not in it can neither be served nor documented.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a member of a workspace may do, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Talks to agents.
    Member,
    /// Changes agents and accounts.
    Admin,
    /// Everything.
    Owner,
}

/// The scopes of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each name is its scope")]
pub enum Scope {
    AuthRead,
    AuthWrite,
    AgentsRead,
    AgentsWrite,
    SessionsRead,
    SessionsWrite,
    ChatSend,
    InferenceRead,
    InferenceWrite,
    SpecRead,
    UsersAct,
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScopeSet(u32);

/// What an operation asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing: anybody may call it.
    Public,
    /// At least this role, and this scope.
    Needs(Role, Scope),
    /// At least this role, and all of these scopes, of which there may be none: what a host's operation asks.
    NeedsAll(Role, ScopeSet),
}

/// Every operation, with what it needs.
pub const OPERATIONS: &[(&str, Access)] = {
    use Access::{Needs, Public};
    use Role::{Admin, Member, Owner, Viewer};
    &[
        ("health.get", Public),
        ("health.live", Public),
        ("health.ready", Public),
        ("auth.register", Public),
        ("auth.token", Public),
        ("auth.refresh", Public),
        ("auth.jwks", Public),
        ("auth.logout", Needs(Viewer, Scope::AuthWrite)),
        ("auth.me", Needs(Viewer, Scope::AuthRead)),
        ("auth.list_service_accounts", Needs(Admin, Scope::AuthRead)),
        ("auth.create_service_account", Needs(Admin, Scope::AuthWrite)),
        ("auth.get_service_account", Needs(Admin, Scope::AuthRead)),
        ("auth.update_service_account", Needs(Admin, Scope::AuthWrite)),
        ("auth.delete_service_account", Needs(Admin, Scope::AuthWrite)),
        ("auth.list_tokens", Needs(Admin, Scope::AuthRead)),
        ("auth.issue_token", Needs(Admin, Scope::AuthWrite)),
        ("auth.rotate_token", Needs(Admin, Scope::AuthWrite)),
        ("auth.revoke_token", Needs(Admin, Scope::AuthWrite)),
        ("auth.list_keys", Needs(Owner, Scope::AuthRead)),
        ("auth.rotate_keys", Needs(Owner, Scope::AuthWrite)),
        ("agents.list", Needs(Viewer, Scope::AgentsRead)),
        ("agents.create", Needs(Admin, Scope::AgentsWrite)),
        ("agents.get", Needs(Viewer, Scope::AgentsRead)),
        ("agents.replace", Needs(Admin, Scope::AgentsWrite)),
        ("agents.update", Needs(Admin, Scope::AgentsWrite)),
        ("agents.delete", Needs(Admin, Scope::AgentsWrite)),
        ("agents.list_versions", Needs(Viewer, Scope::AgentsRead)),
        ("agents.get_version", Needs(Viewer, Scope::AgentsRead)),
        ("agents.diff_versions", Needs(Viewer, Scope::AgentsRead)),
        ("agents.label_version", Needs(Admin, Scope::AgentsWrite)),
        ("agents.rollback", Needs(Admin, Scope::AgentsWrite)),
        ("agents.clone", Needs(Admin, Scope::AgentsWrite)),
        ("agents.usage", Needs(Viewer, Scope::AgentsRead)),
        ("agents.export", Needs(Admin, Scope::AgentsRead)),
        ("agents.import", Needs(Admin, Scope::AgentsWrite)),
        ("agents.reload", Needs(Admin, Scope::AgentsWrite)),
        ("sessions.list", Needs(Member, Scope::SessionsRead)),
        ("sessions.create", Needs(Member, Scope::SessionsWrite)),
        ("sessions.get", Needs(Member, Scope::SessionsRead)),
        ("sessions.update", Needs(Member, Scope::SessionsWrite)),
        ("sessions.delete", Needs(Member, Scope::SessionsWrite)),
        ("sessions.list_messages", Needs(Member, Scope::SessionsRead)),
        ("sessions.reset", Needs(Member, Scope::SessionsWrite)),
        ("sessions.fork", Needs(Member, Scope::SessionsWrite)),
        ("sessions.compact", Needs(Member, Scope::SessionsWrite)),
        ("sessions.events", Needs(Member, Scope::SessionsRead)),
        ("chat.send", Needs(Member, Scope::ChatSend)),
        ("chat.stream", Needs(Member, Scope::ChatSend)),
        ("chat.get_turn", Needs(Member, Scope::ChatSend)),
        ("chat.resume", Needs(Member, Scope::ChatSend)),
        ("chat.cancel", Needs(Member, Scope::ChatSend)),
        ("chat.completions", Needs(Member, Scope::ChatSend)),
        ("chat.list_models", Needs(Member, Scope::ChatSend)),
        ("chat.get_model", Needs(Member, Scope::ChatSend)),
        ("inference.list_providers", Needs(Viewer, Scope::InferenceRead)),
        ("inference.get_provider", Needs(Viewer, Scope::InferenceRead)),
        ("inference.check_provider", Needs(Admin, Scope::InferenceWrite)),
        ("inference.list_models", Needs(Viewer, Scope::InferenceRead)),
        ("inference.usage", Needs(Viewer, Scope::InferenceRead)),
        ("spec.json", Needs(Viewer, Scope::SpecRead)),
        ("spec.yaml", Needs(Viewer, Scope::SpecRead)),
    ]
};

/// What `operation_id` needs; `None` for an operation that is not in the table.
#[must_use]
pub fn access(operation_id: &str) -> Option<Access> {
    OPERATIONS.iter().find(|(id, _)| *id == operation_id).map(|(_, access)| *access)
}

impl Access {
    /// The least role, and the scopes; `None` where no caller is asked for.
    #[must_use]
    pub const fn needs(self) -> Option<(Role, ScopeSet)> {
        match self {
            Self::Public => None,
            Self::Needs(role, scope) => Some((role, ScopeSet(scope.bit()))),
            Self::NeedsAll(role, scopes) => Some((role, scopes)),
        }
    }
}

const NAMES: [(Scope, &str); 11] = [
    (Scope::AuthRead, "auth:read"),
    (Scope::AuthWrite, "auth:write"),
    (Scope::AgentsRead, "agents:read"),
    (Scope::AgentsWrite, "agents:write"),
    (Scope::SessionsRead, "sessions:read"),
    (Scope::SessionsWrite, "sessions:write"),
    (Scope::ChatSend, "chat:send"),
    (Scope::InferenceRead, "inference:read"),
    (Scope::InferenceWrite, "inference:write"),
    (Scope::SpecRead, "spec:read"),
    (Scope::UsersAct, "users:act"),
];

impl Role {
    /// The role's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// All scopes that are of any use to this role; what a token has that is not narrowed. `users:act` is given by
    /// name only, since it lets its holder speak for others.
    #[must_use]
    pub fn default_scopes(self) -> ScopeSet {
        let useful = OPERATIONS.iter().filter_map(|(_, access)| match access {
            Access::Needs(role, scope) if *role <= self => Some(*scope),
            _ => None,
        });
        useful.collect()
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Viewer, Self::Member, Self::Admin, Self::Owner].into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

impl Scope {
    /// All scopes.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(scope, _)| *scope)
    }

    /// `<group>:<verb>`
    #[must_use]
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(scope, _)| *scope == self).map_or("", |(_, name)| name)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        NAMES.iter().find(|(_, name)| *name == text).map(|(scope, _)| *scope).ok_or(())
    }
}

impl ScopeSet {
    /// Whether `scope` is in it.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether there is none in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes, in the order of the table of names.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::all().filter(move |scope| self.contains(*scope))
    }

    /// The same without `scope`.
    #[must_use]
    pub const fn without(self, scope: Scope) -> Self {
        Self(self.0 & !scope.bit())
    }

    /// What is in this one and not in `other`.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What `text`, space-separated, has of the scopes of this version.
    #[must_use]
    pub fn known(text: &str) -> Self {
        text.split_ascii_whitespace().filter_map(|word| word.parse::<Scope>().ok()).collect()
    }

    /// Reads the space-separated form of OAuth 2; `Err` is the first word that is no scope.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split_ascii_whitespace().map(|word| word.parse::<Scope>().map_err(|()| word.to_owned())).collect()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.iter().enumerate() {
            if place > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(scope.as_str())?;
        }
        Ok(())
    }
}
