//! When a delivery that failed is sent again, and when a webhook that fails is switched off.

use crate::ids::DeliveryId;

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// The waits after the first failure, the second one, ...: after the last one it is not sent any more.
const WAITS_MS: [i64; 7] =
    [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 24 * HOUR_MS];
/// Waits are longer by up to this part of them, so that what failed together does not come again together.
const SPREAD: i64 = 5;
/// A webhook that fails for so long is switched off.
pub(super) const FAILING_MS_MAX: i64 = 5 * 24 * HOUR_MS;

/// The wait before a delivery is sent again of which `tries` attempts had failed before this one; `None` if it is over. It is
/// spread by the delivery's id.
pub(super) fn wait_ms(id: DeliveryId, tries: i64) -> Option<i64> {
    let wait_ms = *WAITS_MS.get(usize::try_from(tries).ok()?)?;
    let chance = (id.key().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(tries) >> 33).rem_euclid(256);
    Some(wait_ms + wait_ms / SPREAD * chance / 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_those_of_the_list_and_are_spread() {
        let waits = |tries| (0..1_000).map(move |key| wait_ms(DeliveryId::from_key(key), tries).unwrap());
        let listed_s = [5, 300, 1_800, 7_200, 18_000, 36_000, 86_400];
        for (tries, listed_s) in (0_i64..).zip(listed_s) {
            let listed_ms: i64 = listed_s * 1_000;
            assert!(waits(tries).all(|wait| (listed_ms..listed_ms + listed_ms / 5).contains(&wait)), "{tries}");
            assert!(waits(tries).max() > waits(tries).min(), "{tries}");
        }
        assert_eq!(wait_ms(DeliveryId::from_key(1), 7), None);
        assert_eq!(wait_ms(DeliveryId::from_key(1), i64::MAX), None);
    }
}
