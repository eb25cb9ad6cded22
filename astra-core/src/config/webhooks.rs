//! The section `webhooks`: how events are sent to the endpoints of workspaces.

use serde::{Deserialize, Serialize};

/// How events are sent to the endpoints of workspaces.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhooksConfig {
    /// Longest time of an attempt, in seconds, 1 to 60.
    pub timeout_s: u32,
    /// Deliveries that this gateway sends at once, 5 to 4,096.
    pub concurrency: u32,
    /// How many days deliveries are kept after their end, 1 to 90.
    pub keep_days: u32,
}

impl Default for WebhooksConfig {
    fn default() -> Self {
        Self { timeout_s: 15, concurrency: 256, keep_days: 7 }
    }
}

impl WebhooksConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        let values = [
            ("webhooks.timeout_s", self.timeout_s, 1, 60),
            ("webhooks.concurrency", self.concurrency, 5, 4_096),
            ("webhooks.keep_days", self.keep_days, 1, 90),
        ];
        for (key, value, least, most) in values {
            if !(least..=most).contains(&value) {
                refuse(key, format!("must lie between {least} and {most}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_bounds_are_refused() {
        let faults = |timeout_s, concurrency, keep_days| {
            let mut keys = Vec::new();
            let config = WebhooksConfig { timeout_s, concurrency, keep_days };
            config.validate(&mut |key, _| keys.push(key.to_owned()));
            keys
        };
        assert_eq!(faults(1, 5, 1), [""; 0]);
        assert_eq!(faults(60, 4_096, 90), [""; 0]);
        assert_eq!(faults(0, 4, 0), ["webhooks.timeout_s", "webhooks.concurrency", "webhooks.keep_days"]);
        assert_eq!(faults(61, 4_097, 91), ["webhooks.timeout_s", "webhooks.concurrency", "webhooks.keep_days"]);
        let defaults = WebhooksConfig::default();
        assert_eq!(faults(defaults.timeout_s, defaults.concurrency, defaults.keep_days), [""; 0]);
    }
}
