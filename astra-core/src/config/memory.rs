//! The section `memory`: whether agents remember what users tell them, and what that may take.

use serde::Deserialize;

/// Fewest and most MiB of the indexes in memory.
const CACHE_MIB_MIN: u64 = 8;
const CACHE_MIB_MAX: u64 = 65_536;

/// What agents remember.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemoryConfig {
    /// Whether turns are remembered and memory is recalled in turns. The operations of memory work either way.
    pub enabled: bool,
    /// MiB that the indexes of all workspaces together may take in memory, 8 to 65,536. The index that was searched for
    /// longest ago is dropped first, and read from the store at its next search. One that is in use is never dropped.
    pub cache_mib: u64,
    /// What makes memories of the messages of users.
    pub extraction: MemoryExtraction,
}

/// What makes memories of the messages of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemoryExtraction {
    /// The agent's own model, and rules where it cannot.
    Model,
    /// Rules alone: no model is asked.
    Rules,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        Self { enabled: true, cache_mib: 128, extraction: MemoryExtraction::Model }
    }
}

impl MemoryConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !(CACHE_MIB_MIN..=CACHE_MIB_MAX).contains(&self.cache_mib) {
            refuse("memory.cache_mib", format!("must lie between {CACHE_MIB_MIN} and {CACHE_MIB_MAX}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_has_bounds() {
        let faults = |cache_mib| {
            let mut keys = Vec::new();
            MemoryConfig { cache_mib, ..MemoryConfig::default() }.validate(&mut |key, _| keys.push(key.to_owned()));
            keys
        };
        let refused = vec!["memory.cache_mib".to_owned()];
        assert_eq!((faults(7), faults(65_537)), (refused.clone(), refused));
        assert_eq!((faults(8).len(), faults(65_536).len()), (0, 0));
    }

    #[test]
    fn extraction_is_one_of_two() {
        let read = |text: &str| serde_yaml::from_str::<MemoryConfig>(text).map(|config| config.extraction).ok();
        assert_eq!(read("extraction: rules"), Some(MemoryExtraction::Rules));
        assert_eq!(read("{}"), Some(MemoryExtraction::Model));
        assert_eq!(read("extraction: magic"), None);
    }
}
