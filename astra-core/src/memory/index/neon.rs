//! Products of signed bytes with NEON: sixteen at a time, multiplied to 16 bits and added in pairs to 32 bits. Exact.
#![expect(unsafe_code, reason = "the instructions are asked for by name, and read by address")]

use std::arch::aarch64::{
    int32x4_t, vaddq_s32, vaddvq_s32, vdupq_n_s32, vget_low_s8, vld1q_s8, vmull_high_s8, vmull_s8, vpadalq_s16,
};

use super::plain::{BLOCK, Question, plain, product};

/// The products of the question and of the block's rows whose bit is set.
pub(super) fn products(question: &Question, block: &[i8], rows: u64, products: &mut [i32; BLOCK]) {
    if std::arch::is_aarch64_feature_detected!("neon") {
        // SAFETY: the processor has NEON, which is all that the function asks for.
        unsafe { detected(question, block, rows, products) }
    } else {
        plain(question, block, rows, products);
    }
}

#[target_feature(enable = "neon")]
fn detected(question: &Question, block: &[i8], rows: u64, products: &mut [i32; BLOCK]) {
    let (wide, rest) = question.values.as_chunks::<16>();
    for (row, vector) in block.chunks_exact(question.values.len().max(1)).enumerate().take(BLOCK) {
        if rows >> row & 1 == 0 {
            continue;
        }
        let (vector, vector_rest) = vector.as_chunks::<16>();
        let (mut low, mut high) = (vdupq_n_s32(0), vdupq_n_s32(0));
        for (one, other) in wide.iter().zip(vector) {
            (low, high) = add(low, high, one, other);
        }
        products[row] = vaddvq_s32(vaddq_s32(low, high)) + product(rest, vector_rest);
    }
}

/// Adds the products of sixteen bytes: -128 * -128 fits 16 bits.
#[target_feature(enable = "neon")]
fn add(low: int32x4_t, high: int32x4_t, one: &[i8; 16], other: &[i8; 16]) -> (int32x4_t, int32x4_t) {
    // SAFETY: each read is of the 16 bytes of its array.
    let (one, other) = unsafe { (vld1q_s8(one.as_ptr()), vld1q_s8(other.as_ptr())) };
    let low = vpadalq_s16(low, vmull_s8(vget_low_s8(one), vget_low_s8(other)));
    (low, vpadalq_s16(high, vmull_high_s8(one, other)))
}
