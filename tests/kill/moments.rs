//! Numbers that are drawn, the same ones in each run of a test.

/// Draws numbers.
pub(crate) struct Moments(u64);

impl Moments {
    /// Draws of which each `number` has its own.
    pub(crate) const fn new(number: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    /// From `least` to `most`.
    pub(crate) fn within(&mut self, least: u64, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        least + (self.0 >> 11) % (most - least + 1)
    }

    /// True in so many of a hundred draws.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.within(1, 100) <= percent
    }

    /// A place in what has `count` of them.
    pub(crate) fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.within(0, count as u64 - 1)).expect("a small number")
    }
}
