//! A histogram of durations that can be merged: the buckets of an HDR histogram, 64 to an octave, so that a quantile is within
//! 1 % of what it was. As bytes it takes about two for each bucket that is not empty.

use super::error::{Error, Result};

/// Buckets of an octave, as a power of two: a bucket is at most 1/64 of its values wide.
const OCTAVE_BITS: u32 = 6;
const OCTAVE: u64 = 1 << OCTAVE_BITS;
/// The buckets of all durations of 63 bits.
const BUCKETS_MAX: usize = ((63 - OCTAVE_BITS + 1) as usize) << OCTAVE_BITS;
/// The first byte of a histogram in the store.
const FORMAT: u8 = 1;

/// How many durations there were of each length.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Durations {
    /// By bucket; those after the last one are empty.
    counts: Vec<u64>,
}

impl Durations {
    /// Adds one duration, in microseconds.
    pub fn add(&mut self, duration_us: i64) {
        self.add_count(bucket(u64::try_from(duration_us).unwrap_or(0)), 1);
    }

    fn add_count(&mut self, bucket: usize, count: u64) {
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        let sum = &mut self.counts[bucket];
        *sum = sum.saturating_add(count);
    }

    /// Adds all durations of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in other.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            self.add_count(bucket, *count);
        }
    }

    /// Adds all durations of a histogram that [`Durations::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Error::Broken`] for anything else; what was read before the fault is added.
    pub fn merge_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let broken = || Error::Broken("a histogram in the store cannot be read".into());
        let (format, mut rest) = bytes.split_first().ok_or_else(broken)?;
        if *format != FORMAT {
            return Err(broken());
        }
        let mut bucket = 0_usize;
        while !rest.is_empty() {
            let skipped = read_number(&mut rest).ok_or_else(broken)?;
            let count = read_number(&mut rest).ok_or_else(broken)?;
            bucket =
                usize::try_from(skipped).ok().and_then(|skipped| bucket.checked_add(skipped)).ok_or_else(broken)?;
            if bucket >= BUCKETS_MAX {
                return Err(broken());
            }
            self.add_count(bucket, count);
            bucket += 1;
        }
        Ok(())
    }

    /// The histogram as bytes: its format, then for each bucket that is not empty how many empty ones lie before it, and its
    /// count, each as a number of seven bits a byte.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (mut bytes, mut empty) = (vec![FORMAT], 0);
        for count in &self.counts {
            if *count == 0 {
                empty += 1;
                continue;
            }
            write_number(&mut bytes, empty);
            write_number(&mut bytes, *count);
            empty = 0;
        }
        bytes
    }

    /// How many durations there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The duration in microseconds that `percent` of all durations do not exceed (nearest rank), within 1 %; `None` without
    /// durations.
    #[must_use]
    pub fn percentile_us(&self, percent: u64) -> Option<u64> {
        let rank = u128::from(self.count()) * u128::from(percent.min(100));
        let rank = rank.div_ceil(100).max(1);
        let mut seen = 0_u128;
        let found = self.counts.iter().position(|count| {
            seen += u128::from(*count);
            seen >= rank
        });
        found.map(middle)
    }
}

/// The bucket of a duration: below 64 each has its own, and from there on 64 share an octave.
fn bucket(duration_us: u64) -> usize {
    let duration_us = duration_us.min(u64::MAX >> 1);
    let shift = (u64::BITS - duration_us.leading_zeros()).saturating_sub(OCTAVE_BITS + 1);
    let bucket = u64::from(shift) * OCTAVE + (duration_us >> shift);
    usize::try_from(bucket).unwrap_or(BUCKETS_MAX - 1)
}

/// The middle of a bucket.
fn middle(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * OCTAVE {
        return bucket;
    }
    let shift = bucket / OCTAVE - 1;
    let first = (bucket - shift * OCTAVE) << shift;
    first + ((1 << shift) - 1) / 2
}

fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for place in 0..10 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        number |= part.checked_shl(7 * place).filter(|shifted| shifted >> (7 * place) == part)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(durations: impl IntoIterator<Item = i64>) -> Durations {
        let mut all = Durations::default();
        durations.into_iter().for_each(|duration_us| all.add(duration_us));
        all
    }

    #[test]
    fn the_middle_of_a_bucket_is_within_one_percent_of_all_that_is_in_it() {
        let powers = (0..63).flat_map(|power| [-1, 0, 1].map(|more| (1_i64 << power).saturating_add(more)));
        for duration_us in (0..20_000).chain(powers).chain([i64::MAX]) {
            let value = u64::try_from(duration_us).unwrap();
            let middle = middle(bucket(value));
            assert!(middle.abs_diff(value) * 100 <= value, "{value} is told as {middle}");
        }
        assert!(bucket(u64::MAX) < BUCKETS_MAX && bucket(i64::MAX.unsigned_abs()) == BUCKETS_MAX - 1);
        assert_eq!(of([-5]).percentile_us(50), Some(0));
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let all = of(1..=100);
        assert_eq!([1, 50, 95, 99, 100].map(|percent| all.percentile_us(percent)), [1, 50, 95, 99, 100].map(Some));
        assert_eq!(of([7]).percentile_us(50), Some(7));
        assert_eq!(Durations::default().percentile_us(50), None);
    }

    #[test]
    fn pieces_merged_in_any_order_and_as_bytes_are_the_whole() {
        let durations: Vec<i64> = (0..5_000_i64).map(|number| (number * 7_919) % 1_000 * number * number).collect();
        let whole = of(durations.iter().copied());
        let mut merged = Durations::default();
        for piece in durations.chunks(77).rev() {
            merged.merge_bytes(&of(piece.iter().copied()).to_bytes()).unwrap();
        }
        assert_eq!(merged, whole);
        assert_eq!(merged.count(), 5_000);
        let mut twice = whole.clone();
        twice.merge(&whole);
        assert_eq!((twice.count(), twice.percentile_us(95)), (10_000, whole.percentile_us(95)));
    }

    #[test]
    fn what_is_no_histogram_is_refused() {
        let huge = [FORMAT, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1];
        // Of another format, cut off, and with a bucket that there is not.
        for bytes in [&[][..], &[2, 1, 1], &[FORMAT, 0x80], &[FORMAT, 1], &huge, &[FORMAT, 0xff, 0x7f, 1]] {
            assert!(Durations::default().merge_bytes(bytes).is_err(), "{bytes:?}");
        }
        assert!(Durations::default().merge_bytes(&[FORMAT]).is_ok());
    }
}
