//! Terms row by row, and the scan through them. Small indexes have nothing else; in a large one it holds the latest rows.

use super::rows::{NO_ROW, Visible, push_lean};

/// How often a term of the question stands in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) row: u32,
    /// The place of the term in the question.
    pub(super) term: u8,
    pub(super) times: u16,
}

/// The terms of the rows from one row on.
#[derive(Debug, Default)]
pub(super) struct Flat {
    first: u32,
    terms: Vec<u32>,
    /// Where the terms of each row end.
    ends: Vec<u32>,
}

impl Flat {
    /// No rows; the next one has this number.
    pub(super) fn from_row(first: u32) -> Self {
        Self { first, ..Self::default() }
    }

    /// The number of its first row.
    pub(super) const fn first(&self) -> u32 {
        self.first
    }

    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push(&mut self, terms: &[u32]) {
        let needed = self.terms.len() + terms.len();
        if needed > self.terms.capacity() {
            self.terms.reserve_exact(terms.len().max(self.terms.len() / 8).max(64));
        }
        self.terms.extend_from_slice(terms);
        push_lean(&mut self.ends, u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
    }

    /// Overwrites the terms of a row, if it is one of these.
    pub(super) fn clear(&mut self, row: u32) {
        if let Some(at) = row.checked_sub(self.first) {
            let range = self.range(at as usize);
            self.terms[range].fill(0);
        }
    }

    /// Each row with its terms.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u32, &[u32])> {
        (self.first..).zip((0..self.ends.len()).map(|at| &self.terms[self.range(at)]))
    }

    /// The terms of the question in the visible rows: row by row, and in a row in the order of the question.
    pub(super) fn hits(&self, question: &Question<'_>, visible: &Visible) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut times = [0_u16; 32];
        for (row, terms) in self.rows().filter(|(row, _)| visible.has(*row)) {
            let mut found = 0_u32;
            for term in terms {
                if let Some(place) = question.place(*term) {
                    found |= 1 << place;
                    times[place] += 1;
                }
            }
            while found != 0 {
                let place = found.trailing_zeros() as usize;
                found &= found - 1;
                hits.push(Hit { row, term: place as u8, times: times[place] });
                times[place] = 0;
            }
        }
        hits
    }

    pub(super) fn compact(&mut self, moves: &[u32]) {
        let old = std::mem::take(self);
        self.first = moves[..old.first as usize].iter().filter(|to| **to != NO_ROW).count() as u32;
        for (_, terms) in old.rows().filter(|(row, _)| moves[*row as usize] != NO_ROW) {
            self.push(terms);
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        (self.terms.capacity() + self.ends.capacity()) * 4
    }

    fn range(&self, at: usize) -> std::ops::Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[at] as usize
    }
}

/// Places of the look-up of a question's terms.
const PLACES: usize = 4_096;

/// The terms of a question, laid out for look-up.
#[derive(Debug)]
pub(super) struct Question<'a> {
    terms: &'a [u32],
    /// By the low bits of a term: its place in the question and one more; the next place where a place is taken.
    places: Box<[u8; PLACES]>,
}

impl<'a> Question<'a> {
    /// At most 32 distinct terms; others are left out.
    pub(super) fn new(terms: &'a [u32]) -> Self {
        let mut question = Self { terms: &terms[..terms.len().min(32)], places: Box::new([0; PLACES]) };
        for (number, term) in (1_u8..).zip(question.terms) {
            let mut place = *term as usize % PLACES;
            while question.places[place] != 0 {
                place = (place + 1) % PLACES;
            }
            question.places[place] = number;
        }
        question
    }

    pub(super) const fn terms(&self) -> &'a [u32] {
        self.terms
    }

    /// Where a term stands in the question.
    #[inline]
    fn place(&self, term: u32) -> Option<usize> {
        let mut place = term as usize % PLACES;
        loop {
            let number = usize::from(self.places[place]);
            if number == 0 {
                return None;
            }
            if self.terms[number - 1] == term {
                return Some(number - 1);
            }
            place = (place + 1) % PLACES;
        }
    }
}
