//! What a caller holds of a turn that has begun.

use std::sync::Arc;

use crate::engine::error::{Error, Result};
use crate::engine::event::EventKind;
use crate::engine::follow::TurnEvents;
use crate::engine::live::LiveTurn;
use crate::ids::TurnId;
use crate::store::{Status, Turn};

/// A turn that has begun. Dropping it ends the turn if that was asked to end with its caller.
pub struct TurnHandle {
    /// The turn's id.
    pub turn_id: TurnId,
    live: Arc<LiveTurn>,
    ends_turn: bool,
}

impl Drop for TurnHandle {
    fn drop(&mut self) {
        if self.ends_turn {
            // A turn that has ended stays as it is.
            self.live.end(Status::Cancelled);
        }
    }
}

impl TurnHandle {
    pub(super) const fn new(turn_id: TurnId, live: Arc<LiveTurn>, ends_turn: bool) -> Self {
        Self { turn_id, live, ends_turn }
    }

    /// The turn's events from the first one on.
    #[must_use]
    pub fn events(&self) -> TurnEvents {
        TurnEvents::live(Arc::clone(&self.live), 0)
    }

    /// Waits for the end of the turn.
    ///
    /// # Errors
    /// The store's.
    pub async fn finished(&self) -> Result<Arc<Turn>> {
        let mut events = self.events();
        while let Some(batch) = events.next().await? {
            if let Some(EventKind::Done { turn } | EventKind::Failed { turn }) = batch.last().map(|event| &event.kind) {
                return Ok(Arc::clone(turn));
            }
        }
        Err(Error::NotFound("turn"))
    }
}
