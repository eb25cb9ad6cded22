//! Which slots of a schedule have passed, and what runs for them.

use super::definition::{OnMissed, Timing};

/// A slot that is later than this is missed, in milliseconds: no gateway ran at its time.
const MISSED_AFTER_MS: i64 = 60_000;
/// The most slots that run when a gateway comes back.
const CATCH_UP_MAX: usize = 100;
/// Slots that were missed are counted up to here.
pub const MISSED_MAX: u32 = 1_000;
/// The first stretch of time in which the last slots are looked for.
const STRETCH_MS: i64 = 3_600_000;

/// What has become due of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The slots, in their order: at least one.
    pub slots: Vec<DueSlot>,
    /// The next slot; `None` if there are no more.
    pub next_at_ms: Option<i64>,
}

/// A slot that has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueSlot {
    /// When it was.
    pub at_ms: i64,
    /// How many slots before it were missed and have no entry of their own, up to [`MISSED_MAX`].
    pub missed: u32,
    /// Whether nothing runs for it, since it was missed itself.
    pub is_missed: bool,
}

impl Due {
    /// What has become due by `now_ms`, where the slot `first_ms` is the first that has not run.
    #[must_use]
    pub fn by(timing: &Timing, on_missed: OnMissed, first_ms: i64, now_ms: i64) -> Self {
        let next_at_ms = timing.next_after(now_ms.max(first_ms)).map(|slot| slot.at_ms);
        let passed = count(timing, first_ms, now_ms);
        let wanted = if on_missed == OnMissed::All { CATCH_UP_MAX } else { 1 };
        let last = last(timing, first_ms, now_ms, wanted);
        let left_out = passed.saturating_sub(u32::try_from(last.len()).unwrap_or(u32::MAX));
        let latest_ms = last.last().copied().unwrap_or(first_ms);
        let is_missed = on_missed == OnMissed::Skip && now_ms - latest_ms > MISSED_AFTER_MS;
        let slots = last.into_iter().zip(std::iter::once(left_out).chain(std::iter::repeat(0)));
        let slots = slots.map(|(at_ms, missed)| DueSlot { at_ms, missed, is_missed }).collect();
        Self { slots, next_at_ms }
    }
}

/// How many slots there are from `first_ms`, which is one, to `now_ms`, up to [`MISSED_MAX`].
fn count(timing: &Timing, first_ms: i64, now_ms: i64) -> u32 {
    let (mut count, mut at_ms) = (1, first_ms);
    while count < MISSED_MAX {
        match timing.next_after(at_ms).filter(|slot| slot.at_ms <= now_ms) {
            Some(slot) => (count, at_ms) = (count + 1, slot.at_ms),
            None => break,
        }
    }
    count
}

/// The last slots from `first_ms`, which is one, to `now_ms`, at most `wanted`. They are looked for in a stretch of time before
/// now, which grows until it has enough of them, so that a year of minutes is not walked through.
fn last(timing: &Timing, first_ms: i64, now_ms: i64, wanted: usize) -> Vec<i64> {
    let mut stretch_ms = STRETCH_MS;
    loop {
        let from_ms = now_ms.saturating_sub(stretch_ms);
        let is_all = from_ms <= first_ms;
        let (mut found, mut at_ms) = if is_all { (vec![first_ms], first_ms) } else { (Vec::new(), from_ms) };
        while let Some(slot) = timing.next_after(at_ms).filter(|slot| slot.at_ms <= now_ms) {
            found.push(slot.at_ms);
            at_ms = slot.at_ms;
        }
        if is_all || found.len() >= wanted {
            return found.split_off(found.len().saturating_sub(wanted));
        }
        stretch_ms = stretch_ms.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::definition::ScheduleDefinition;
    use super::*;

    const HOUR_MS: i64 = 3_600_000;
    /// 2026-11-23T21:00:00Z
    const START_MS: i64 = 1_795_467_600_000;

    fn timing(expression: &str) -> Timing {
        let definition = json!({"name": "a", "expression": expression, "job": {"type": "a"}});
        serde_json::from_value::<ScheduleDefinition>(definition).unwrap().timing().unwrap()
    }

    fn slot(at_ms: i64, missed: u32) -> DueSlot {
        DueSlot { at_ms, missed, is_missed: false }
    }

    #[test]
    fn a_slot_on_time_runs_whatever_is_done_with_missed_ones() {
        for on_missed in [OnMissed::Skip, OnMissed::Once, OnMissed::All] {
            for late_ms in [0, 999, 60_000] {
                let due = Due::by(&timing("0 * * * *"), on_missed, START_MS, START_MS + late_ms);
                assert_eq!(due, Due { slots: vec![slot(START_MS, 0)], next_at_ms: Some(START_MS + HOUR_MS) });
            }
        }
    }

    #[test]
    fn missed_slots_are_left_out_joined_or_made_up_for() {
        let timing = timing("0 * * * *");
        let late_ms = START_MS + 3 * HOUR_MS + 60_001;
        let by = |on_missed, now_ms| Due::by(&timing, on_missed, START_MS, now_ms).slots;
        let last_ms = START_MS + 3 * HOUR_MS;
        assert_eq!(by(OnMissed::Skip, late_ms), [DueSlot { at_ms: last_ms, missed: 3, is_missed: true }]);
        assert_eq!(by(OnMissed::Skip, last_ms + 1), [slot(last_ms, 3)], "the last one is on time");
        assert_eq!(by(OnMissed::Once, late_ms), [slot(last_ms, 3)]);
        let each: Vec<_> = (0..4).map(|hour| slot(START_MS + hour * HOUR_MS, 0)).collect();
        assert_eq!(by(OnMissed::All, late_ms), each);
    }

    #[test]
    fn no_more_than_a_hundred_are_made_up_for_and_the_others_are_counted() {
        let timing = timing("* * * * *");
        let year_ms = START_MS + 365 * 24 * HOUR_MS;
        let due = Due::by(&timing, OnMissed::All, START_MS, year_ms);
        assert_eq!(due.slots.len(), 100);
        assert_eq!(due.slots[0], slot(year_ms - 99 * 60_000, MISSED_MAX - 100));
        assert_eq!(due.slots[99], slot(year_ms, 0));
        let due = Due::by(&timing, OnMissed::All, START_MS, START_MS + 149 * 60_000);
        assert_eq!((due.slots.len(), due.slots[0].missed), (100, 50));
        let seldom = Due::by(&self::timing("0 0 29 2 *"), OnMissed::All, START_MS, START_MS + 9 * 366 * 24 * HOUR_MS);
        assert_eq!(seldom.slots.len(), 3, "the first, 2028 and 2032: {seldom:?}");
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_due_twice() {
        let due = Due::by(&timing("0 * * * *"), OnMissed::All, START_MS, START_MS - 24 * HOUR_MS);
        assert_eq!(due.next_at_ms, Some(START_MS + HOUR_MS), "never before the slot itself");
    }
}
