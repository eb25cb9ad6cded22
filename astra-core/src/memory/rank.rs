//! One ranking of what several sources found: reciprocal rank fusion (Cormack, Clarke and Buettcher 2009, k = 60), in which a match
//! by words counts by how much of the question it holds. Without that, a row that shares one frequent word with a question
//! stands beside one that answers it.

use std::collections::{HashMap, HashSet};

use super::index::{Candidate, TextMatch, VectorMatch};
use crate::store::MemoryTier;

/// The constant of reciprocal rank fusion.
const K: f64 = 60.0;
const TEXT_WEIGHT: f64 = 2.0;
const VECTOR_WEIGHT: f64 = 1.0;
const GRAPH_WEIGHT: f64 = 1.0;

/// The sources that were asked, whether or not they found anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sources {
    /// Words.
    pub text: bool,
    /// Vectors.
    pub vector: bool,
    /// The graph.
    pub graph: bool,
}

/// What is to be ranked.
pub struct RankRequest<'a> {
    /// What the index found.
    pub candidates: Vec<Candidate>,
    /// What the graph found, in the order of its ranks.
    pub graph: &'a [i64],
    /// The sources that were asked.
    pub asked: Sources,
    /// What an item weighs, 0 to 1, by its id, tier and the time of its making in milliseconds. Of an item that the graph alone
    /// found the tier is the graph's and the time 0.
    pub weight_of: &'a dyn Fn(i64, MemoryTier, i64) -> f64,
    /// Items with a lower score are left out.
    pub min_score: f64,
    /// The most items.
    pub cap: usize,
}

/// An item in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// The item.
    pub id: i64,
    /// Its tier; the graph's where the graph alone found it.
    pub tier: MemoryTier,
    /// 0 to 1: what the best item of all sources asked has, before it is weighed, is 1.
    pub score: f64,
    /// What the words say of it.
    pub text: Option<TextMatch>,
    /// What the vectors say of it.
    pub vector: Option<VectorMatch>,
    /// Its rank in the graph, from 1 on.
    pub graph_rank: Option<u32>,
    /// When it was said, in milliseconds since the epoch; 0 where the graph alone found it.
    pub created_at_ms: i64,
}

/// The items in the order of their scores; equal scores in the order of their ids. Items that weigh nothing are left out.
#[must_use]
pub fn rank(request: RankRequest<'_>) -> Vec<Ranked> {
    let best = best_score(request.asked);
    let mut ranks: HashMap<i64, u32> = HashMap::with_capacity(request.graph.len());
    for (rank, id) in (1..).zip(request.graph) {
        ranks.entry(*id).or_insert(rank);
    }
    let mut candidates = request.candidates;
    let known: HashSet<i64> = candidates.iter().map(|candidate| candidate.id).collect();
    for id in request.graph.iter().filter(|id| !known.contains(id)) {
        candidates.push(Candidate { id: *id, tier: MemoryTier::Graph, created_at_ms: 0, text: None, vector: None });
    }
    let of = |candidate: Candidate| {
        let graph_rank = ranks.get(&candidate.id).copied();
        let weight = (request.weight_of)(candidate.id, candidate.tier, candidate.created_at_ms);
        let score = (fused(&candidate, graph_rank) / best * weight).clamp(0.0, 1.0);
        let Candidate { id, tier, text, vector, created_at_ms } = candidate;
        Ranked { id, tier, score, text, vector, graph_rank, created_at_ms }
    };
    let mut ranked: Vec<Ranked> = candidates.into_iter().map(of).collect();
    // A comparison with what is no number is false.
    ranked.retain(|one| one.score > 0.0 && one.score >= request.min_score);
    ranked.sort_unstable_by(|one, other| other.score.total_cmp(&one.score).then(one.id.cmp(&other.id)));
    ranked.dedup_by_key(|one| one.id);
    ranked.truncate(request.cap);
    ranked
}

/// What an item has that is the first of every source asked and holds the whole question.
fn best_score(asked: Sources) -> f64 {
    let weight = |is_asked, weight| if is_asked { weight } else { 0.0 };
    let weights =
        weight(asked.text, TEXT_WEIGHT) + weight(asked.vector, VECTOR_WEIGHT) + weight(asked.graph, GRAPH_WEIGHT);
    weights / (K + 1.0)
}

fn fused(candidate: &Candidate, graph_rank: Option<u32>) -> f64 {
    let share = |rank: u32| 1.0 / (K + f64::from(rank));
    let text = candidate.text.map_or(0.0, |text| TEXT_WEIGHT * f64::from(text.coverage).powi(2) * share(text.rank));
    let vector = candidate.vector.map_or(0.0, |vector| VECTOR_WEIGHT * share(vector.rank));
    text + vector + graph_rank.map_or(0.0, |rank| GRAPH_WEIGHT * share(rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: i64, text: Option<(u32, f32)>, vector: Option<u32>) -> Candidate {
        Candidate {
            id,
            tier: MemoryTier::Daily,
            created_at_ms: id,
            text: text.map(|(rank, coverage)| TextMatch { rank, score: 1.0, coverage }),
            vector: vector.map(|rank| VectorMatch { rank, cosine: 0.5 }),
        }
    }

    fn ranked(
        candidates: Vec<Candidate>,
        graph: &[i64],
        weight_of: &dyn Fn(i64, MemoryTier, i64) -> f64,
    ) -> Vec<Ranked> {
        let asked = Sources { text: true, vector: true, graph: !graph.is_empty() };
        rank(RankRequest { candidates, graph, asked, weight_of, min_score: 0.0, cap: 20 })
    }

    const EVEN: &dyn Fn(i64, MemoryTier, i64) -> f64 = &|_, _, _| 1.0;

    #[test]
    fn the_first_of_every_source_scores_one_and_a_lone_match_its_share() {
        let found = ranked(vec![candidate(1, Some((1, 1.0)), Some(1)), candidate(2, None, Some(2))], &[], EVEN);
        assert!((found[0].score - 1.0).abs() < 1e-12, "{found:?}");
        assert!((found[1].score - 61.0 / 62.0 / 3.0).abs() < 1e-12, "{found:?}");
        let lone = ranked(vec![candidate(1, Some((1, 0.5)), None)], &[9], EVEN);
        assert!((lone[1].score - 2.0 * 0.25 / 4.0).abs() < 1e-12 && lone[1].id == 1, "{lone:?}");
    }

    #[test]
    fn one_shared_word_of_many_does_not_outrank_a_match_by_meaning() {
        let found = ranked(vec![candidate(1, Some((1, 0.2)), None), candidate(2, None, Some(1))], &[], EVEN);
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn the_graph_adds_to_what_others_found_and_brings_its_own() {
        let found = ranked(vec![candidate(1, None, Some(1)), candidate(2, None, Some(1))], &[2, 7, 2], EVEN);
        let ids: Vec<_> = found.iter().map(|one| (one.id, one.graph_rank)).collect();
        assert_eq!(ids, [(2, Some(1)), (1, None), (7, Some(2))]);
        assert_eq!(found[2].tier, MemoryTier::Graph);
    }

    #[test]
    fn weights_floor_and_cap_are_applied_in_this_order_and_equal_scores_go_by_id() {
        let candidates = || (1..=5).rev().map(|id| candidate(id, None, Some(1))).collect::<Vec<_>>();
        let ids = |found: Vec<Ranked>| found.iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids(ranked(candidates(), &[], EVEN)), [1, 2, 3, 4, 5]);
        let weight_of = |id, tier, created: i64| {
            assert!(tier == MemoryTier::Daily && created == id);
            [0.0, 0.5, 1.0, f64::NAN, 9.0][usize::try_from(id - 1).unwrap()]
        };
        let asked = Sources { vector: true, ..Sources::default() };
        let request = |min_score, cap| RankRequest {
            candidates: candidates(),
            graph: &[],
            asked,
            weight_of: &weight_of,
            min_score,
            cap,
        };
        assert_eq!(ids(rank(request(0.0, 20))), [3, 5, 2], "a weight of zero and no number are left out");
        assert_eq!(ids(rank(request(0.6, 20))), [3, 5]);
        assert_eq!(ids(rank(request(0.0, 1))), [3]);
        assert!(rank(request(0.0, 20)).iter().all(|one| one.score <= 1.0));
    }

    #[test]
    fn nothing_asked_is_nothing_found() {
        let candidates = vec![candidate(1, Some((1, 1.0)), None)];
        let asked = Sources::default();
        let found = rank(RankRequest { candidates, graph: &[], asked, weight_of: EVEN, min_score: 0.0, cap: 20 });
        assert!(found.iter().all(|one| one.score <= 1.0));
    }
}
