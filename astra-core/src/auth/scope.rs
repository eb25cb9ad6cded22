//! The gateway's own scopes, and sets of scopes. A set is one word of bits, of which the last belong to the scopes that a
//! host program declares; their names are in a [`ScopeTable`](super::ScopeTable).

use std::str::FromStr;

/// The most scopes that a host program may declare.
pub const HOST_SCOPES_MAX: usize = 16;
/// The longest name of such a scope, in characters.
pub const HOST_SCOPE_LENGTH_MAX: usize = 32;
/// The bits below this one are for the gateway's own scopes.
const FIRST_HOST_BIT: usize = u64::BITS as usize - HOST_SCOPES_MAX;
/// The longest text of the scopes of a token, in characters, as the document says it.
const TEXT_LENGTH_MAX: usize = 1024;

/// Defines the enum, its list and its names from one table, so that none of them lacks a scope.
macro_rules! scopes {
    ($($scope:ident => $name:literal,)+) => {
        /// The gateway's own scopes of credentials.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $(#[doc = concat!("`", $name, "`")] $scope,)+
        }

        const ALL: &[Scope] = &[$(Scope::$scope,)+];

        impl Scope {
            /// `<group>:<verb>`
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$scope => $name,)+
                }
            }
        }
    };
}

scopes! {
    AuthRead => "auth:read",
    AuthWrite => "auth:write",
    AgentsRead => "agents:read",
    AgentsWrite => "agents:write",
    SessionsRead => "sessions:read",
    SessionsWrite => "sessions:write",
    ChatSend => "chat:send",
    MemoryRead => "memory:read",
    MemoryWrite => "memory:write",
    MemoryProfilesRead => "memory-profiles:read",
    MemoryProfilesWrite => "memory-profiles:write",
    ToolsRead => "tools:read",
    ToolsWrite => "tools:write",
    JobsRead => "jobs:read",
    JobsWrite => "jobs:write",
    TracesRead => "traces:read",
    WorkspacesRead => "workspaces:read",
    WorkspacesWrite => "workspaces:write",
    SkillsRead => "skills:read",
    SkillsWrite => "skills:write",
    ChannelsRead => "channels:read",
    ChannelsWrite => "channels:write",
    InferenceRead => "inference:read",
    InferenceWrite => "inference:write",
    CronRead => "cron:read",
    CronWrite => "cron:write",
    WebhooksRead => "webhooks:read",
    WebhooksWrite => "webhooks:write",
    SpecRead => "spec:read",
    AdminRead => "admin:read",
    AdminWrite => "admin:write",
    UsersAct => "users:act",
}

/// A set of scopes: of the gateway's own, and of those of the host program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScopeSet(u64);

// Two scopes that share a bit or a name would be one permission.
const _: () = {
    assert!(ALL.len() <= FIRST_HOST_BIT, "the gateway's scopes need the bits of the host's");
    let (mut bits, mut length, mut number) = (0_u64, 0, 0);
    while number < ALL.len() {
        bits |= ScopeSet::of(ALL[number]).0;
        length += ALL[number].as_str().len() + 1;
        let mut other = number + 1;
        while other < ALL.len() {
            assert!(!is_same(ALL[number].as_str(), ALL[other].as_str()), "two scopes have one name");
            other += 1;
        }
        number += 1;
    }
    assert!(bits.count_ones() as usize == ALL.len(), "two scopes share a bit");
    assert!(bits.leading_zeros() as usize >= HOST_SCOPES_MAX, "a scope of the gateway has a bit of the host's");
    let of_host = HOST_SCOPES_MAX * (HOST_SCOPE_LENGTH_MAX + 1);
    assert!(length + of_host <= TEXT_LENGTH_MAX, "all scopes together are longer than their text may be");
};

/// Whether two texts are equal, at compile time.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl Scope {
    /// All scopes of the gateway.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().copied()
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::all().find(|scope| scope.as_str() == text).ok_or(())
    }
}

impl ScopeSet {
    /// The set of `scope` alone.
    #[must_use]
    pub const fn of(scope: Scope) -> Self {
        Self(1 << scope as u32)
    }

    /// The set of the host's scope of this number alone; it is below [`HOST_SCOPES_MAX`].
    pub(super) const fn of_host(number: usize) -> Self {
        Self(1 << (FIRST_HOST_BIT + number))
    }

    /// Whether `scope` is in the set.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.covers(Self::of(scope))
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// The scopes of both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The scopes of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set without `scope`.
    #[must_use]
    pub const fn without(self, scope: Scope) -> Self {
        self.minus(Self::of(scope))
    }

    /// The scopes of this set that are not in `other`.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().map(Self::of).fold(Self::default(), Self::union)
    }
}
