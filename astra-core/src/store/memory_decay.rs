//! How memories and edges lose weight with time. The weight follows from what is kept and the time at which it is asked for:
//! no work multiplies anything, so that it is the same however often the upkeep has run.

/// What is left of the weight of an edge after a day.
const EDGE_KEPT_A_DAY: f64 = 0.97;
/// The weight under which an edge is pruned.
const EDGE_WEIGHT_MIN: f64 = 0.01;
/// Days for which a daily note has its full weight, and what it loses on each day after them.
const DAILY_FULL_DAYS: f64 = 7.0;
const DAILY_LOSS_A_DAY: f64 = 0.12;

const DAY_MS: f64 = 86_400_000.0;

/// Days from one time to another one, both in milliseconds since the epoch; 0 if the other one is earlier.
#[expect(clippy::cast_precision_loss, reason = "a span of milliseconds is below 2^53")]
fn days(from_ms: i64, to_ms: i64) -> f64 {
    to_ms.saturating_sub(from_ms).max(0) as f64 / DAY_MS
}

/// The weight of a daily note that is `age_ms` old, 0 to 1: full for seven days, then 0.12 less each day.
#[must_use]
pub fn weight_of_daily(age_ms: i64) -> f64 {
    (1.0 - (days(0, age_ms) - DAILY_FULL_DAYS).max(0.0) * DAILY_LOSS_A_DAY).clamp(0.0, 1.0)
}

/// The weight of an edge at a time, 0 to 1: it had `strength` at `strength_at_ms`, and loses 3 of 100 a day.
#[must_use]
pub fn edge_weight(strength: f64, strength_at_ms: i64, now_ms: i64) -> f64 {
    (strength * EDGE_KEPT_A_DAY.powf(days(strength_at_ms, now_ms))).clamp(0.0, 1.0)
}

/// What an edge has once it was of use: `by` more than its weight at that time, up to 1.
#[must_use]
pub(super) fn strengthened(strength: f64, strength_at_ms: i64, by: f64, now_ms: i64) -> f64 {
    (edge_weight(strength, strength_at_ms, now_ms) + by).min(1.0)
}

/// When the weight of an edge that has `strength` at a time falls below 0.01, in milliseconds since the epoch.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "a few thousand days at the most")]
pub(super) fn fades_at_ms(strength: f64, strength_at_ms: i64) -> i64 {
    let left_days = ((EDGE_WEIGHT_MIN / strength.max(EDGE_WEIGHT_MIN)).ln() / EDGE_KEPT_A_DAY.ln()).max(0.0);
    strength_at_ms.saturating_add((left_days * DAY_MS).ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn a_note_has_its_weight_for_a_week_and_none_after_sixteen_days() {
        for (age, weight) in [(-3, 1.0), (0, 1.0), (1, 1.0), (7, 1.0), (8, 0.88), (14, 0.16), (16, 0.0), (40, 0.0)] {
            assert!(near(weight_of_daily(age * DAY), weight), "{age} days: {}", weight_of_daily(age * DAY));
        }
    }

    #[test]
    fn an_edge_fades_and_is_pruned_when_it_is_below_a_hundredth() {
        for (age, weight) in [(-5, 1.0), (0, 1.0), (1, 0.97), (7, 0.97_f64.powi(7)), (40, 0.97_f64.powi(40))] {
            assert!(near(edge_weight(1.0, 0, age * DAY), weight), "{age} days");
        }
        for strength in [1.0, 0.5, 0.02] {
            let fades = fades_at_ms(strength, 1_000);
            assert!(
                edge_weight(strength, 1_000, fades) <= 0.01 + 1e-9 && edge_weight(strength, 1_000, fades - DAY) > 0.01
            );
        }
        assert_eq!(fades_at_ms(0.0, 1_000), 1_000);
    }

    #[test]
    fn a_use_adds_to_what_is_left_and_not_to_what_there_was() {
        let left = 0.97_f64.powi(40);
        assert!(near(strengthened(1.0, 0, 0.1, 40 * DAY), left + 0.1));
        assert!(near(strengthened(1.0, 0, 0.1, DAY), 1.0) && near(strengthened(0.5, 0, 0.2, 0), 0.7));
    }
}
