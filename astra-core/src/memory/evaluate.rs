//! How well a ranking answers questions whose answers are known: precision, recall, reciprocal rank and discounted gain, each with
//! the interval that a set of this size leaves open.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Memory;
use super::hit::HitItem;
use super::profile::MemoryProfileSettings;
use super::search::SearchRequest;
use crate::ids::MemoryId;
use crate::store::{self, Rows};

/// Samples that an interval is made of.
const SAMPLES: usize = 1_000;
/// The samples are the same for the same questions.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// How well one question was answered, each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// The share of the places up to `k` that hold what is relevant; a place without a hit holds nothing.
    pub precision: f64,
    /// The share of what is relevant that stands at the places up to `k`.
    pub recall: f64,
    /// One divided by the first place with something relevant; 0 without one.
    pub reciprocal_rank: f64,
    /// The discounted cumulative gain (Jarvelin and Kekalainen 2002) by that of the best order there is.
    pub ndcg: f64,
}

/// The mean over all questions, and the interval in which 95 of 100 such sets of questions have it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvaluatedMean {
    /// The mean.
    #[schema(minimum = 0, maximum = 1, example = 0.84)]
    pub mean: f64,
    /// The interval's lower end.
    #[schema(minimum = 0, maximum = 1, example = 0.76)]
    pub low: f64,
    /// The interval's upper end.
    #[schema(minimum = 0, maximum = 1, example = 0.91)]
    pub high: f64,
}

/// A question whose answers are known.
#[derive(Debug)]
pub struct Known {
    /// The question.
    pub question: String,
    /// The memories that answer it; at least one.
    pub relevant: Vec<MemoryId>,
}

/// What was found for a question.
#[derive(Debug)]
pub struct Answered {
    /// How well it was answered.
    pub measures: Measures,
    /// The first place with something relevant, from 1 on.
    pub first_rank: Option<u32>,
    /// What is relevant and was not found.
    pub missed: Vec<MemoryId>,
}

impl Memory {
    /// Searches as a turn of `user_id` under `profile` would, and compares the first `k` with what is relevant.
    ///
    /// # Errors
    /// The store's.
    pub async fn evaluate(
        &self,
        rows: &Rows,
        user_id: &str,
        profile: &MemoryProfileSettings,
        known: Known,
        (k, now_ms): (u32, i64),
    ) -> store::Result<Answered> {
        let places = usize::try_from(k).unwrap_or(usize::MAX);
        let request = SearchRequest {
            text: known.question,
            user_id: user_id.into(),
            tiers: profile.tiers(),
            limit: places.min(usize::try_from(profile.max_context_chunks).unwrap_or(usize::MAX)),
            min_score: profile.min_score,
            as_of_ms: None,
            created_after_ms: profile.created_after_ms(now_ms),
            weights: profile.tier_weights,
            asks_graph: true,
            without_session: None,
            now_ms,
        };
        let memory_of = |item| match item {
            HitItem::Memory(id) => Some(id.key()),
            HitItem::Question(_) => None,
        };
        let hits = self.search(rows, request).await?.hits;
        let found: Vec<Option<i64>> = hits.into_iter().map(|hit| memory_of(hit.item)).collect();
        let relevant: HashSet<i64> = known.relevant.iter().map(|id| id.key()).collect();
        let first = (1..).zip(&found).find(|(_, one)| one.is_some_and(|id| relevant.contains(&id)));
        let mut left = relevant.clone();
        let missed = known.relevant.into_iter().filter(|id| left.remove(&id.key()) && !found.contains(&Some(id.key())));
        Ok(Answered {
            measures: Measures::of(&found, &relevant, places),
            first_rank: first.map(|(rank, _)| rank),
            missed: missed.collect(),
        })
    }
}

impl Measures {
    /// Of the first `k` of `found`, which are distinct; `None` is something that can not be relevant. At least one is relevant.
    #[must_use]
    pub fn of(found: &[Option<i64>], relevant: &HashSet<i64>, k: usize) -> Self {
        let (k, all) = (k.max(1), relevant.len().max(1));
        let is_relevant = |one: &Option<i64>| one.is_some_and(|id| relevant.contains(&id));
        let ranks: Vec<usize> =
            (1..).zip(found.iter().take(k)).filter(|(_, one)| is_relevant(one)).map(|(rank, _)| rank).collect();
        let gain = |rank: usize| 1.0 / (rank as f64 + 1.0).log2();
        let best: f64 = (1..=all.min(k)).map(gain).sum();
        Self {
            precision: ranks.len() as f64 / k as f64,
            recall: ranks.len() as f64 / all as f64,
            reciprocal_rank: ranks.first().map_or(0.0, |rank| 1.0 / *rank as f64),
            // The sum of nothing is -0.0.
            ndcg: ranks.iter().copied().map(gain).fold(0.0, |sum, gain| sum + gain) / best,
        }
    }
}

impl EvaluatedMean {
    /// Of some values: the interval is the middle 95 of 100 of the means of samples drawn from them with replacement (the bootstrap).
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        if values.is_empty() {
            return Self { mean: 0.0, low: 0.0, high: 0.0 };
        }
        let mean_of = |sum: f64| sum / values.len() as f64;
        let mut state = SEED;
        let mut means: Vec<f64> = (0..SAMPLES)
            .map(|_| mean_of((0..values.len()).map(|_| values[draw(&mut state, values.len())]).sum()))
            .collect();
        means.sort_unstable_by(f64::total_cmp);
        let at = |thousandth: usize| means[thousandth.min(SAMPLES - 1)];
        Self { mean: mean_of(values.iter().sum()), low: at(25), high: at(974) }
    }
}

/// A number below `end` (splitmix64).
fn draw(state: &mut u64, end: usize) -> usize {
    *state = state.wrapping_add(SEED);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) % end as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measures(found: &[i64], relevant: &[i64], k: usize) -> Measures {
        let found: Vec<Option<i64>> = found.iter().map(|id| (*id > 0).then_some(*id)).collect();
        Measures::of(&found, &relevant.iter().copied().collect(), k)
    }

    #[test]
    fn measures_are_those_of_the_book() {
        let all = measures(&[1, 2], &[1, 2], 2);
        assert_eq!(all, Measures { precision: 1.0, recall: 1.0, reciprocal_rank: 1.0, ndcg: 1.0 });
        let none = measures(&[7, 0, 8], &[1], 3);
        assert_eq!(none, Measures { precision: 0.0, recall: 0.0, reciprocal_rank: 0.0, ndcg: 0.0 });
        assert!(none.ndcg.is_sign_positive(), "it is shown as 0");
        // Relevant at the places 2 and 4; the place 5 is beyond k.
        let some = measures(&[9, 1, 0, 2, 3], &[1, 2, 3], 4);
        assert_eq!((some.precision, some.recall, some.reciprocal_rank), (0.5, 2.0 / 3.0, 0.5));
        let (gain, best) = (1.0 / 3_f64.log2() + 1.0 / 5_f64.log2(), 1.0 + 1.0 / 3_f64.log2() + 0.5);
        assert!((some.ndcg - gain / best).abs() < 1e-12, "{some:?}");
        let few = measures(&[1], &[1], 10);
        assert_eq!((few.precision, few.recall, few.ndcg), (0.1, 1.0, 1.0));
    }

    #[test]
    fn intervals_hold_the_mean_narrow_with_more_questions_and_stay_the_same() {
        assert_eq!(EvaluatedMean::of(&[0.5]), EvaluatedMean { mean: 0.5, low: 0.5, high: 0.5 });
        assert_eq!(EvaluatedMean::of(&[]), EvaluatedMean { mean: 0.0, low: 0.0, high: 0.0 });
        let few: Vec<f64> = (0..20).map(|number| f64::from(number % 2)).collect();
        let many: Vec<f64> = (0..180).map(|number| f64::from(number % 2)).collect();
        let (few, many) = (EvaluatedMean::of(&few), EvaluatedMean::of(&many));
        assert!(few.low < 0.35 && few.low > 0.2 && few.high > 0.65 && few.high < 0.8, "{few:?}");
        let width = |mean: &EvaluatedMean| mean.high - mean.low;
        assert!((width(&few) / width(&many) - 3.0).abs() < 0.5, "{few:?} {many:?}");
        assert_eq!(EvaluatedMean::of(&[0.0, 1.0, 1.0]), EvaluatedMean::of(&[0.0, 1.0, 1.0]));
    }
}
