//! Where keys come from: 63 bits of which 41 are milliseconds since 2020, 10 the instance and 12 a sequence.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::Clock;

/// 2020-01-01T00:00:00Z in milliseconds since the Unix epoch, from which the milliseconds of keys count. They last until 2089.
pub const EPOCH_MS: i64 = 1_577_836_800_000;
/// How many instances may make keys for one store at the same time.
pub const INSTANCES: i64 = 1 << INSTANCE_BITS;

const INSTANCE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;
/// Milliseconds and sequence together.
const MOMENT_MAX: i64 = (1 << (63 - INSTANCE_BITS)) - 1;

/// A source of keys that grow with time.
pub trait Ids: Send + Sync + 'static {
    /// The next key: positive, unique in its store, and greater than all that this source gave before.
    fn next(&self) -> i64;
}

/// Keys of one instance. They never go back: while the clock is behind the last key, or gives more than 4,096 keys to one
/// millisecond, they count on from the last one.
pub struct TimeOrderedIds {
    clock: Arc<dyn Clock>,
    instance: AtomicI64,
    /// Milliseconds since [`EPOCH_MS`] and the sequence, of the last key.
    moment: AtomicI64,
}

impl TimeOrderedIds {
    /// A source for the instance of this number (0 to 1,023), whose keys are greater than `above`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, instance: i64, above: i64) -> Self {
        let moment = moment_of(above.max(0));
        Self { clock, instance: AtomicI64::new(instance.rem_euclid(INSTANCES)), moment: AtomicI64::new(moment) }
    }

    /// Goes on with the number of `other`, above all that both gave: for a program that has lost its own number.
    pub fn take_over(&self, other: &Self) {
        self.moment.fetch_max(other.moment.load(Ordering::Acquire), Ordering::AcqRel);
        self.instance.store(other.instance.load(Ordering::Acquire), Ordering::Release);
    }
}

impl Ids for TimeOrderedIds {
    fn next(&self) -> i64 {
        let now = self.clock.now_ms().saturating_sub(EPOCH_MS).clamp(0, MOMENT_MAX >> SEQUENCE_BITS) << SEQUENCE_BITS;
        let next = |last: i64| Some(now.max(last.saturating_add(1)).min(MOMENT_MAX));
        let last = self.moment.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        let moment = last.ok().and_then(next).unwrap_or(now);
        let (ms, sequence) = (moment >> SEQUENCE_BITS, moment & ((1 << SEQUENCE_BITS) - 1));
        (((ms << INSTANCE_BITS) | self.instance.load(Ordering::Acquire)) << SEQUENCE_BITS) | sequence
    }
}

impl<T: Ids> Ids for Arc<T> {
    fn next(&self) -> i64 {
        T::next(self)
    }
}

/// The milliseconds and the sequence of a key.
const fn moment_of(key: i64) -> i64 {
    let sequence = key & ((1 << SEQUENCE_BITS) - 1);
    (key >> (SEQUENCE_BITS + INSTANCE_BITS) << SEQUENCE_BITS) | sequence
}

/// 1, 2, 3, ...: for tests that name an identifier before it exists.
#[derive(Debug, Default, Clone)]
pub struct CountingIds(Arc<AtomicI64>);

impl Ids for CountingIds {
    fn next(&self) -> i64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    const NOW_MS: i64 = 1_795_467_600_000;

    fn source(clock: &ManualClock, instance: i64, above: i64) -> TimeOrderedIds {
        TimeOrderedIds::new(Arc::new(clock.clone()), instance, above)
    }

    #[test]
    fn keys_grow_whatever_the_clock_does() {
        let clock = ManualClock::new(NOW_MS);
        let ids = source(&clock, 7, 0);
        let mut last = 0;
        for delta_ms in [0, 0, -3_600_000, 3_600_001, -NOW_MS, NOW_MS, 1] {
            clock.set_ms(delta_ms);
            // More than a millisecond has room for.
            for _ in 0..5_000 {
                let key = ids.next();
                assert!(key > last && (key >> SEQUENCE_BITS) & (INSTANCES - 1) == 7);
                last = key;
            }
        }
    }

    #[test]
    fn an_instance_goes_on_above_what_it_can_see() {
        let clock = ManualClock::new(NOW_MS);
        let dead = source(&clock, 3, 0);
        let last = (0..10_000).map(|_| dead.next()).max().unwrap_or_default();
        clock.set_ms(-3_600_000);
        assert!(source(&clock, 3, last).next() > last);
    }

    #[test]
    fn no_key_comes_twice_in_ten_millions_of_all_instances() {
        let clock = ManualClock::new(NOW_MS);
        let sources: Vec<_> = (0..INSTANCES).map(|instance| source(&clock, instance, 0)).collect();
        let rounds = 10_000_000 / INSTANCES + 1;
        let mut keys = Vec::with_capacity(usize::try_from(rounds * INSTANCES).unwrap_or_default());
        for round in 0..rounds {
            // A clock that jumps to and fro, and stands still most of the time.
            clock.set_ms([0, 0, 0, 1, -3_600_000, 3_600_000, 0, 1][usize::try_from(round % 8).unwrap_or_default()]);
            keys.extend(sources.iter().map(TimeOrderedIds::next));
        }
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn threads_share_one_source() {
        let clock = ManualClock::new(NOW_MS);
        let ids = source(&clock, 1, 0);
        let mut keys: Vec<i64> = std::thread::scope(|scope| {
            let drawing: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..20_000).map(|_| ids.next()).collect::<Vec<_>>())).collect();
            drawing.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 80_000);
    }
}
