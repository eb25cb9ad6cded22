//! The tiers of memory, and sets of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tier of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemoryTier {
    /// What users have said in sessions.
    Session,
    /// Daily notes.
    Daily,
    /// What is known of a user.
    Profile,
    /// Entities and their relations.
    Graph,
    /// How things are done.
    Procedural,
}

impl MemoryTier {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [Self::Session, Self::Daily, Self::Profile, Self::Graph, Self::Procedural];

    /// Its name, as callers and the store write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Daily => "daily",
            Self::Profile => "profile",
            Self::Graph => "graph",
            Self::Procedural => "procedural",
        }
    }

    /// The tier of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == name)
    }

    /// The set of this tier alone.
    #[must_use]
    pub const fn alone(self) -> TierSet {
        TierSet(1 << self as u8)
    }
}

/// A set of tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct TierSet(u8);

impl TierSet {
    /// All tiers.
    pub const ALL: Self = Self(0b1_1111);

    /// The same tiers and `tier`.
    #[must_use]
    pub const fn with(self, tier: MemoryTier) -> Self {
        Self(self.0 | tier.alone().0)
    }

    /// The same tiers but `tier`.
    #[must_use]
    pub const fn without(self, tier: MemoryTier) -> Self {
        Self(self.0 & !tier.alone().0)
    }

    /// Whether `tier` is one of them.
    #[must_use]
    pub const fn has(self, tier: MemoryTier) -> bool {
        self.0 & tier.alone().0 != 0
    }

    /// A bit for each of them, in the order of [`MemoryTier::ALL`].
    pub(super) const fn bits(self) -> i64 {
        self.0 as i64
    }

    /// The set of these bits; others mean nothing.
    pub(super) fn from_bits(bits: i64) -> Self {
        MemoryTier::ALL.into_iter().filter(|tier| bits & tier.alone().bits() != 0).collect()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them once, in their order.
    pub fn iter(self) -> impl Iterator<Item = MemoryTier> {
        MemoryTier::ALL.into_iter().filter(move |tier| self.has(*tier))
    }
}

impl FromIterator<MemoryTier> for TierSet {
    fn from_iter<T: IntoIterator<Item = MemoryTier>>(tiers: T) -> Self {
        tiers.into_iter().fold(Self::default(), Self::with)
    }
}
