//! Products of signed bytes by a plain loop.

/// Rows that are multiplied at a time.
pub(super) const BLOCK: usize = 64;

/// The vector of a question, widened once for all rows.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) values: Box<[i8]>,
    pub(super) wide: Box<[i16]>,
}

impl Question {
    pub(super) fn new(values: &[i8]) -> Self {
        Self { values: values.into(), wide: values.iter().map(|value| i16::from(*value)).collect() }
    }
}

/// The product of two vectors of one length.
pub(super) fn product(question: &[i8], vector: &[i8]) -> i32 {
    question.iter().zip(vector).map(|(one, other)| i32::from(*one) * i32::from(*other)).sum()
}

/// The plain loop, which the other paths must equal.
pub(super) fn plain(question: &Question, block: &[i8], rows: u64, products: &mut [i32; BLOCK]) {
    let question = &question.values;
    for (row, vector) in block.chunks_exact(question.len().max(1)).enumerate().take(BLOCK) {
        if rows >> row & 1 == 1 {
            products[row] = product(question, vector);
        }
    }
}
