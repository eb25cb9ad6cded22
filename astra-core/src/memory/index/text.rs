//! Words: BM25 over the rows that a search may see. How often a term occurs, how many rows there are and how long they are is
//! counted over those rows alone: a score tells nothing of what others have stored.

use super::best::Best;
use super::flat::{Flat, Hit, Question};
use super::item::TextMatch;
use super::postings::Postings;
use super::rows::{Visible, push_lean, retain};

/// How soon a term's repeats cease to count, and how far long rows count less (Robertson and Zaragoza 2009).
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// An index of fewer rows has no postings.
pub(super) const FLAT_ROWS: usize = 20_000;
/// So many rows, or an eighth of the others if that is more, are not in the postings.
const LATEST_ROWS: usize = 16_384;

/// The terms of all rows.
#[derive(Debug, Default)]
pub(super) struct TextIndex {
    postings: Postings,
    /// Rows that are not in the postings.
    flat: Flat,
    /// Terms of each row; all are counted, repeats too.
    lengths: Vec<u16>,
}

/// What the visible rows say of a question.
struct Statistics {
    /// The weight of each term: Lucene's `ln(1 + (n - df + 0.5) / (df + 0.5))`.
    weights: Vec<f32>,
    /// The sum of the weights, of terms that no row has too.
    mass: f32,
    mean_length: f32,
}

impl TextIndex {
    /// Adds a row.
    pub(super) fn push(&mut self, terms: &[u32]) {
        push_lean(&mut self.lengths, u16::try_from(terms.len()).unwrap_or(u16::MAX));
        self.flat.push(terms);
        let listed = self.flat.first() as usize;
        let most = if listed == 0 { FLAT_ROWS } else { LATEST_ROWS.max(listed / 8) };
        if self.flat.len() >= most {
            self.postings = self.postings.with(&self.flat);
            self.flat = Flat::from_row(u32::try_from(self.lengths.len()).unwrap_or(u32::MAX));
        }
    }

    /// Overwrites the terms of a row. In postings its number stays until gaps are closed; it is seen no more in any case.
    pub(super) fn clear(&mut self, row: u32) {
        self.flat.clear(row);
    }

    /// The visible rows with a term of the question, at most `limit`, the best first.
    pub(super) fn search(&self, terms: &[u32], visible: &Visible, ids: &[i64], limit: usize) -> Vec<(u32, TextMatch)> {
        let question = Question::new(terms);
        if question.terms().is_empty() {
            return Vec::new();
        }
        let hits = self.flat.hits(&question, visible);
        let statistics = self.statistics(&question, &hits, visible);
        let mut scores = vec![0.0_f32; self.lengths.len()];
        let mut held = vec![0_u32; self.lengths.len()];
        let mut add = |row: u32, term: usize, times: f32| {
            let row = row as usize;
            let length = f32::from(self.lengths[row]) / statistics.mean_length;
            scores[row] += statistics.weights[term] * times / (times + K1 * (1.0 - B + B * length));
            held[row] |= 1 << term;
        };
        for (term, hash) in question.terms().iter().enumerate() {
            for (row, times) in self.postings.rows_of(*hash).filter(|(row, _)| visible.has(*row)) {
                add(row, term, times as f32);
            }
        }
        for hit in &hits {
            add(hit.row, usize::from(hit.term), f32::from(hit.times.min(63)));
        }
        let mut best = Best::new(limit);
        for ((row, score), _) in (0_u32..).zip(&scores).zip(&held).filter(|(_, held)| **held != 0) {
            best.push(*score, row, ids);
        }
        let ranked = (1_u32..).zip(best.into_sorted());
        let matches = ranked.map(|(rank, scored)| {
            let coverage = statistics.coverage(held[scored.row as usize]);
            (scored.row, TextMatch { rank, score: scored.score, coverage })
        });
        matches.collect()
    }

    pub(super) fn compact(&mut self, moves: &[u32]) {
        self.postings.compact(moves);
        self.flat.compact(moves);
        retain(&mut self.lengths, moves);
    }

    pub(super) const fn bytes(&self) -> usize {
        self.postings.bytes() + self.flat.bytes() + self.lengths.capacity() * 2
    }

    fn statistics(&self, question: &Question<'_>, hits: &[Hit], visible: &Visible) -> Statistics {
        let count = visible.count() as f32;
        let mut latest = vec![0_u32; question.terms().len()];
        hits.iter().for_each(|hit| latest[usize::from(hit.term)] += 1);
        let of_term = |(hash, latest): (&u32, &u32)| {
            let listed = self.postings.rows_of(*hash).filter(|(row, _)| visible.has(*row)).count();
            let rows = listed as f32 + *latest as f32;
            (1.0 + (count - rows + 0.5) / (rows + 0.5)).ln()
        };
        let weights: Vec<f32> = question.terms().iter().zip(&latest).map(of_term).collect();
        let mass = weights.iter().sum();
        Statistics { weights, mass, mean_length: (self.total_length(visible) as f32 / count).max(1.0) }
    }

    /// The lengths of the visible rows.
    fn total_length(&self, visible: &Visible) -> u64 {
        let of_block = |(word, lengths): (&u64, &[u16])| {
            let length = |(bit, length): (usize, &u16)| u32::from(*length) * (word >> bit & 1) as u32;
            u64::from(lengths.iter().enumerate().map(length).sum::<u32>())
        };
        visible.words().iter().zip(self.lengths.chunks(64)).map(of_block).sum()
    }
}

impl Statistics {
    /// The share of the question's weight that a row with these terms (a bit each) holds.
    fn coverage(&self, held: u32) -> f32 {
        let weights = self.weights.iter().enumerate().filter(|(term, _)| held >> term & 1 == 1);
        (weights.map(|(_, weight)| weight).sum::<f32>() / self.mass).min(1.0)
    }
}
