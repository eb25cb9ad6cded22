//! What came of a skill in the turns that read it: sums, shares and percentiles.

use std::collections::BTreeMap;

use crate::store::SkillTurn;

/// Most turns that one report reads, the newest ones.
pub const METRICS_TURNS_MAX: u32 = 10_000;
/// Most entries of a list of those that come up most.
const TOP_MAX: usize = 10;

/// What came of a skill.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SkillMetrics {
    /// Turns that read the skill.
    pub calls: u64,
    /// Those that ended without an answer, and not by their caller's wish.
    pub errors: u64,
    /// How often the skill or a file beside it was read.
    pub reads: u64,
    /// How often that failed.
    pub read_errors: u64,
    /// Half of the turns took at most so long, in milliseconds; `None` without turns.
    pub p50_ms: Option<f64>,
    /// 95 of 100 turns took at most so long, in milliseconds.
    pub p95_ms: Option<f64>,
    /// The other tools that these turns called most: name, calls, failed calls.
    pub tools: Vec<(String, u64, u64)>,
    /// The users whose turns read it most, with the number of their turns.
    pub users: Vec<(String, u64)>,
}

impl SkillMetrics {
    /// The sums of `turns`.
    #[must_use]
    pub fn of(turns: &[SkillTurn]) -> Self {
        let mut metrics = Self::default();
        let mut tools: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        let mut users: BTreeMap<&str, u64> = BTreeMap::new();
        for turn in turns {
            metrics.calls += 1;
            metrics.errors += u64::from(turn.is_failed);
            metrics.reads += u64::from(turn.used.reads);
            metrics.read_errors += u64::from(turn.used.read_errors);
            *users.entry(&turn.user_id).or_default() += 1;
            for counted in &turn.used.tools {
                let sums = tools.entry(&counted.tool).or_default();
                *sums = (sums.0 + u64::from(counted.calls), sums.1 + u64::from(counted.errors));
            }
        }
        let mut durations: Vec<i64> = turns.iter().map(|turn| turn.duration_us).collect();
        durations.sort_unstable();
        (metrics.p50_ms, metrics.p95_ms) = (percentile_ms(&durations, 50), percentile_ms(&durations, 95));
        let mut tools: Vec<_> =
            tools.into_iter().map(|(tool, (calls, errors))| (tool.to_owned(), calls, errors)).collect();
        tools.sort_by_key(|(_, calls, _)| std::cmp::Reverse(*calls));
        tools.truncate(TOP_MAX);
        let mut users: Vec<_> = users.into_iter().map(|(user, calls)| (user.to_owned(), calls)).collect();
        users.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
        users.truncate(TOP_MAX);
        (metrics.tools, metrics.users) = (tools, users);
        metrics
    }

    /// The share of turns that ended without an answer; `None` without turns.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "at most ten thousand turns")]
    pub fn error_rate(&self) -> Option<f64> {
        (self.calls > 0).then(|| self.errors as f64 / self.calls as f64)
    }
}

/// The nearest rank: the least duration that `percent` of 100 do not exceed.
#[expect(clippy::cast_precision_loss, reason = "a turn is shorter than 2^53 microseconds")]
fn percentile_ms(sorted: &[i64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).map(|duration_us| *duration_us as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{SkillUse, ToolCount};

    fn turn(user: &str, duration_ms: i64, is_failed: bool, tools: &[(&str, u32, u32)]) -> SkillTurn {
        let tools = tools.iter().map(|(tool, calls, errors)| ToolCount {
            tool: (*tool).to_owned(),
            calls: *calls,
            errors: *errors,
        });
        let used = SkillUse { skill_id: "pdf".to_owned(), reads: 2, read_errors: 1, tools: tools.collect() };
        SkillTurn { used, is_failed, duration_us: duration_ms * 1_000, user_id: user.to_owned() }
    }

    #[test]
    fn turns_are_summed_and_ranked() {
        let mut turns: Vec<_> = (1..=18).map(|number| turn("usr_a", number, false, &[("fetch", 1, 0)])).collect();
        turns.push(turn("usr_b", 1_000, true, &[("calculate", 30, 2), ("fetch", 1, 1)]));
        turns.push(turn("usr_b", 2_000, false, &[]));
        let metrics = SkillMetrics::of(&turns);
        assert_eq!((metrics.calls, metrics.errors, metrics.reads, metrics.read_errors), (20, 1, 40, 20));
        assert_eq!((metrics.error_rate(), metrics.p50_ms, metrics.p95_ms), (Some(0.05), Some(10.0), Some(1_000.0)));
        assert_eq!(metrics.tools, [("calculate".to_owned(), 30, 2), ("fetch".to_owned(), 19, 1)]);
        assert_eq!(metrics.users, [("usr_a".to_owned(), 18), ("usr_b".to_owned(), 2)]);
        let nothing = SkillMetrics::of(&[]);
        assert_eq!((nothing.error_rate(), nothing.p50_ms, nothing.calls), (None, None, 0));
    }
}
