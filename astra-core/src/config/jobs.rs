//! The section `jobs`: work that outlives the program.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most types of jobs that have a limit of their own.
const TYPES_MAX: usize = 100;

/// Work that outlives the program.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobsConfig {
    /// Jobs that this gateway runs at once, 1 to 1,024.
    pub workers: u32,
    /// Jobs of one workspace that run at once in all gateways on the store, 1 to 10,000; as many as there are workers by
    /// default.
    pub per_workspace: Option<u32>,
    /// Jobs of a type that run at once in all gateways on the store, 1 to 10,000, of all workspaces together; as many as there
    /// are workers for types that are not named.
    pub per_type: BTreeMap<String, u32>,
    /// How many days jobs are kept after their end, with their results and logs, 1 to 90.
    pub keep_days: u32,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self { workers: 4, per_workspace: None, per_type: BTreeMap::new(), keep_days: 7 }
    }
}

impl JobsConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        let per_workspace = self.per_workspace.map(|count| ("jobs.per_workspace".to_owned(), count, 10_000));
        let per_type = self.per_type.iter().map(|(name, count)| (format!("jobs.per_type.{name}"), *count, 10_000));
        let own = [("jobs.workers".to_owned(), self.workers, 1_024), ("jobs.keep_days".to_owned(), self.keep_days, 90)];
        for (key, value, most) in own.into_iter().chain(per_workspace).chain(per_type) {
            if !(1..=most).contains(&value) {
                refuse(&key, format!("must lie between 1 and {most}"));
            }
        }
        if self.per_type.len() > TYPES_MAX {
            refuse("jobs.per_type", format!("has more than {TYPES_MAX} types"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(config: &JobsConfig) -> Vec<String> {
        let mut keys = Vec::new();
        config.validate(&mut |key, _| keys.push(key.to_owned()));
        keys
    }

    #[test]
    fn no_worker_and_no_day_are_refused_and_so_are_too_many() {
        let faults = |workers, keep_days| faults(&JobsConfig { workers, keep_days, ..JobsConfig::default() });
        assert_eq!(faults(1, 90), [""; 0]);
        assert_eq!(faults(0, 91), ["jobs.workers", "jobs.keep_days"]);
        assert_eq!(faults(1_025, 0), ["jobs.workers", "jobs.keep_days"]);
    }

    #[test]
    fn a_limit_that_lets_none_run_is_refused() {
        let per_type = BTreeMap::from([("backup".to_owned(), 1), ("batch_chat".to_owned(), 0)]);
        let config = JobsConfig { per_workspace: Some(0), per_type, ..JobsConfig::default() };
        assert_eq!(faults(&config), ["jobs.per_workspace", "jobs.per_type.batch_chat"]);
    }
}
