//! The index against a plain reading of its rules: every row scored one by one, in double precision, from the items themselves.

use std::collections::{BTreeMap, HashMap};

use astra_core::memory::embed::Embedding;
use astra_core::memory::index::{Candidate, IndexItem, IndexQuery, MemoryIndex};
use astra_core::store::{MemoryTier, TierSet};

const DIMENSION: usize = 32;
const NOW: i64 = 1_000_000;

/// The same numbers on each run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn vector(&mut self) -> Option<Embedding> {
        Embedding::new((0..DIMENSION).map(|_| self.below(2_001) as f32 - 1_000.0).collect())
    }

    /// A few terms are frequent, most are rare.
    fn term(&mut self) -> u32 {
        let most = [5, 50, 5_000][self.below(3) as usize];
        self.below(most) as u32 * 0x1_0001
    }

    fn item(&mut self, id: i64) -> IndexItem {
        let made = NOW - self.below(10_000) as i64;
        let is_timed = self.below(4) == 0;
        IndexItem {
            is_embedded: true,
            id,
            owner: self.below(4) as i64,
            tier: MemoryTier::ALL[self.below(5) as usize],
            embedding: if self.below(10) == 0 { None } else { self.vector() },
            terms: (0..self.below(40)).map(|_| self.term()).collect(),
            created_at_ms: made,
            valid_from_ms: if is_timed { made - 500 } else { made },
            valid_to_ms: (is_timed && self.below(2) == 0).then(|| made + 3_000),
            expires_at_ms: (is_timed && self.below(2) == 0).then(|| made + 5_000),
        }
    }

    fn query(&mut self) -> IndexQuery {
        let mut terms: Vec<u32> = (0..self.below(12)).map(|_| self.term()).collect();
        terms.sort_unstable();
        terms.dedup();
        let tiers = MemoryTier::ALL.into_iter().filter(|_| self.below(3) > 0).collect();
        IndexQuery {
            owner: self.below(5) as i64,
            tiers,
            terms,
            embedding: if self.below(5) == 0 { None } else { self.vector() },
            floor: 0.2,
            limit: [5, 50][self.below(2) as usize],
            as_of_ms: NOW - [0, 0, 2_000, 8_000][self.below(4) as usize],
            created_after_ms: (self.below(4) == 0).then_some(NOW - 6_000),
        }
    }
}

fn is_visible(item: &IndexItem, query: &IndexQuery) -> bool {
    (item.owner == 0 || item.owner == query.owner)
        && query.tiers.has(item.tier)
        && item.valid_from_ms <= query.as_of_ms
        && item.valid_to_ms.is_none_or(|to| query.as_of_ms < to)
        && item.expires_at_ms.is_none_or(|expires| query.as_of_ms < expires)
        && query.created_after_ms.is_none_or(|after| item.created_at_ms >= after)
}

/// Scores and coverages of BM25 by id, of the visible items alone.
fn texts(items: &BTreeMap<i64, IndexItem>, query: &IndexQuery) -> HashMap<i64, (f64, f64)> {
    let visible: Vec<_> = items.values().filter(|item| is_visible(item, query)).collect();
    let mean = visible.iter().map(|item| item.terms.len()).sum::<usize>() as f64 / visible.len().max(1) as f64;
    let mut found: HashMap<i64, (f64, f64)> = HashMap::new();
    let mut mass = 0.0;
    for term in &query.terms {
        let times = |item: &IndexItem| item.terms.iter().filter(|other| *other == term).count() as f64;
        let rows = visible.iter().filter(|item| times(item) > 0.0).count() as f64;
        let weight = (1.0 + (visible.len() as f64 - rows + 0.5) / (rows + 0.5)).ln();
        mass += weight;
        for item in visible.iter().filter(|item| times(item) > 0.0) {
            let length = item.terms.len() as f64 / mean.max(1.0);
            let entry = found.entry(item.id).or_default();
            entry.0 += weight * times(item) / (times(item) + 1.2 * (0.25 + 0.75 * length));
            entry.1 += weight;
        }
    }
    found.values_mut().for_each(|(_, held)| *held /= mass);
    found
}

fn cosines(items: &BTreeMap<i64, IndexItem>, query: &IndexQuery) -> HashMap<i64, f64> {
    let Some(question) = &query.embedding else { return HashMap::new() };
    let question = question.to_vector();
    let with =
        items.values().filter(|item| is_visible(item, query)).filter_map(|item| Some((item, item.embedding.as_ref()?)));
    let cosine = |embedding: &Embedding| -> f64 {
        let values = embedding.values.iter().map(|value| f64::from(*value) * f64::from(embedding.scale));
        values.zip(&question).map(|(one, other)| one * f64::from(*other)).sum()
    };
    let all = with.map(|(item, embedding)| (item.id, cosine(embedding)));
    all.filter(|(_, cosine)| *cosine >= f64::from(query.floor)).collect()
}

/// The scores of the ranks must be the best ones there are, in their order; which of two nearly equal rows is first may differ.
fn assert_best(what: &str, found: &mut Vec<(u32, i64, f64)>, expected: &HashMap<i64, f64>, limit: usize) {
    found.sort_unstable_by_key(|(rank, ..)| *rank);
    let mut best: Vec<f64> = expected.values().copied().collect();
    best.sort_unstable_by(|one, other| other.total_cmp(one));
    best.truncate(limit);
    assert_eq!(found.len(), best.len(), "{what}: {found:?} {best:?}");
    for ((place, (rank, id, score)), best) in found.iter().enumerate().zip(&best) {
        assert_eq!(*rank as usize, place + 1, "{what}");
        assert!((score - best).abs() < 1e-4, "{what} {place}: {score} {best}");
        assert!((score - expected[id]).abs() < 1e-4, "{what} {id}: {score} {}", expected[id]);
    }
}

fn check(index: &MemoryIndex, items: &BTreeMap<i64, IndexItem>, query: &IndexQuery) {
    let found = index.search(query);
    let texts = texts(items, query);
    for Candidate { id, tier, created_at_ms, text, .. } in &found {
        let item = &items[id];
        assert!(is_visible(item, query), "{item:?} is not for {query:?}");
        assert_eq!((item.tier, item.created_at_ms), (*tier, *created_at_ms));
        if let Some(text) = text {
            assert!((f64::from(text.coverage) - texts[id].1).abs() < 1e-4, "{text:?} {:?}", texts[id]);
        }
    }
    let mut by_text =
        found.iter().filter_map(|one| one.text.map(|text| (text.rank, one.id, f64::from(text.score)))).collect();
    let scores = texts.iter().map(|(id, (score, _))| (*id, *score)).collect();
    assert_best("text", &mut by_text, &scores, query.limit);
    let mut by_vector = found
        .iter()
        .filter_map(|one| one.vector.map(|vector| (vector.rank, one.id, f64::from(vector.cosine))))
        .collect();
    assert_best("vector", &mut by_vector, &cosines(items, query), query.limit);
}

/// Puts, replaces and removes items, and searches between.
fn mixed(seed: u64, writes: u64, ids: u64, each: u64) {
    let mut numbers = Numbers(seed);
    let (mut index, mut items) = (MemoryIndex::new(DIMENSION), BTreeMap::new());
    for write in 0..writes {
        let id = numbers.below(ids) as i64 - 3;
        if numbers.below(4) == 0 {
            index.remove(id);
            items.remove(&id);
        } else {
            let item = numbers.item(id);
            items.insert(id, item.clone());
            index.put(item);
        }
        assert_eq!(index.len(), items.len());
        if write % each == 0 {
            check(&index, &items, &numbers.query());
        }
    }
    for _ in 0..20 {
        check(&index, &items, &numbers.query());
    }
}

#[test]
fn a_small_index_finds_what_its_rules_say() {
    mixed(1, 3_000, 200, 7);
    mixed(2, 60, 5, 1);
}

#[test]
fn a_large_index_finds_what_its_rules_say() {
    mixed(3, 60_000, 45_000, 5_000);
}

#[test]
fn an_index_made_by_many_writes_ranks_as_one_made_at_once() {
    let mut numbers = Numbers(4);
    let (mut index, mut items) = (MemoryIndex::new(DIMENSION), BTreeMap::new());
    for _ in 0..60_000 {
        let item = numbers.item(numbers.0 as i64 % 30_000);
        items.insert(item.id, item.clone());
        index.put(item);
    }
    let mut anew = MemoryIndex::new(DIMENSION);
    items.values().for_each(|item| anew.put(item.clone()));
    for _ in 0..30 {
        let query = numbers.query();
        assert_eq!(index.search(&query), anew.search(&query));
    }
}

#[test]
fn scores_tell_nothing_of_what_others_have_stored() {
    let mut numbers = Numbers(5);
    let mut alone = MemoryIndex::new(DIMENSION);
    let mut shared = MemoryIndex::new(DIMENSION);
    for id in 0..500 {
        let item = IndexItem { owner: 1, ..numbers.item(id) };
        shared.put(IndexItem { owner: 2, id: 1_000 + id, ..numbers.item(id) });
        shared.put(item.clone());
        alone.put(item);
    }
    for _ in 0..50 {
        let query = IndexQuery { owner: 1, tiers: TierSet::ALL, ..numbers.query() };
        assert_eq!(alone.search(&query), shared.search(&query));
        let other = IndexQuery { owner: 3, ..query };
        assert_eq!(shared.search(&other), []);
    }
}

#[test]
fn what_is_removed_is_gone_and_its_place_is_given_back() {
    let mut numbers = Numbers(6);
    let mut index = MemoryIndex::new(DIMENSION);
    let item = |id| IndexItem { owner: 0, tier: MemoryTier::Daily, terms: vec![7, 8], ..numbers.item(id) };
    (0..10_000).map(item).for_each(|item| index.put(item));
    let full = index.bytes();
    (0..9_990).for_each(|id| index.remove(id));
    index.remove(5);
    index.remove(-1);
    assert_eq!((index.len(), index.is_empty()), (10, false));
    assert!(index.bytes() * 20 < full, "{} of {full}", index.bytes());
    (0..10_000).for_each(|id| index.remove(id));
    assert!(index.is_empty());
}

#[test]
fn an_item_of_a_tier_is_there_for_its_owner_and_for_all_if_it_is_the_workspaces() {
    let mut numbers = Numbers(8);
    let mut index = MemoryIndex::new(DIMENSION);
    let mut put = |index: &mut MemoryIndex, id, owner, tier| {
        index.put(IndexItem { owner, tier, valid_to_ms: Some(NOW - 1), ..numbers.item(id) });
    };
    put(&mut index, 1, 3, MemoryTier::Graph);
    put(&mut index, 2, 4, MemoryTier::Daily);
    let holds = |index: &MemoryIndex| [0, 3, 4, 5].map(|owner| index.holds_of(owner, MemoryTier::Graph));
    assert_eq!(holds(&index), [false, true, false, false], "even what does not hold now");
    put(&mut index, 3, 0, MemoryTier::Graph);
    assert_eq!(holds(&index), [true; 4]);
    index.remove(3);
    index.remove(1);
    assert_eq!(holds(&index), [false; 4]);
}

#[test]
fn equal_items_are_in_the_order_of_their_ids_and_odd_questions_find_nothing() {
    let mut numbers = Numbers(7);
    let mut index = MemoryIndex::new(DIMENSION);
    let one = IndexItem {
        is_embedded: true,
        owner: 0,
        tier: MemoryTier::Daily,
        valid_to_ms: None,
        expires_at_ms: None,
        terms: vec![7],
        ..numbers.item(0)
    };
    let one = IndexItem { embedding: numbers.vector(), ..one };
    for id in [5, 3, 9, 1] {
        index.put(IndexItem { id, ..one.clone() });
    }
    let query = IndexQuery {
        owner: 0,
        tiers: TierSet::ALL,
        terms: vec![7],
        embedding: one.embedding.clone(),
        floor: 0.2,
        limit: 3,
        as_of_ms: NOW,
        created_after_ms: None,
    };
    let found = index.search(&query);
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 3, 5]);
    assert!(found.iter().all(|one| one.text.is_some() && one.vector.is_some()));
    let wrong = Embedding::new(vec![1.0; DIMENSION + 1]);
    for odd in [
        IndexQuery { tiers: TierSet::default(), ..query.clone() },
        IndexQuery { limit: 0, ..query.clone() },
        IndexQuery { terms: Vec::new(), embedding: None, ..query.clone() },
        IndexQuery { terms: vec![99], embedding: wrong, ..query.clone() },
        IndexQuery { as_of_ms: i64::MIN, ..query.clone() },
    ] {
        assert_eq!(index.search(&odd), [], "{odd:?}");
    }
    let many = IndexQuery { terms: (0..100).collect(), ..query };
    assert_eq!(index.search(&many).len(), 3);
}
