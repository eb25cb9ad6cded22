//! The section `cron`: how long runs of schedules are kept, and when the gateway's own periodic work is done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Schedules, those of the gateway itself among them.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CronConfig {
    /// How many days the runs of schedules are kept, 1 to 365.
    pub keep_days: u32,
    /// Changes of the gateway's own periodic work, by the names of [`BUILT_INS`].
    pub built_in: BTreeMap<String, BuiltInConfig>,
}

/// What is changed of a periodic work of the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BuiltInConfig {
    /// When it is done: `every 30s`, `every 10m`, `every 2h`, or a cron expression; `None` for its usual times.
    pub schedule: Option<String>,
    /// The time zone of a cron expression; `None` for UTC.
    pub timezone: Option<String>,
    /// Whether it is not done at all.
    pub paused: bool,
}

/// A periodic work of the gateway, as it is without a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltInDefault {
    /// Its name.
    pub name: &'static str,
    /// When it is done.
    pub schedule: &'static str,
    /// What it does.
    pub description: &'static str,
}

/// The periodic work of every gateway.
pub const BUILT_INS: [BuiltInDefault; 16] = [
    built_in(
        "usage_rollup",
        "every 5s",
        "Sums up usage, and the counts and durations of turns that traces.summary shows.",
    ),
    built_in("session_cleanup", "every 5s", "Removes the rows of deleted sessions."),
    built_in("workspace_cleanup", "every 5s", "Removes the rows of deleted workspaces."),
    built_in(
        "token_cleanup",
        "every 10m",
        "Removes sign-ins, refresh tokens, invitations and login codes that are over.",
    ),
    built_in("idempotency_cleanup", "every 10m", "Removes idempotency keys after 24 hours."),
    built_in("audit_retention", "every 10m", "Removes rows of the audit after store.audit_days."),
    built_in("event_retention", "every 10m", "Removes events after store.outbox_days."),
    built_in("skill_use_retention", "every 10m", "Removes uses of skills after 30 days."),
    built_in("trace_retention", "every 10m", "Removes the spans of turns after traces.keep_days."),
    built_in("job_retention", "every 10m", "Removes jobs jobs.keep_days after their end."),
    built_in("delivery_retention", "every 10m", "Removes deliveries of webhooks webhooks.keep_days after their end."),
    built_in(
        "memory_decay",
        "every 1h",
        "Removes edges of the graph of memory that have faded or hold no longer. Weights follow from times, not from this.",
    ),
    built_in("memory_retention", "every 10m", "Forgets memories that expire, and removes deleted ones after 30 days."),
    built_in(
        "memory_consolidation",
        "every 24h",
        "Joins memories that say the same, and daily notes older than 30 days into one summary for each week and owner.",
    ),
    built_in(
        "memory_strengthening",
        "every 1m",
        "Strengthens the edges of the graph of memory that were of use. Each gateway does it, and once more when it stops.",
    ),
    built_in("run_retention", "every 10m", "Removes runs of schedules after cron.keep_days."),
];

const fn built_in(name: &'static str, schedule: &'static str, description: &'static str) -> BuiltInDefault {
    BuiltInDefault { name, schedule, description }
}

impl Default for CronConfig {
    fn default() -> Self {
        Self { keep_days: 30, built_in: BTreeMap::new() }
    }
}

impl CronConfig {
    /// Whether the built-in work `name` is not done at all.
    #[must_use]
    pub fn is_paused(&self, name: &str) -> bool {
        self.built_in.get(name).is_some_and(|own| own.paused)
    }

    /// Tells what is wrong with it, but for the schedules of built-in work, which the scheduler reads.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !(1..=365).contains(&self.keep_days) {
            refuse("cron.keep_days", "must lie between 1 and 365".into());
        }
        for name in self.built_in.keys().filter(|name| BUILT_INS.iter().all(|known| known.name != **name)) {
            let known = BUILT_INS.map(|known| known.name).join(", ");
            refuse("cron.built_in", format!("has {name:?}, which is no work of the gateway: it has {known}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let config: CronConfig = serde_yaml::from_str(text).expect("a section");
        let mut keys = Vec::new();
        config.validate(&mut |key, _| keys.push(key.to_owned()));
        keys
    }

    #[test]
    fn the_guide_has_all_built_in_work() {
        let guide = include_str!("../../docs/cron.md");
        for what in BUILT_INS {
            let row = format!("| `{}` | {} |", what.name, what.schedule);
            assert!(guide.contains(&row), "{row}");
        }
    }

    #[test]
    fn days_have_bounds_and_names_are_known() {
        assert_eq!(faults("{}"), [""; 0]);
        assert_eq!(faults("keep_days: 0"), ["cron.keep_days"]);
        assert_eq!(faults("{keep_days: 366, built_in: {usage_rollup: {paused: true}}}"), ["cron.keep_days"]);
        assert_eq!(faults("built_in: {coffee: {paused: true}}"), ["cron.built_in"]);
    }
}
