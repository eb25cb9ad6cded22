//! One reader of a workspace's log. It asks for more when it has dealt with what it has: a slow one holds up nothing but itself.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::log::EventLog;
use crate::store::{self, StoredEvent, WorkspaceId};

/// How many events a reader gets at a time.
const PIECE: u32 = 200;
/// How often a reader says that it is there, so that events of turns are written on.
const NOTE_EVERY: Duration = Duration::from_secs(3_600);

/// A reader of a workspace's log.
pub struct EventReader {
    log: Arc<EventLog>,
    workspace: WorkspaceId,
    /// The position of the last event that it has read.
    position: i64,
    newest: watch::Receiver<i64>,
    /// When it said last that it is there.
    noted_at: Instant,
}

/// Why a log cannot be followed from a position.
#[derive(Debug)]
pub enum FollowError {
    /// The log is kept from this position on only, which is after the one behind the reader's.
    Swept(i64),
    /// The log has no such position yet: this one is its newest.
    Unknown(i64),
    /// The store's.
    Store(store::Error),
}

impl From<store::Error> for FollowError {
    fn from(fault: store::Error) -> Self {
        Self::Store(fault)
    }
}

impl EventLog {
    /// Follows the log of a workspace after `position`, or from its present end on. From now on events of turns are written in
    /// this workspace.
    ///
    /// # Errors
    /// [`FollowError`].
    pub async fn follow(
        self: &Arc<Self>,
        workspace: &WorkspaceId,
        position: Option<i64>,
    ) -> Result<EventReader, FollowError> {
        self.store.note_event_reader(workspace, self.clock.now_ms()).await?;
        let newest = self.newest(workspace);
        let range = self.store.event_range(workspace).await?;
        let position = match position {
            Some(position) if position > range.last => return Err(FollowError::Unknown(range.last)),
            Some(position) if position + 1 < range.first => return Err(FollowError::Swept(range.first)),
            Some(position) => position,
            None => range.last,
        };
        let (log, workspace, noted_at) = (Arc::clone(self), workspace.clone(), Instant::now());
        Ok(EventReader { log, workspace, position, newest, noted_at })
    }
}

impl EventReader {
    /// The next events, oldest first; waits until there are some. `None` if the log is not kept any more from where the reader
    /// is: it has been too slow.
    ///
    /// # Errors
    /// The store's.
    pub async fn next(&mut self) -> store::Result<Option<Vec<StoredEvent>>> {
        loop {
            if self.noted_at.elapsed() >= NOTE_EVERY {
                self.log.store.note_event_reader(&self.workspace, self.log.clock.now_ms()).await?;
                self.noted_at = Instant::now();
            }
            // Comes first: what the log is known to have is asked for after that.
            let known = *self.newest.borrow_and_update();
            let events = self.log.store.events_after(&self.workspace, self.position, PIECE).await?;
            if let (Some(first), Some(last)) = (events.first(), events.last()) {
                let has_gap = first.position != self.position + 1;
                self.position = last.position;
                return Ok((!has_gap).then_some(events));
            }
            // It was there, and is swept.
            if known > self.position {
                return Ok(None);
            }
            let is_over =
                timeout_at(self.noted_at + NOTE_EVERY, self.newest.changed()).await.is_ok_and(|told| told.is_err());
            if is_over {
                return Ok(None);
            }
        }
    }
}
