//! The columns of the rows but for vectors and terms, and which rows a search may see.

use std::collections::HashMap;

use super::item::{Candidate, IndexItem, IndexQuery, TextMatch, VectorMatch};
use crate::store::MemoryTier;

/// Bits of `flags`: the tier, whether the row is dead, and the place of its owner among the owners from this bit on.
const TIER: u32 = 0b111;
const DEAD: u32 = 0b1000;
const OWNER_SHIFT: u32 = 4;
/// The owner of rows that cannot be seen, as there were more owners than rows can be.
const NO_OWNER: u32 = (1 << 28) - 1;

/// A column that grows by an eighth, so that little of it is unused.
pub(super) fn push_lean<T>(column: &mut Vec<T>, value: T) {
    if column.len() == column.capacity() {
        column.reserve_exact((column.len() / 8).max(16));
    }
    column.push(value);
}

/// Times of a row that is not simply valid from its making on.
#[derive(Debug, Clone, Copy)]
struct Span {
    row: u32,
    from_ms: i64,
    to_ms: i64,
}

/// The columns.
#[derive(Debug, Default)]
pub(super) struct Rows {
    ids: Vec<i64>,
    flags: Vec<u32>,
    created_ms: Vec<i64>,
    /// In the order of their rows.
    spans: Vec<Span>,
    /// Owners by their subject's number; the workspace is 0 and not among them.
    owners: HashMap<i64, u32>,
    /// The latest `created_ms`.
    latest_ms: i64,
    dead: usize,
}

/// Rows that a search may see, a bit each.
#[derive(Debug)]
pub(super) struct Visible {
    words: Vec<u64>,
    count: usize,
}

impl Visible {
    /// Sixty-four rows a word.
    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    #[inline]
    pub(super) fn has(&self, row: u32) -> bool {
        self.words[(row >> 6) as usize] >> (row & 63) & 1 == 1
    }
}

/// What becomes of a row when gaps are closed: its new number, or [`NO_ROW`].
pub(super) type Moves = Vec<u32>;
/// A row that is gone.
pub(super) const NO_ROW: u32 = u32::MAX;

impl Rows {
    pub(super) const fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) const fn dead(&self) -> usize {
        self.dead
    }

    pub(super) fn ids(&self) -> &[i64] {
        &self.ids
    }

    pub(super) fn push(&mut self, item: &IndexItem) -> u32 {
        let row = u32::try_from(self.ids.len()).unwrap_or(NO_ROW);
        let owner = self.place_of(item.owner);
        push_lean(&mut self.ids, item.id);
        push_lean(&mut self.flags, item.tier as u32 | owner << OWNER_SHIFT);
        push_lean(&mut self.created_ms, item.created_at_ms);
        self.latest_ms = self.latest_ms.max(item.created_at_ms);
        let to_ms = item.valid_to_ms.unwrap_or(i64::MAX).min(item.expires_at_ms.unwrap_or(i64::MAX));
        if item.valid_from_ms != item.created_at_ms || to_ms != i64::MAX {
            push_lean(&mut self.spans, Span { row, from_ms: item.valid_from_ms, to_ms });
        }
        row
    }

    pub(super) fn kill(&mut self, row: u32) {
        self.flags[row as usize] |= DEAD;
        self.dead += 1;
    }

    pub(super) fn candidate(&self, row: u32, text: Option<TextMatch>, vector: Option<VectorMatch>) -> Candidate {
        let row = row as usize;
        let tier = MemoryTier::ALL[(self.flags[row] & TIER) as usize];
        Candidate { id: self.ids[row], tier, created_at_ms: self.created_ms[row], text, vector }
    }

    /// The rows that the question's subject may see, of its tiers, that hold at its time.
    pub(super) fn visible(&self, query: &IndexQuery) -> Visible {
        // A subject without rows has the place of the workspace: it sees the workspace's alone.
        let own = self.owners.get(&query.owner).copied().filter(|place| *place != NO_OWNER).unwrap_or(0);
        let tiers = query.tiers.iter().fold(0_u32, |tiers, tier| tiers | 1 << tier as u32);
        let is_seen = |flags: u32| {
            let owner = flags >> OWNER_SHIFT;
            ((owner == 0) | (owner == own)) & (tiers >> (flags & TIER) & 1 == 1) & (flags & DEAD == 0)
        };
        let mut words: Vec<u64> = self.flags.chunks(64).map(|flags| bits(flags, is_seen)).collect();
        let after_ms = query.created_after_ms.unwrap_or(i64::MIN);
        if query.created_after_ms.is_some() || query.as_of_ms < self.latest_ms {
            let is_in_time = |created: i64| created >= after_ms && created <= query.as_of_ms;
            for (word, created) in words.iter_mut().zip(self.created_ms.chunks(64)).filter(|(word, _)| **word != 0) {
                *word &= bits(created, is_in_time);
            }
        }
        for span in &self.spans {
            let row = span.row as usize;
            let holds = span.from_ms <= query.as_of_ms && query.as_of_ms < span.to_ms;
            let is_visible = holds && is_seen(self.flags[row]) && self.created_ms[row] >= after_ms;
            let bit = 1 << (span.row & 63);
            words[row >> 6] = (words[row >> 6] & !bit) | (u64::from(is_visible) * bit);
        }
        let count = words.iter().map(|word| word.count_ones() as usize).sum();
        Visible { words, count }
    }

    /// Whether there is a row of `tier` that `owner` may see at some time.
    pub(super) fn has_of(&self, owner: i64, tier: MemoryTier) -> bool {
        let own = self.owners.get(&owner).copied().filter(|place| *place != NO_OWNER).unwrap_or(0);
        let is_meant = |flags: &u32| {
            let owner = flags >> OWNER_SHIFT;
            (owner == 0 || owner == own) && flags & TIER == tier as u32 && flags & DEAD == 0
        };
        self.flags.iter().any(is_meant)
    }

    pub(super) fn compact(&mut self) -> Moves {
        let mut next = 0;
        let mut moves = Vec::with_capacity(self.flags.len());
        for flags in &self.flags {
            let is_dead = flags & DEAD != 0;
            moves.push(if is_dead { NO_ROW } else { next });
            next += u32::from(!is_dead);
        }
        retain(&mut self.ids, &moves);
        retain(&mut self.created_ms, &moves);
        retain(&mut self.flags, &moves);
        self.spans.retain_mut(|span| {
            span.row = moves[span.row as usize];
            span.row != NO_ROW
        });
        self.spans.shrink_to_fit();
        self.dead = 0;
        moves
    }

    pub(super) fn bytes(&self) -> usize {
        let columns = self.ids.capacity() * 8 + self.flags.capacity() * 4 + self.created_ms.capacity() * 8;
        columns + self.spans.capacity() * size_of::<Span>() + self.owners.capacity() * 17
    }

    fn place_of(&mut self, owner: i64) -> u32 {
        if owner == 0 {
            return 0;
        }
        let next = u32::try_from(self.owners.len() + 1).unwrap_or(NO_OWNER).min(NO_OWNER);
        *self.owners.entry(owner).or_insert(next)
    }
}

/// A bit for each of at most 64 values.
fn bits<T: Copy>(values: &[T], is_set: impl Fn(T) -> bool) -> u64 {
    values.iter().enumerate().fold(0, |word, (bit, value)| word | u64::from(is_set(*value)) << bit)
}

/// Drops the rows that are gone.
pub(super) fn retain<T>(column: &mut Vec<T>, moves: &[u32]) {
    let mut row = 0;
    column.retain(|_| {
        row += 1;
        moves[row - 1] != NO_ROW
    });
    column.shrink_to_fit();
}
