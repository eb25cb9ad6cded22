//! Products of signed bytes, exact: the sum is an integer, so that each path gives the same ones.

use super::plain::{BLOCK, Question, plain};

/// The code that multiplies vectors, by what the processor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DotPath {
    /// A plain loop.
    Plain,
    /// AVX2 of x86-64.
    Avx2,
    /// NEON of 64-bit ARM, which every such processor has.
    Neon,
}

impl DotPath {
    /// The fastest path that this processor has.
    #[must_use]
    pub fn detected() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Self::Avx2;
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            return Self::Neon;
        }
        Self::Plain
    }

    /// The products of the question and of those vectors of a block, row by row, whose bit is set in `rows`. Products of other
    /// rows stay what they were. A path that this processor does not have is taken for the plain one.
    pub(super) fn products(self, question: &Question, block: &[i8], rows: u64, products: &mut [i32; BLOCK]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => super::avx2::products(question, block, rows, products),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => super::neon::products(question, block, rows, products),
            _ => plain(question, block, rows, products),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A generator of numbers (xorshift), the same on each run.
    fn numbers(mut state: u64) -> impl FnMut() -> u64 {
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        }
    }

    #[test]
    fn the_detected_path_is_the_fast_one_where_the_processor_has_it() {
        #[cfg(target_arch = "x86_64")]
        assert_eq!(DotPath::detected() == DotPath::Avx2, std::arch::is_x86_feature_detected!("avx2"));
        #[cfg(target_arch = "aarch64")]
        assert_eq!(DotPath::detected(), DotPath::Neon);
        assert_eq!(crate::memory::index::MemoryIndex::new(256).dot_path(), DotPath::detected());
    }

    #[test]
    fn each_path_gives_the_products_of_the_plain_loop() {
        let mut next = numbers(0x5eed);
        let extremes = [i8::MIN, -127, 127, 0];
        for dimension in [1, 7, 15, 16, 17, 31, 32, 33, 64, 100, 255, 256, 257, 384, 4_096] {
            for kind in 0..4 {
                let mut value = || match kind {
                    0 => next() as i8,
                    1 => extremes[next() as usize % extremes.len()],
                    2 => i8::MIN,
                    _ => 127,
                };
                let question = Question::new(&(0..dimension).map(|_| value()).collect::<Vec<i8>>());
                let block: Vec<i8> = (0..dimension * BLOCK).map(|_| value()).collect();
                for rows in [u64::MAX, 0, 1, 1 << 63, 0xaaaa_5555_0f0f_f0f0] {
                    let (mut expected, mut found) = ([7; BLOCK], [7; BLOCK]);
                    plain(&question, &block, rows, &mut expected);
                    DotPath::detected().products(&question, &block, rows, &mut found);
                    assert_eq!(found, expected, "{dimension} {kind} {rows:x}");
                }
            }
        }
    }

    #[test]
    fn a_block_may_have_fewer_rows_than_bits() {
        let (question, block) = (Question::new(&[1; 256]), [2_i8; 256 * 3]);
        let mut found = [0; BLOCK];
        DotPath::detected().products(&question, &block, u64::MAX, &mut found);
        assert_eq!(found[..4], [512, 512, 512, 0]);
    }
}
