//! The search of memory for a question begins while the question is being kept: a commit waits for the disk, a search does not.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Engine;
use super::agent::AgentVersion;
use super::look_up::{Found, request};
use super::turn::{Ask, TurnCaller};
use crate::content::Role;
use crate::ids::MemoryProfileId;
use crate::store::{Rows, Session};

type Search = Pin<Box<dyn Future<Output = Found> + Send>>;

/// A search that was begun before the turn was kept.
pub(super) struct Prefetch {
    user_id: Arc<str>,
    profile_id: Option<MemoryProfileId>,
    search: Search,
    found: Option<Found>,
}

impl Prefetch {
    /// Whether the search is the one of a turn of this session and this agent.
    pub(super) fn is_of(&self, session: &Session, agent: &AgentVersion) -> bool {
        *self.user_id == *session.user_id && self.profile_id == agent.definition.memory_profile_id
    }

    /// What was found; `None` if there is nothing to search.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn found(mut self) -> Found {
        match self.found.take() {
            Some(found) => found,
            None => self.search.await,
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        if self.found.is_none()
            && let Poll::Ready(found) = self.search.as_mut().poll(context)
        {
            self.found = Some(found);
        }
    }
}

/// Waits for `kept`, and goes on with the search meanwhile, if there is one.
pub(super) async fn beside<T>(prefetch: &mut Option<Prefetch>, kept: impl Future<Output = T>) -> T {
    let Some(prefetch) = prefetch else { return kept.await };
    tokio::pin!(kept);
    std::future::poll_fn(|context| {
        // First the one that others wait for.
        let kept = kept.as_mut().poll(context);
        if kept.is_pending() {
            prefetch.poll(context);
        }
        kept
    })
    .await
}

impl Engine {
    /// The search for a question that is about to be kept, not begun yet; none where nothing is recalled.
    pub(super) fn prefetch(
        self: &Arc<Self>,
        rows: &Rows,
        caller: &TurnCaller,
        ask: &Ask,
        agent: &AgentVersion,
        now_ms: i64,
    ) -> Option<Prefetch> {
        // On PostgreSQL a search that nothing drives for a moment would keep a connection that its own turn may wait for.
        if !self.memory.is_enabled() || ask.role != Role::User || self.store.is_shared() {
            return None;
        }
        let question = ask.content.texts().into_owned();
        if question.trim().is_empty() {
            return None;
        }
        let profile_id = agent.definition.memory_profile_id;
        let (engine, rows, user_id) = (Arc::clone(self), rows.clone(), Arc::clone(&caller.user_id));
        let search = async move {
            let profile = engine.memory.profile(&rows, profile_id).await?;
            engine.look_up(&rows, request(&question, &user_id, &profile, now_ms)).await
        };
        Some(Prefetch { user_id: Arc::clone(&caller.user_id), profile_id, search: Box::pin(search), found: None })
    }
}
