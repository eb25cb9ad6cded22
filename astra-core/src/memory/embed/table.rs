//! The built-in embedder: a table with a vector for each word piece, in the program itself. It knows English. A text's vector is
//! the mean of its pieces' vectors; it takes a few microseconds. Where the table comes from: `assets/NOTICE`.

use std::sync::OnceLock;

use super::embedding::{Embedding, VectorSpace};
use super::pieces::Pieces;

/// The scales of all pieces (f32, little endian), then their values.
const TABLE: &[u8] = include_bytes!("../../../assets/embedding/static256.bin");
/// The pieces, one a line.
const VOCABULARY: &str = include_str!("../../../assets/embedding/vocab.txt");

const PIECES: usize = 30_522;
const DIMENSION: usize = 256;
const _: () = assert!(TABLE.len() == PIECES * (4 + DIMENSION), "the table has a scale and a row for each piece");

/// The built-in embedder. Its vocabulary is laid out for look-up when the first text comes.
#[derive(Debug, Default)]
pub struct StaticEmbedder {
    pieces: OnceLock<Pieces>,
}

impl StaticEmbedder {
    /// Its vectors. Its key among the embedders is 1. Right answers to paraphrased questions begin at its smallest cosine
    /// (`tests/memory/quality.rs`).
    pub const SPACE: VectorSpace = VectorSpace { embedder: 1, dimension: DIMENSION, floor: 0.15 };

    /// An embedder whose vocabulary is not laid out yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { pieces: OnceLock::new() }
    }

    /// The numbers of a text's word pieces, in its order; pieces that the vocabulary does not hold are left out. At most 4,096.
    #[must_use]
    pub fn piece_ids(&self, text: &str) -> Vec<u16> {
        self.pieces.get_or_init(|| Pieces::new(VOCABULARY)).of(text)
    }

    /// The vector of a text; `None` where it holds no piece that the vocabulary knows.
    #[must_use]
    pub fn embed(&self, text: &str) -> Option<Embedding> {
        let mut sum = vec![0.0_f32; DIMENSION];
        for piece in self.piece_ids(text) {
            let (scale, row) = row(usize::from(piece))?;
            for (sum, value) in sum.iter_mut().zip(row) {
                *sum += scale * f32::from(value.cast_signed());
            }
        }
        Embedding::new(sum)
    }
}

/// The scale and the values of a piece.
fn row(piece: usize) -> Option<(f32, &'static [u8])> {
    let scale = TABLE.as_chunks::<4>().0.get(piece).map(|bytes| f32::from_le_bytes(*bytes))?;
    let start = PIECES * 4 + piece * DIMENSION;
    Some((scale, TABLE.get(start..start + DIMENSION)?))
}
