//! A search over all tiers of a workspace's memory: by words, by vectors and by the graph, fused to one ranking.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Memory;
use super::analyse::query_terms;
use super::directory::WorkspaceIndex;
use super::graph::{self, GraphRecall};
use super::hit::{Hit, HitItem, HitSources};
use super::index::{Candidate, IndexQuery, MemoryIndex};
use super::profile::TierWeights;
use super::rank::{RankRequest, Ranked, Sources, rank};
use crate::ids::{SessionId, TurnId};
use crate::store::{self, MemoryTier, RecalledQuestion, Rows, SUCCESS_COUNT, StoredMemory, TierSet, weight_of_daily};

/// Characters of a query that are looked at.
pub const QUERY_CHARS_MAX: usize = 2_000;
/// From so many items on a search has a thread of its own.
const ITEMS_INLINE: usize = 20_000;
/// Candidates of each source for each hit that is asked for, and at least.
const CANDIDATES_A_HIT: usize = 4;
const CANDIDATES_LEAST: usize = 100;
/// Hits whose words are read at least, if a part of them is left out.
const SPARE: usize = 16;
/// What weighs less of a daily note is forgotten, but for a search of the past.
const DAILY_LEAST: f64 = 0.2;

/// What is searched for, and by whom.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// The query. What is longer than [`QUERY_CHARS_MAX`] is cut.
    pub text: String,
    /// Who asks: it finds its own memory and the workspace's.
    pub user_id: Arc<str>,
    /// The tiers that are searched.
    pub tiers: TierSet,
    /// Most hits.
    pub limit: usize,
    /// The least score of a hit, 0 to 1.
    pub min_score: f64,
    /// The time whose memory is searched, if it is not now: in milliseconds since the epoch.
    pub as_of_ms: Option<i64>,
    /// Only what was said later is found, in milliseconds since the epoch.
    pub created_after_ms: Option<i64>,
    /// What the scores of each tier are multiplied with.
    pub weights: TierWeights,
    /// Whether the graph is asked, if its tier is among those that are searched.
    pub asks_graph: bool,
    /// The session whose questions are left out.
    pub without_session: Option<SessionId>,
    /// Now, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// What was found, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The hits.
    pub hits: Vec<Hit>,
    /// Whether there was something to search: tiers, and a workspace in which something was kept.
    pub is_searched: bool,
    /// Whether vectors were compared: not if the query has none, if it could not be had in time, or if the workspace does not allow
    /// the model that makes it.
    pub has_vectors: bool,
    /// 0 to 1: the share of the workspace's items that the embedder was asked about. The others are found by words alone.
    pub vector_coverage: f64,
}

impl Default for Found {
    fn default() -> Self {
        Self { hits: Vec::new(), is_searched: false, has_vectors: false, vector_coverage: 1.0 }
    }
}

/// What a search has found, best first, before its words are read.
pub struct Ranking {
    request: SearchRequest,
    ranked: Vec<Ranked>,
    walked: GraphRecall,
    owner: i64,
    has_vectors: bool,
    vector_coverage: f64,
}

impl Ranking {
    /// The number of the subject who asks; 0 if memory does not know it.
    pub const fn owner(&self) -> i64 {
        self.owner
    }

    /// Leaves out the questions of a session.
    pub const fn leave_out(&mut self, session: SessionId) {
        self.request.without_session = Some(session);
    }

    /// The hits with their words, which are read of `rows`.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(self, rows: &Rows) -> store::Result<Found> {
        let hits = hits(rows, self.ranked, self.walked, &self.request, self.owner).await?;
        Ok(Found { hits, is_searched: true, has_vectors: self.has_vectors, vector_coverage: self.vector_coverage })
    }
}

impl Memory {
    /// Searches the memory of the workspace of `rows`.
    ///
    /// # Errors
    /// The store's.
    pub async fn search(&self, rows: &Rows, request: SearchRequest) -> store::Result<Found> {
        match self.rank(rows, request).await? {
            Some(ranking) => ranking.read(rows).await,
            None => Ok(Found::default()),
        }
    }

    /// As [`Memory::search`], up to where the words are read; `None` if there is nothing to search.
    ///
    /// # Errors
    /// The store's.
    pub async fn rank(&self, rows: &Rows, request: SearchRequest) -> store::Result<Option<Ranking>> {
        if request.tiers.is_empty() || request.limit == 0 {
            return Ok(None);
        }
        let Some(index) = self.directory().of(rows, self.embedder().space()).await? else { return Ok(None) };
        let text: String = request.text.chars().take(QUERY_CHARS_MAX).collect();
        let owner = rows.memories().owner(&request.user_id).await?.unwrap_or(0);
        let query = self.query(rows, &request, &text, owner).await?;
        let asks_graph = request.asks_graph && request.as_of_ms.is_none() && request.tiers.has(MemoryTier::Graph);
        let asked = Sources { text: !query.terms.is_empty(), vector: query.embedding.is_some(), graph: asks_graph };
        let (limit, has_vectors) = (query.limit, asked.vector);
        // A graph that has nothing for who asks is not looked into.
        let has_graph = asks_graph && index.look(|index| index.holds_of(owner, MemoryTier::Graph));
        let (candidates, walked) = tokio::join!(self.candidates(&index, query), async {
            if has_graph {
                graph::recall(rows, owner, &text, request.now_ms, limit).await
            } else {
                Ok(GraphRecall::default())
            }
        });
        let (candidates, walked) = (candidates?, walked?);
        let weight_of = |_: i64, tier: MemoryTier, created_at_ms: i64| weight(&request, tier, created_at_ms);
        let ranked = rank(RankRequest {
            candidates,
            graph: &walked.ranked,
            asked,
            weight_of: &weight_of,
            min_score: request.min_score,
            cap: request.limit.saturating_mul(2).max(request.limit.saturating_add(20)),
        });
        let vector_coverage = index.look(MemoryIndex::vector_coverage);
        Ok(Some(Ranking { request, ranked, walked, owner, has_vectors, vector_coverage }))
    }

    async fn query(&self, rows: &Rows, request: &SearchRequest, text: &str, owner: i64) -> store::Result<IndexQuery> {
        let may_embed = self.may_embed(rows).await?;
        Ok(IndexQuery {
            owner,
            tiers: request.tiers,
            terms: query_terms(text),
            embedding: if may_embed { self.embedder().of_query(text).await } else { None },
            floor: self.embedder().space().floor,
            limit: request.limit.saturating_mul(CANDIDATES_A_HIT).max(CANDIDATES_LEAST),
            as_of_ms: request.as_of_ms.unwrap_or(request.now_ms),
            created_after_ms: request.created_after_ms,
        })
    }

    /// What the index has of a query. A large one is searched beside the threads that serve requests.
    async fn candidates(&self, index: &Arc<WorkspaceIndex>, query: IndexQuery) -> store::Result<Vec<Candidate>> {
        if index.len() < ITEMS_INLINE {
            return Ok(index.look(|index| index.search(&query)));
        }
        let _permit = self.permits().acquire().await.map_err(store::Error::broken)?;
        let index = Arc::clone(index);
        let search = move || index.look(|index| index.search(&query));
        tokio::task::spawn_blocking(search).await.map_err(store::Error::broken)
    }
}

/// What a score is multiplied with: the weight of its tier, and of a daily note what its age leaves of it.
fn weight(request: &SearchRequest, tier: MemoryTier, created_at_ms: i64) -> f64 {
    let of_age = if tier == MemoryTier::Daily {
        let left = weight_of_daily(request.as_of_ms.unwrap_or(request.now_ms).saturating_sub(created_at_ms));
        if left < DAILY_LEAST && request.as_of_ms.is_none() { 0.0 } else { left }
    } else {
        1.0
    };
    request.weights.of(tier) * of_age
}

/// The hits with their words. Some may be gone since the index was read, and some are left out: others take their places.
async fn hits(
    rows: &Rows,
    mut ranked: Vec<Ranked>,
    mut walked: GraphRecall,
    request: &SearchRequest,
    owner: i64,
) -> store::Result<Vec<Hit>> {
    let (mut memories, mut questions, mut looked_at) = (HashMap::new(), HashMap::new(), Vec::new());
    loop {
        let rest = ranked.split_off(ranked.len().min(request.limit.saturating_sub(looked_at.len()).max(SPARE)));
        texts(rows, &ranked, request, owner, &mut memories, &mut questions).await?;
        looked_at.append(&mut ranked);
        let hit = |one: &Ranked| match one.tier {
            MemoryTier::Session => of_question(one, questions.get(&one.id)?, request),
            _ => Some(of_memory(one, memories.get(&one.id)?)),
        };
        let mut hits = without_told(looked_at.iter().filter_map(hit).collect(), &memories, request.limit);
        if rest.is_empty() || hits.len() >= request.limit {
            hits.truncate(request.limit);
            for hit in &mut hits {
                if let HitItem::Memory(id) = hit.item {
                    hit.edges = walked.edges.remove(&id.key()).unwrap_or_default();
                }
            }
            return Ok(hits);
        }
        ranked = rest;
    }
}

/// Reads the words of `ranked`, without those that are gone or not to be shown.
async fn texts(
    rows: &Rows,
    ranked: &[Ranked],
    request: &SearchRequest,
    owner: i64,
    memories: &mut HashMap<i64, StoredMemory>,
    questions: &mut HashMap<i64, RecalledQuestion>,
) -> store::Result<()> {
    let ids = |of_session: bool| -> Vec<i64> {
        let is_meant = |one: &&Ranked| (one.tier == MemoryTier::Session) == of_session;
        ranked.iter().filter(is_meant).map(|one| one.id).collect()
    };
    let (kept, turns) = (ids(false), ids(true));
    let (found, asked) = tokio::join!(rows.memories().find_many(&kept), rows.turns().questions(turns));
    let shown = found?.into_iter().filter(|memory| is_shown(memory, request, owner));
    memories.extend(shown.map(|memory| (memory.id.key(), memory)));
    questions.extend(asked?.into_iter().map(|question| (question.turn_id.key(), question)));
    Ok(())
}

/// Without questions that were asked before in the same words, or whose words are, for the greater part, quotes of memories among
/// the hits that are answered.
fn without_told(mut hits: Vec<Hit>, memories: &HashMap<i64, StoredMemory>, limit: usize) -> Vec<Hit> {
    let mut quoted: HashMap<TurnId, usize> = HashMap::new();
    for hit in hits.iter().take(limit) {
        let HitItem::Memory(id) = hit.item else { continue };
        let Some(memory) = memories.get(&id.key()) else { continue };
        if let (Some(turn), Some(quote)) = (memory.turn_id, &memory.quote) {
            *quoted.entry(turn).or_default() += quote.chars().count();
        }
    }
    let mut asked = HashSet::new();
    hits.retain(|hit| match hit.item {
        HitItem::Memory(_) => true,
        HitItem::Question(turn) => {
            let quoted = quoted.get(&turn).copied().unwrap_or(0);
            quoted.saturating_mul(10) < hit.content.chars().count().saturating_mul(6)
                && asked.insert(hit.content.clone())
        }
    });
    hits
}

/// Whether a memory is still what was searched for: the graph leads to what the index does not look at.
fn is_shown(memory: &StoredMemory, request: &SearchRequest, owner: i64) -> bool {
    let at_ms = request.as_of_ms.unwrap_or(request.now_ms);
    (memory.subject == 0 || memory.subject == owner)
        && request.tiers.has(memory.tier)
        && memory.expires_at_ms.is_none_or(|expires_at_ms| expires_at_ms > at_ms)
        && memory.valid_from_ms <= at_ms
        && memory.valid_to_ms.is_none_or(|valid_to_ms| valid_to_ms > at_ms)
        && request.created_after_ms.is_none_or(|after_ms| memory.created_at_ms >= after_ms)
}

fn of_memory(one: &Ranked, memory: &StoredMemory) -> Hit {
    Hit {
        item: HitItem::Memory(memory.id),
        tier: memory.tier,
        content: memory.content.clone(),
        score: one.score,
        sources: HitSources::from(one),
        is_workspaces: memory.subject == 0,
        trust: memory.trust,
        created_at_ms: memory.created_at_ms,
        session_id: memory.session_id,
        success_count: memory.data.get(SUCCESS_COUNT).and_then(serde_json::Value::as_u64).unwrap_or(0),
        edges: Vec::new(),
    }
}

fn of_question(one: &Ranked, question: &RecalledQuestion, request: &SearchRequest) -> Option<Hit> {
    if request.without_session == Some(question.session_id) {
        return None;
    }
    Some(Hit {
        item: HitItem::Question(question.turn_id),
        tier: MemoryTier::Session,
        content: question.content.texts().into_owned(),
        score: one.score,
        sources: HitSources::from(one),
        is_workspaces: false,
        trust: 1.0,
        created_at_ms: one.created_at_ms,
        session_id: Some(question.session_id),
        success_count: 0,
        edges: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    fn request(as_of_ms: Option<i64>) -> SearchRequest {
        SearchRequest {
            text: String::new(),
            user_id: "usr_1".into(),
            tiers: TierSet::ALL,
            limit: 10,
            min_score: 0.0,
            as_of_ms,
            created_after_ms: None,
            weights: TierWeights { graph: 0.5, ..TierWeights::default() },
            asks_graph: true,
            without_session: None,
            now_ms: 100 * DAY_MS,
        }
    }

    #[test]
    fn a_daily_note_loses_weight_and_is_forgotten_but_for_the_past() {
        let of_age = |days: i64| weight(&request(None), MemoryTier::Daily, (100 - days) * DAY_MS);
        assert!((of_age(7) - 1.0).abs() < 1e-9 && (of_age(8) - 0.88).abs() < 1e-9);
        assert!(of_age(13) > 0.2 && of_age(14).abs() < 1e-9, "{} {}", of_age(13), of_age(14));
        let past = weight(&request(Some(87 * DAY_MS)), MemoryTier::Daily, 86 * DAY_MS);
        assert!((past - 1.0).abs() < 1e-9);
    }

    #[test]
    fn tiers_have_weights_and_their_age_none() {
        assert!((weight(&request(None), MemoryTier::Graph, 0) - 0.5).abs() < 1e-9);
        assert!((weight(&request(None), MemoryTier::Procedural, 0) - 1.0).abs() < 1e-9);
    }
}
