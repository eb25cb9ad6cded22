//! Rows by term: what a large index looks words up in.

use super::flat::Flat;
use super::rows::NO_ROW;

/// Bits of an entry that say how often the term stands in the row; the row is in the others.
const TIMES_BITS: u32 = 6;
const TIMES_MOST: u32 = (1 << TIMES_BITS) - 1;

/// The rows of each term.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// In their order.
    terms: Vec<u32>,
    /// Where the entries of each term begin, and where those of one more would.
    starts: Vec<u32>,
    /// By term, then by row.
    entries: Vec<u32>,
}

impl Postings {
    /// The rows of a term, in their order, each with how often the term stands in it (63 for more).
    pub(super) fn rows_of(&self, term: u32) -> impl Iterator<Item = (u32, u32)> + Clone {
        let entries = match self.terms.binary_search(&term) {
            Ok(at) => &self.entries[self.starts[at] as usize..self.starts[at + 1] as usize],
            Err(_) => &[],
        };
        entries.iter().map(|entry| (entry >> TIMES_BITS, entry & TIMES_MOST))
    }

    /// These entries and those of later rows.
    pub(super) fn with(&self, flat: &Flat) -> Self {
        let mut added: Vec<u64> = Vec::new();
        let of_row = |(row, terms): (u32, &[u32])| {
            terms.iter().map(|term| u64::from(*term) << 32 | u64::from(row)).collect::<Vec<_>>()
        };
        flat.rows().for_each(|row| added.extend(of_row(row)));
        added.sort_unstable();
        let mut merged = Self {
            terms: Vec::with_capacity(self.terms.len()),
            starts: Vec::with_capacity(self.terms.len() + 1),
            entries: Vec::with_capacity(self.entries.len() + added.len()),
        };
        let (mut old, mut new) = (0, &added[..]);
        while old < self.terms.len() || !new.is_empty() {
            let next = new.first().map_or(u32::MAX, |pair| (pair >> 32) as u32);
            let term = self.terms.get(old).map_or(next, |term| next.min(*term));
            merged.begin(term);
            if self.terms.get(old) == Some(&term) {
                let range = self.starts[old] as usize..self.starts[old + 1] as usize;
                merged.entries.extend_from_slice(&self.entries[range]);
                old += 1;
            }
            let end = new.partition_point(|pair| (pair >> 32) as u32 <= term);
            for pairs in new[..end].chunk_by(|one, other| one == other) {
                let times = u32::try_from(pairs.len()).unwrap_or(TIMES_MOST).min(TIMES_MOST);
                merged.entries.push((pairs[0] as u32) << TIMES_BITS | times);
            }
            new = &new[end..];
        }
        merged.finish();
        merged
    }

    /// Leaves out rows that are gone.
    pub(super) fn compact(&mut self, moves: &[u32]) {
        let old = std::mem::take(self);
        for (at, term) in old.terms.iter().enumerate() {
            let entries = &old.entries[old.starts[at] as usize..old.starts[at + 1] as usize];
            let moved = entries.iter().filter_map(|entry| {
                let row = moves[(entry >> TIMES_BITS) as usize];
                (row != NO_ROW).then_some(row << TIMES_BITS | entry & TIMES_MOST)
            });
            let before = self.entries.len();
            self.entries.extend(moved);
            if self.entries.len() > before {
                self.terms.push(*term);
                self.starts.push(u32::try_from(before).unwrap_or(u32::MAX));
            }
        }
        self.finish();
    }

    pub(super) const fn bytes(&self) -> usize {
        (self.terms.capacity() + self.starts.capacity() + self.entries.capacity()) * 4
    }

    fn begin(&mut self, term: u32) {
        self.terms.push(term);
        self.starts.push(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
    }

    fn finish(&mut self) {
        self.starts.push(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        self.terms.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.entries.shrink_to_fit();
    }
}
