//! Products of signed bytes with AVX2: sixteen at a time, widened to 16 bits, multiplied and added in pairs to 32 bits. Exact.
#![expect(unsafe_code, reason = "the instructions exist on some processors only, and read by address")]

use std::arch::x86_64::{
    __m256i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_shuffle_epi32, _mm256_add_epi32,
    _mm256_castsi256_si128, _mm256_cvtepi8_epi16, _mm256_extracti128_si256, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_setzero_si256,
};

use super::plain::{BLOCK, Question, plain, product};

/// The products of the question and of the block's rows whose bit is set.
pub(super) fn products(question: &Question, block: &[i8], rows: u64, products: &mut [i32; BLOCK]) {
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, which is all that the function asks for.
        unsafe { detected(question, block, rows, products) }
    } else {
        plain(question, block, rows, products);
    }
}

#[target_feature(enable = "avx2")]
fn detected(question: &Question, block: &[i8], rows: u64, products: &mut [i32; BLOCK]) {
    let (wide, _) = question.wide.as_chunks::<32>();
    let rest = &question.values[wide.len() * 32..];
    for (row, vector) in block.chunks_exact(question.values.len().max(1)).enumerate().take(BLOCK) {
        if rows >> row & 1 == 0 {
            continue;
        }
        let (vector, vector_rest) = vector.as_chunks::<32>();
        let (mut even, mut odd) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for (question, vector) in wide.iter().zip(vector) {
            let (question, vector) = (both(question), widened(vector));
            even = _mm256_add_epi32(even, _mm256_madd_epi16(question.0, vector.0));
            odd = _mm256_add_epi32(odd, _mm256_madd_epi16(question.1, vector.1));
        }
        products[row] = sum(_mm256_add_epi32(even, odd)) + product(rest, vector_rest);
    }
}

/// Twice sixteen numbers of 16 bits.
#[target_feature(enable = "avx2")]
fn both(numbers: &[i16; 32]) -> (__m256i, __m256i) {
    let address = numbers.as_ptr();
    // SAFETY: both reads are of sixteen numbers within the 32 of the array, and need no alignment.
    unsafe { (_mm256_loadu_si256(address.cast()), _mm256_loadu_si256(address.add(16).cast())) }
}

/// Thirty-two bytes as twice sixteen numbers of 16 bits.
#[target_feature(enable = "avx2")]
fn widened(bytes: &[i8; 32]) -> (__m256i, __m256i) {
    let address = bytes.as_ptr();
    // SAFETY: both reads are of 16 bytes within the 32 of the array, and need no alignment.
    let (low, high) = unsafe { (_mm_loadu_si128(address.cast()), _mm_loadu_si128(address.add(16).cast())) };
    (_mm256_cvtepi8_epi16(low), _mm256_cvtepi8_epi16(high))
}

/// The sum of eight numbers.
#[target_feature(enable = "avx2")]
fn sum(numbers: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(numbers), _mm256_extracti128_si256::<1>(numbers));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two)))
}
