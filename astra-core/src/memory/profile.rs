//! Memory profiles: what agents that have one remember and recall.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::store::{MemoryTier, TierSet};

/// Most characters of a profile's name.
const NAME_MAX: usize = 128;
/// Most memories of a turn.
const CHUNKS_MAX: u32 = 100;
/// Most days until a memory expires.
const TTL_DAYS_MAX: u32 = 3_650;
/// Most bytes of the suffix, in UTF-8.
const SUFFIX_BYTES_MAX: usize = 8_192;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What agents remember and recall. A field that is left out gets its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryProfileSettings {
    /// The name that people see.
    #[schema(min_length = 1, max_length = 128, example = "Support")]
    pub name: String,
    /// The tiers that are written to and searched. Of a tier that is off, nothing is asked.
    #[serde(default)]
    pub tiers_enabled: EnabledTiers,
    /// How many memories a turn gets at the most.
    #[serde(default = "default_chunks")]
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub max_context_chunks: u32,
    /// The least score of a memory that a turn gets.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1, example = 0.1)]
    pub min_score: f64,
    /// Days until memories that agents with this profile write expire; null: never. Older ones are not recalled by them either.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3_650, example = 90)]
    pub ttl_days: Option<u32>,
    /// What the scores of each tier are multiplied with.
    #[serde(default)]
    pub tier_weights: TierWeights,
    /// What is added to the agent's instructions, as it is. 8 KiB in UTF-8 at the most.
    #[serde(default)]
    #[schema(max_length = 8_192, example = "Call users by their first names.")]
    pub system_prompt_suffix: String,
}

/// The tiers that are written to and searched: all of them by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EnabledTiers {
    /// What users have said in sessions.
    #[schema(example = true)]
    pub session: bool,
    /// Daily notes.
    #[schema(example = true)]
    pub daily: bool,
    /// What is known of a user.
    #[schema(example = true)]
    pub profile: bool,
    /// Entities and their relations.
    #[schema(example = true)]
    pub graph: bool,
    /// How things are done.
    #[schema(example = true)]
    pub procedural: bool,
}

/// What the scores of each tier are multiplied with: 1 by default.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TierWeights {
    /// What users have said in sessions.
    #[schema(minimum = 0, maximum = 1, example = 0.5)]
    pub session: f64,
    /// Daily notes.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub daily: f64,
    /// What is known of a user.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub profile: f64,
    /// Entities and their relations.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub graph: f64,
    /// How things are done.
    #[schema(minimum = 0, maximum = 1, example = 1.0)]
    pub procedural: f64,
}

const fn default_chunks() -> u32 {
    20
}

impl Default for EnabledTiers {
    fn default() -> Self {
        Self { session: true, daily: true, profile: true, graph: true, procedural: true }
    }
}

impl EnabledTiers {
    /// Those that are on.
    #[must_use]
    pub fn set(self) -> TierSet {
        MemoryTier::ALL.into_iter().filter(|tier| self.has(*tier)).collect()
    }

    const fn has(self, tier: MemoryTier) -> bool {
        match tier {
            MemoryTier::Session => self.session,
            MemoryTier::Daily => self.daily,
            MemoryTier::Profile => self.profile,
            MemoryTier::Graph => self.graph,
            MemoryTier::Procedural => self.procedural,
        }
    }
}

impl Default for TierWeights {
    fn default() -> Self {
        Self { session: 1.0, daily: 1.0, profile: 1.0, graph: 1.0, procedural: 1.0 }
    }
}

impl TierWeights {
    /// What the scores of `tier` are multiplied with.
    #[must_use]
    pub const fn of(&self, tier: MemoryTier) -> f64 {
        match tier {
            MemoryTier::Session => self.session,
            MemoryTier::Daily => self.daily,
            MemoryTier::Profile => self.profile,
            MemoryTier::Graph => self.graph,
            MemoryTier::Procedural => self.procedural,
        }
    }
}

impl Default for MemoryProfileSettings {
    fn default() -> Self {
        Self {
            name: "Default".into(),
            tiers_enabled: EnabledTiers::default(),
            max_context_chunks: default_chunks(),
            min_score: 0.0,
            ttl_days: None,
            tier_weights: TierWeights::default(),
            system_prompt_suffix: String::new(),
        }
    }
}

impl MemoryProfileSettings {
    /// The tiers that are written to and searched.
    #[must_use]
    pub fn tiers(&self) -> TierSet {
        self.tiers_enabled.set()
    }

    /// When what is written at `now_ms` expires; `None`: never.
    #[must_use]
    pub fn expires_at_ms(&self, now_ms: i64) -> Option<i64> {
        self.ttl_days.map(|days| now_ms.saturating_add(i64::from(days) * DAY_MS))
    }

    /// The time of the oldest memory that is recalled at `now_ms`; `None`: there is none.
    #[must_use]
    pub fn created_after_ms(&self, now_ms: i64) -> Option<i64> {
        self.ttl_days.map(|days| now_ms.saturating_sub(i64::from(days) * DAY_MS))
    }

    /// All that is wrong with them: JSON Pointers, and words.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let mut refuse = |pointer: &str, detail: String| faults.push((pointer.to_owned(), detail));
        let name = &self.name;
        if name.trim().is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            refuse("/name", format!("must be one line of 1 to {NAME_MAX} characters"));
        }
        if !(1..=CHUNKS_MAX).contains(&self.max_context_chunks) {
            refuse("/max_context_chunks", format!("must lie between 1 and {CHUNKS_MAX}"));
        }
        // NaN lies in no range.
        if !(0.0..=1.0).contains(&self.min_score) {
            refuse("/min_score", "must lie between 0 and 1".into());
        }
        if self.ttl_days.is_some_and(|days| !(1..=TTL_DAYS_MAX).contains(&days)) {
            refuse("/ttl_days", format!("must lie between 1 and {TTL_DAYS_MAX}, or be null"));
        }
        for tier in MemoryTier::ALL {
            if !(0.0..=1.0).contains(&self.tier_weights.of(tier)) {
                refuse(&format!("/tier_weights/{}", tier.as_str()), "must lie between 0 and 1".into());
            }
        }
        let suffix = &self.system_prompt_suffix;
        if suffix.len() > SUFFIX_BYTES_MAX {
            let detail = format!("has {} bytes in UTF-8; at most {SUFFIX_BYTES_MAX} are allowed", suffix.len());
            refuse("/system_prompt_suffix", detail);
        } else if suffix.contains('\0') {
            refuse("/system_prompt_suffix", "must not hold a NUL".into());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(change: impl FnOnce(&mut MemoryProfileSettings)) -> Vec<String> {
        let mut settings = MemoryProfileSettings::default();
        change(&mut settings);
        settings.faults().into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn the_default_is_good_and_has_all_tiers() {
        let settings = MemoryProfileSettings::default();
        assert_eq!(settings.faults(), []);
        assert_eq!(settings.tiers(), TierSet::ALL);
        assert_eq!((settings.expires_at_ms(5), settings.created_after_ms(5)), (None, None));
    }

    #[test]
    fn numbers_have_bounds_and_nan_is_none() {
        assert_eq!(pointers(|settings| settings.min_score = f64::NAN), ["/min_score"]);
        assert_eq!(pointers(|settings| settings.min_score = 1.01), ["/min_score"]);
        assert_eq!(pointers(|settings| settings.max_context_chunks = 0), ["/max_context_chunks"]);
        assert_eq!(pointers(|settings| settings.max_context_chunks = 101), ["/max_context_chunks"]);
        assert_eq!(pointers(|settings| settings.ttl_days = Some(0)), ["/ttl_days"]);
        assert_eq!(pointers(|settings| settings.ttl_days = Some(3_651)), ["/ttl_days"]);
        assert_eq!(pointers(|settings| settings.tier_weights.graph = -0.1), ["/tier_weights/graph"]);
        assert_eq!(pointers(|settings| settings.name = "  ".into()), ["/name"]);
        assert_eq!(pointers(|settings| settings.system_prompt_suffix = "a".repeat(8_193)), ["/system_prompt_suffix"]);
    }

    #[test]
    fn a_tier_that_is_off_is_not_in_the_set() {
        let mut settings = MemoryProfileSettings::default();
        settings.tiers_enabled.graph = false;
        assert_eq!(settings.tiers(), TierSet::ALL.without(MemoryTier::Graph));
    }

    #[test]
    fn days_become_times() {
        let settings = MemoryProfileSettings { ttl_days: Some(2), ..MemoryProfileSettings::default() };
        assert_eq!(settings.expires_at_ms(1_000), Some(1_000 + 2 * DAY_MS));
        assert_eq!(settings.created_after_ms(3 * DAY_MS), Some(DAY_MS));
    }
}
