//! The section `memory`: whether agents remember what users tell them, what that may take, and what makes vectors of it.

use serde::{Deserialize, Serialize};

/// Fewest and most MiB of the indexes in memory.
const CACHE_MIB_MIN: u64 = 8;
const CACHE_MIB_MAX: u64 = 65_536;
/// Fewest and most questions of a user that are found.
const QUESTIONS_MIN: u32 = 100;
const QUESTIONS_MAX: u32 = 1_000_000;
/// Fewest and most values of a vector.
const DIMENSIONS_MIN: u32 = 2;
const DIMENSIONS_MAX: u32 = 4_096;
/// Most texts of one call.
const BATCH_MAX: u32 = 512;
/// Shortest and longest time that a search waits for a vector, in milliseconds.
const SEARCH_TIMEOUT_MS_MIN: u64 = 50;
const SEARCH_TIMEOUT_MS_MAX: u64 = 30_000;

/// What agents remember.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemoryConfig {
    /// Whether turns are remembered and memory is recalled in turns. The operations of memory work either way.
    pub enabled: bool,
    /// MiB that the indexes of all workspaces together may take in memory, 8 to 65,536. The index that was searched for
    /// longest ago is dropped first, and read from the store at its next search. One that is in use is never dropped.
    pub cache_mib: u64,
    /// Questions of sessions that are found of one user in a workspace, the newest ones, 100 to 1,000,000. A search takes longer
    /// the more there are.
    pub questions_per_user: u32,
    /// What makes memories of the messages of users.
    pub extraction: MemoryExtraction,
    /// What makes vectors of texts; the table in the program, which knows English, where it is absent.
    pub embeddings: Option<EmbeddingsConfig>,
}

/// A model that makes vectors of texts, at a provider with an OpenAI-compatible `/embeddings`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingsConfig {
    /// The provider, by its name in `providers`.
    pub provider: String,
    /// The provider's name of the model.
    pub model: String,
    /// How many values its vectors have, 2 to 4,096. An answer with another number is refused.
    pub dimensions: u32,
    /// Whether the provider is told how many values are wanted: for models that can shorten their vectors.
    #[serde(default)]
    pub asks_dimensions: bool,
    /// The smallest cosine that is a match, 0 to 1; by default 0.25.
    #[serde(default = "min_cosine")]
    pub min_cosine: f32,
    /// Texts of one call at most, 1 to 512; by default 64.
    #[serde(default = "batch")]
    pub batch: u32,
    /// How long a search waits for the vector of its query, in milliseconds, 50 to 30,000; by default 1,000. Then it goes on
    /// without one.
    #[serde(default = "search_timeout_ms")]
    pub search_timeout_ms: u64,
}

const fn min_cosine() -> f32 {
    0.25
}

const fn batch() -> u32 {
    64
}

const fn search_timeout_ms() -> u64 {
    1_000
}

/// What makes memories of the messages of users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MemoryExtraction {
    /// The agent's own model, and rules where it cannot.
    Model,
    /// Rules alone: no model is asked.
    Rules,
}

impl Default for MemoryConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            cache_mib: 128,
            questions_per_user: 10_000,
            extraction: MemoryExtraction::Model,
            embeddings: None,
        }
    }
}

impl MemoryConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !(CACHE_MIB_MIN..=CACHE_MIB_MAX).contains(&self.cache_mib) {
            refuse("memory.cache_mib", format!("must lie between {CACHE_MIB_MIN} and {CACHE_MIB_MAX}"));
        }
        if !(QUESTIONS_MIN..=QUESTIONS_MAX).contains(&self.questions_per_user) {
            refuse("memory.questions_per_user", format!("must lie between {QUESTIONS_MIN} and {QUESTIONS_MAX}"));
        }
        if let Some(embeddings) = &self.embeddings {
            embeddings.validate(refuse);
        }
    }
}

impl EmbeddingsConfig {
    fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if self.model.trim().is_empty() {
            refuse("memory.embeddings.model", "must not be empty".to_owned());
        }
        let mut within = |key: &str, is_within: bool, bounds: String| {
            if !is_within {
                refuse(&format!("memory.embeddings.{key}"), format!("must lie between {bounds}"));
            }
        };
        let dimensions = (DIMENSIONS_MIN..=DIMENSIONS_MAX).contains(&self.dimensions);
        within("dimensions", dimensions, format!("{DIMENSIONS_MIN} and {DIMENSIONS_MAX}"));
        within("min_cosine", (0.0..=1.0).contains(&self.min_cosine), "0 and 1".to_owned());
        within("batch", (1..=BATCH_MAX).contains(&self.batch), format!("1 and {BATCH_MAX}"));
        let times = SEARCH_TIMEOUT_MS_MIN..=SEARCH_TIMEOUT_MS_MAX;
        let is_time = times.contains(&self.search_timeout_ms);
        within("search_timeout_ms", is_time, format!("{SEARCH_TIMEOUT_MS_MIN} and {SEARCH_TIMEOUT_MS_MAX}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_questions_has_bounds() {
        let has_fault = |questions_per_user| {
            let mut count = 0;
            MemoryConfig { questions_per_user, ..MemoryConfig::default() }.validate(&mut |_, _| count += 1);
            count == 1
        };
        assert_eq!([99, 100, 1_000_000, 1_000_001].map(has_fault), [true, false, false, true]);
    }

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
    fn embeddings_have_bounds() {
        let faults = |more: &str| {
            let text = format!("embeddings: {{provider: p, model: m, dimensions: 8{more}}}");
            let config: MemoryConfig = serde_yaml::from_str(&text).expect("a section");
            let mut keys = Vec::new();
            config.validate(&mut |key, _| keys.push(key.to_owned()));
            keys
        };
        assert_eq!(faults(""), Vec::<String>::new());
        for (more, key) in [
            (", min_cosine: .nan", "min_cosine"),
            (", min_cosine: 1.5", "min_cosine"),
            (", batch: 0", "batch"),
            (", batch: 513", "batch"),
            (", search_timeout_ms: 49", "search_timeout_ms"),
        ] {
            assert_eq!(faults(more), [format!("memory.embeddings.{key}")]);
        }
        let other = |text: &str| serde_yaml::from_str::<MemoryConfig>(text).is_err();
        assert!(
            other("embeddings: {provider: p, model: m}")
                && other("embeddings: {provider: p, model: m, dimensions: -1}")
        );
        let wide: MemoryConfig =
            serde_yaml::from_str("embeddings: {provider: p, model: ' ', dimensions: 5000}").unwrap();
        let mut count = 0;
        wide.validate(&mut |_, _| count += 1);
        assert_eq!(count, 2, "model and dimensions");
    }

    #[test]
    fn extraction_is_one_of_two() {
        let read = |text: &str| serde_yaml::from_str::<MemoryConfig>(text).map(|config| config.extraction).ok();
        assert_eq!(read("extraction: rules"), Some(MemoryExtraction::Rules));
        assert_eq!(read("{}"), Some(MemoryExtraction::Model));
        assert_eq!(read("extraction: magic"), None);
    }
}
