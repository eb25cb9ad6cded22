//! What all turns of a workspace together may use.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The largest quota of tokens and turns: 2^53, up to which numbers in JSON are exact.
const COUNT_MAX: u64 = 1 << 53;

/// What all turns of a workspace together may use. A quota that is left out or null does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WorkspaceQuotas {
    /// Input and output tokens in one clock hour.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_992_i64, example = 500_000)]
    pub tokens_per_hour: Option<u64>,
    /// Input and output tokens in 24 hours.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_992_i64, example = 5_000_000)]
    pub tokens_per_day: Option<u64>,
    /// Turns in 24 hours, whatever their end.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_992_i64, example = 10_000)]
    pub turns_per_day: Option<u64>,
    /// US dollars in 24 hours.
    #[schema(exclusive_minimum = 0, example = 20.0)]
    pub cost_usd_per_day: Option<f64>,
    /// Input and output tokens in a calendar month (UTC).
    #[schema(minimum = 1, maximum = 9_007_199_254_740_992_i64, example = 100_000_000)]
    pub tokens_per_month: Option<u64>,
    /// US dollars in a calendar month (UTC).
    #[schema(exclusive_minimum = 0, example = 300.0)]
    pub cost_usd_per_month: Option<f64>,
}

impl WorkspaceQuotas {
    /// Whether there is any.
    #[must_use]
    pub fn apply(&self) -> bool {
        *self != Self::default()
    }

    /// What is wrong with them: a JSON Pointer, and words.
    #[must_use]
    pub fn faults(&self) -> Vec<(String, String)> {
        let counts = [
            ("/tokens_per_hour", self.tokens_per_hour),
            ("/tokens_per_day", self.tokens_per_day),
            ("/turns_per_day", self.turns_per_day),
            ("/tokens_per_month", self.tokens_per_month),
        ];
        let costs = [("/cost_usd_per_day", self.cost_usd_per_day), ("/cost_usd_per_month", self.cost_usd_per_month)];
        let counts =
            counts.into_iter().filter(|(_, count)| count.is_some_and(|count| !(1..=COUNT_MAX).contains(&count)));
        let costs = costs.into_iter().filter(|(_, cost)| cost.is_some_and(|cost| !cost.is_finite() || cost <= 0.0));
        let counts = counts.map(|(pointer, _)| (pointer.to_owned(), "must lie between 1 and 2^53".to_owned()));
        counts.chain(costs.map(|(pointer, _)| (pointer.to_owned(), "must be more than 0".to_owned()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_more_than_nothing() {
        let none = WorkspaceQuotas::default();
        assert!(!none.apply() && none.faults().is_empty());
        let bad = WorkspaceQuotas {
            tokens_per_hour: Some(0),
            turns_per_day: Some(u64::MAX),
            cost_usd_per_day: Some(0.0),
            cost_usd_per_month: Some(f64::NAN),
            ..none
        };
        let places: Vec<String> = bad.faults().into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(places, ["/tokens_per_hour", "/turns_per_day", "/cost_usd_per_day", "/cost_usd_per_month"]);
        assert!(bad.apply() && WorkspaceQuotas { tokens_per_day: Some(1), ..none }.faults().is_empty());
    }
}
