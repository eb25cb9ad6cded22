//! The vectors of the rows, and the scan through them: exact products of bytes for all, and the best of them once more with the
//! question as it was before it was rounded.

use super::best::{Best, Scored};
use super::dot::DotPath;
use super::item::VectorMatch;
use super::plain::{BLOCK, Question};
use super::rows::{Moves, NO_ROW, Visible, push_lean, retain};
use crate::memory::embed::Embedding;

/// Rows of one piece of memory: a larger index grows by whole pieces, so that little of it is unused and nothing is copied.
const PIECE: usize = 4_096;
/// How many rows are looked at twice, at least.
const RESCORED: usize = 40;

/// The vectors.
#[derive(Debug)]
pub(super) struct Vectors {
    dimension: usize,
    path: DotPath,
    pieces: Vec<Vec<i8>>,
    /// [`NONE`] and [`MISSING`]: the row has no vector.
    scales: Vec<f32>,
    /// Rows whose vector is still to be made.
    missing: usize,
}

/// The scale of a row that has no vector, ...
const NONE: f32 = 0.0;
/// ... and of one whose vector is still to be made.
const MISSING: f32 = -1.0;

impl Vectors {
    pub(super) const fn new(dimension: usize, path: DotPath) -> Self {
        Self { dimension, path, pieces: Vec::new(), scales: Vec::new(), missing: 0 }
    }

    pub(super) const fn path(&self) -> DotPath {
        self.path
    }

    /// How many rows have a vector that is still to be made.
    pub(super) const fn missing(&self) -> usize {
        self.missing
    }

    /// Adds a row; one without a vector of the right dimension has none, yet or for good.
    pub(super) fn push(&mut self, embedding: Option<&Embedding>, is_embedded: bool) {
        let embedding = embedding.filter(|embedding| embedding.values.len() == self.dimension);
        match embedding {
            Some(embedding) => self.push_row(embedding.scale, embedding.values.iter().copied()),
            None => {
                self.missing += usize::from(!is_embedded);
                self.push_row(if is_embedded { NONE } else { MISSING }, std::iter::repeat_n(0, self.dimension));
            }
        }
    }

    /// Overwrites the vector of a row.
    pub(super) fn clear(&mut self, row: u32) {
        let row = row as usize;
        if std::mem::replace(&mut self.scales[row], NONE) < NONE {
            self.missing -= 1;
        }
        let start = row % PIECE * self.dimension;
        self.pieces[row / PIECE][start..start + self.dimension].fill(0);
    }

    /// The visible rows whose cosine is at least `floor`, at most `limit`, the best first.
    pub(super) fn search(
        &self,
        question: &Embedding,
        visible: &Visible,
        ids: &[i64],
        limit: usize,
        floor: f32,
    ) -> Vec<(u32, VectorMatch)> {
        if question.values.len() != self.dimension || self.dimension == 0 {
            return Vec::new();
        }
        let scanned = self.scan(&Question::new(&question.values), visible, ids, limit.max(RESCORED));
        let exact = question.to_vector();
        let rescore = |scored: &Scored| Scored { score: self.cosine(&exact, scored.row), ..*scored };
        let mut rescored: Vec<Scored> = scanned.iter().map(rescore).filter(|scored| scored.score >= floor).collect();
        rescored.sort_unstable_by(Scored::order);
        rescored.truncate(limit);
        let matches = (1_u32..).zip(rescored);
        matches.map(|(rank, scored)| (scored.row, VectorMatch { rank, cosine: scored.score })).collect()
    }

    pub(super) fn compact(&mut self, moves: &Moves) {
        let old = std::mem::replace(self, Self::new(self.dimension, self.path));
        for (row, _) in moves.iter().enumerate().filter(|(_, to)| **to != NO_ROW) {
            self.push_row(NONE, old.row(row).iter().copied());
        }
        (self.scales, self.missing) = (old.scales, old.missing);
        retain(&mut self.scales, moves);
    }

    pub(super) fn bytes(&self) -> usize {
        let pieces: usize = self.pieces.iter().map(Vec::capacity).sum();
        pieces + self.pieces.capacity() * size_of::<Vec<i8>>() + self.scales.capacity() * 4
    }

    /// The best visible rows by the products of bytes.
    fn scan(&self, question: &Question, visible: &Visible, ids: &[i64], limit: usize) -> Vec<Scored> {
        let mut best = Best::new(limit);
        let mut products = [0; BLOCK];
        for (block, &word) in visible.words().iter().enumerate().filter(|(_, word)| **word != 0) {
            let first = block * BLOCK;
            let piece = &self.pieces[first / PIECE];
            self.path.products(question, &piece[first % PIECE * self.dimension..], word, &mut products);
            let mut rows = word;
            while rows != 0 {
                let bit = rows.trailing_zeros() as usize;
                rows &= rows - 1;
                let scale = self.scales[first + bit];
                if scale > NONE {
                    best.push(products[bit] as f32 * scale, (first + bit) as u32, ids);
                }
            }
        }
        best.into_sorted()
    }

    /// The cosine of a question and a row. Eight sums in one order, whatever the processor, so that it is always the same.
    fn cosine(&self, question: &[f32], row: u32) -> f32 {
        let vector = self.row(row as usize);
        let mut sums = [0.0_f32; 8];
        let (questions, question_rest) = question.as_chunks::<8>();
        let (values, value_rest) = vector.as_chunks::<8>();
        for (question, values) in questions.iter().zip(values) {
            for lane in 0..8 {
                sums[lane] += question[lane] * f32::from(values[lane]);
            }
        }
        let rest: f32 = question_rest.iter().zip(value_rest).map(|(one, other)| one * f32::from(*other)).sum();
        (sums.iter().sum::<f32>() + rest) * self.scales[row as usize]
    }

    fn row(&self, row: usize) -> &[i8] {
        let start = row % PIECE * self.dimension;
        &self.pieces[row / PIECE][start..start + self.dimension]
    }

    fn push_row(&mut self, scale: f32, values: impl Iterator<Item = i8>) {
        if self.scales.len().is_multiple_of(PIECE) {
            self.pieces.push(Vec::new());
        }
        push_lean(&mut self.scales, scale);
        let Some(piece) = self.pieces.last_mut() else { return };
        if piece.len() + self.dimension > piece.capacity() {
            let rows = piece.len() / self.dimension.max(1);
            piece.reserve_exact((rows / 4).max(16).min(PIECE - rows) * self.dimension);
        }
        piece.extend(values);
    }
}
