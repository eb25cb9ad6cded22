//! What memory has for a question: found by one search, with what is known of the user beside it. It may run before the turn is
//! kept, so it reads nothing of the turn.

use super::Engine;
use crate::memory::profile::MemoryProfileSettings;
use crate::memory::search::{Ranking, SearchRequest};
use crate::store::{self, KnownProfile, MemoryTier, Rows};

/// What memory has for a question, before the words of it are read.
pub(super) struct LookedUp {
    /// The hits, best first.
    pub(super) ranking: Ranking,
    /// What is known of the user; nothing if it is not asked for.
    pub(super) known: KnownProfile,
}

/// What came of it; `None` if there is nothing to search.
pub(super) type Found = store::Result<Option<Box<LookedUp>>>;

impl Engine {
    /// Looks a question up.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn look_up(&self, rows: &Rows, request: SearchRequest) -> Found {
        let (has_profile, now_ms) = (request.tiers.has(MemoryTier::Profile), request.now_ms);
        let Some(ranking) = self.memory.rank(rows, request).await? else { return Ok(None) };
        let known = match ranking.owner() {
            owner if has_profile && owner != 0 => rows.user_profiles().known(owner, now_ms).await?,
            _ => KnownProfile::default(),
        };
        Ok(Some(Box::new(LookedUp { ranking, known })))
    }
}

/// The search for a question of a user.
pub(super) fn request(question: &str, user_id: &str, profile: &MemoryProfileSettings, now_ms: i64) -> SearchRequest {
    SearchRequest {
        text: question.to_owned(),
        user_id: user_id.into(),
        tiers: profile.tiers(),
        limit: usize::try_from(profile.max_context_chunks).unwrap_or(usize::MAX),
        min_score: profile.min_score,
        as_of_ms: None,
        created_after_ms: profile.created_after_ms(now_ms),
        weights: profile.tier_weights,
        asks_graph: true,
        without_session: None,
        now_ms,
    }
}
