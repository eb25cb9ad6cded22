//! The section `traces`: what is shown and kept of how turns went.

use serde::{Deserialize, Serialize};

/// What is shown and kept of how turns went.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TracesConfig {
    /// Whether a trace shows what the model was given and said.
    pub content: TraceContent,
    /// How many days the spans of a turn are kept, 1 to 3,650; the conversation stays.
    pub keep_days: u32,
}

/// Whether a trace shows what the model was given and said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TraceContent {
    /// It does not.
    Off,
    /// It shows the messages of its turn, as they are kept.
    On,
}

impl Default for TracesConfig {
    fn default() -> Self {
        Self { content: TraceContent::On, keep_days: 30 }
    }
}

impl TracesConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !(1..=3_650).contains(&self.keep_days) {
            refuse("traces.keep_days", "must lie between 1 and 3650".into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_day_is_refused_and_so_are_too_many() {
        let faults = |keep_days| {
            let mut keys = Vec::new();
            TracesConfig { keep_days, ..TracesConfig::default() }.validate(&mut |key, _| keys.push(key.to_owned()));
            keys
        };
        assert_eq!(
            (faults(0), faults(3_651)),
            (vec!["traces.keep_days".to_owned()], vec!["traces.keep_days".to_owned()])
        );
        assert_eq!((faults(1).len(), faults(3_650).len()), (0, 0));
    }
}
