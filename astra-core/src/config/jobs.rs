//! The section `jobs`: work that outlives the program.

use serde::Deserialize;

/// Work that outlives the program.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobsConfig {
    /// Jobs that this gateway runs at once, 1 to 1,024.
    pub workers: u32,
    /// How many days jobs are kept after their end, 1 to 90.
    pub keep_days: u32,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self { workers: 4, keep_days: 7 }
    }
}

impl JobsConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        for (key, value, most) in [("jobs.workers", self.workers, 1_024), ("jobs.keep_days", self.keep_days, 90)] {
            if !(1..=most).contains(&value) {
                refuse(key, format!("must lie between 1 and {most}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_worker_and_no_day_are_refused_and_so_are_too_many() {
        let faults = |workers, keep_days| {
            let mut keys = Vec::new();
            JobsConfig { workers, keep_days }.validate(&mut |key, _| keys.push(key.to_owned()));
            keys
        };
        assert_eq!(faults(1, 90), [""; 0]);
        assert_eq!(faults(0, 91), ["jobs.workers", "jobs.keep_days"]);
        assert_eq!(faults(1_025, 0), ["jobs.workers", "jobs.keep_days"]);
    }
}
