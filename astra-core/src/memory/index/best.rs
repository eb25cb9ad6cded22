//! The best of many scores.

use std::cmp::Ordering;

/// A row with its score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scored {
    pub(super) score: f32,
    pub(super) id: i64,
    pub(super) row: u32,
}

impl Scored {
    /// Better ones first: by score, then by id.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.id.cmp(&other.id))
    }
}

/// Keeps the best `limit` of what is pushed.
#[derive(Debug)]
pub(super) struct Best {
    limit: usize,
    kept: Vec<Scored>,
    /// What is below it is not among the best, nor what is equal to it and has no smaller id than `floor_id`.
    floor: f32,
    floor_id: i64,
}

impl Best {
    /// `limit` is at least 1.
    pub(super) fn new(limit: usize) -> Self {
        let limit = limit.max(1);
        Self { limit, kept: Vec::with_capacity((limit * 2).min(4_096)), floor: f32::NEG_INFINITY, floor_id: i64::MAX }
    }

    /// Takes one more score; the id is read only if the score may be among the best.
    #[inline]
    pub(super) fn push(&mut self, score: f32, row: u32, ids: &[i64]) {
        if score >= self.floor && (score > self.floor || ids[row as usize] < self.floor_id) {
            self.keep(Scored { score, id: ids[row as usize], row });
        }
    }

    /// The best, in their order.
    pub(super) fn into_sorted(mut self) -> Vec<Scored> {
        self.kept.sort_unstable_by(Scored::order);
        self.kept.truncate(self.limit);
        self.kept
    }

    #[cold]
    fn keep(&mut self, scored: Scored) {
        self.kept.push(scored);
        if self.kept.len() >= self.limit * 2 {
            self.kept.select_nth_unstable_by(self.limit - 1, Scored::order);
            let worst = self.kept[self.limit - 1];
            (self.floor, self.floor_id) = (worst.score, worst.id);
            self.kept.truncate(self.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_and_equal_ones_are_in_the_order_of_their_ids() {
        let ids: Vec<i64> = (0..1_000).map(|row| 7 * row % 1_000).collect();
        let score = |row: u32| (row % 10) as f32;
        for limit in [1, 3, 40, 2_000] {
            let mut best = Best::new(limit);
            (0..1_000).for_each(|row| best.push(score(row), row, &ids));
            let mut all: Vec<(u32, i64)> = (0..1_000).map(|row| (9 - row % 10, ids[row as usize])).collect();
            all.sort_unstable();
            all.truncate(limit);
            let found: Vec<i64> = best.into_sorted().iter().map(|scored| scored.id).collect();
            assert_eq!(found, all.iter().map(|(_, id)| *id).collect::<Vec<_>>());
        }
    }
}
