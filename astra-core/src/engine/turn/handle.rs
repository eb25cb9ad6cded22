//! What a caller holds of a turn that has begun.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::error::Result;
use crate::engine::follow::{TurnEvents, settled};
use crate::engine::live::LiveTurn;
use crate::ids::TurnId;
use crate::store::{Rows, Status, Turn};

/// A turn that has begun. Dropping it ends the turn if that was asked to end with its caller.
pub struct TurnHandle {
    /// The turn's id.
    pub turn_id: TurnId,
    engine: Arc<Engine>,
    rows: Rows,
    /// The turn, if it ran here when this was made.
    live: Option<Arc<LiveTurn>>,
    ends_turn: bool,
}

impl Drop for TurnHandle {
    fn drop(&mut self) {
        if self.ends_turn {
            // A turn that has ended stays as it is.
            if let Some(live) = &self.live {
                live.end(Status::Cancelled);
            }
            if self.live.as_ref().is_none_or(|live| live.has_left()) {
                self.engine.cancel_later(&self.rows, self.turn_id);
            }
        }
    }
}

impl TurnHandle {
    pub(super) const fn new(
        engine: Arc<Engine>,
        rows: Rows,
        turn_id: TurnId,
        live: Option<Arc<LiveTurn>>,
        ends_turn: bool,
    ) -> Self {
        Self { turn_id, engine, rows, live, ends_turn }
    }

    /// The turn's events from the first one on.
    #[must_use]
    pub fn events(&self) -> TurnEvents {
        TurnEvents::new(Arc::clone(&self.engine), self.rows.clone(), self.turn_id, self.live.clone(), 0)
    }

    /// Lets the turn go on without its caller.
    pub fn release(&mut self) {
        self.ends_turn = false;
    }

    /// Waits for the end of the turn, or until it waits for results of its caller.
    ///
    /// # Errors
    /// The store's.
    pub async fn finished(&self) -> Result<Arc<Turn>> {
        settled(&mut self.events()).await
    }
}
