//! The section `channels`: where people meet agents.

use serde::{Deserialize, Serialize};

/// Where people meet agents.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelsConfig {
    /// How many days what came to a channel is kept, 1 to 90: so long an event that a platform sends again is recognised.
    pub keep_days: u32,
}

impl Default for ChannelsConfig {
    fn default() -> Self {
        Self { keep_days: 30 }
    }
}

impl ChannelsConfig {
    /// Tells what is wrong with it.
    pub(super) fn validate(&self, refuse: &mut impl FnMut(&str, String)) {
        if !(1..=90).contains(&self.keep_days) {
            refuse("channels.keep_days", "must lie between 1 and 90".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_out_of_bounds_are_refused() {
        let is_good = |keep_days| {
            let mut is_good = true;
            ChannelsConfig { keep_days }.validate(&mut |_, _| is_good = false);
            is_good
        };
        assert_eq!([0, 1, 30, 90, 91].map(is_good), [false, true, true, true, false]);
    }
}
