//! The turns that this gateway is running: their events as they happen, and the way to end them.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::event::{EventKind, TurnEvent};
use super::signals::Signals;
use super::turn_limits::Admission;
use crate::ids::TurnId;
use crate::store::Status;

/// A reader who comes late gets so many events at a time.
const BATCH: usize = 256;

/// A running turn.
pub(super) struct LiveTurn {
    turn_id: TurnId,
    log: Mutex<Log>,
    latest: watch::Sender<i64>,
    /// Whether it is not run here any more, and has not ended.
    has_left: AtomicBool,
    end: CancellationToken,
    /// How the turn ends when `end` is called.
    ends_as: Mutex<Status>,
}

/// The events of a turn so far. What came piece by piece is one text with its borders, so that a piece of one byte does
/// not cost a hundred.
#[derive(Default)]
struct Log {
    text: String,
    /// Where the text of each event ends; one that has none ends where the one before it does.
    ends: Vec<u32>,
    /// The events that are no text, by their place.
    others: BTreeMap<usize, EventKind>,
}

impl Log {
    fn push(&mut self, kind: EventKind) {
        match kind {
            EventKind::Content { delta } => self.text.push_str(&delta),
            other => drop(self.others.insert(self.ends.len(), other)),
        }
        // A text has at most 16 MiB: a provider's answer that has more is cut.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    fn kind(&self, place: usize) -> EventKind {
        if let Some(other) = self.others.get(&place) {
            return other.clone();
        }
        let end = |place: usize| self.ends.get(place).and_then(|end| usize::try_from(*end).ok());
        let start = place.checked_sub(1).and_then(end).unwrap_or(0);
        let delta = self.text.get(start..end(place).unwrap_or(start)).unwrap_or_default();
        EventKind::Content { delta: delta.to_owned() }
    }
}

type Turns = Arc<Mutex<HashMap<TurnId, Arc<LiveTurn>>>>;

/// All running turns, and those who wait for something to happen in a session.
#[derive(Default)]
pub(super) struct LiveTurns {
    turns: Turns,
    pub(super) signals: Signals,
}

/// A turn's place among the live turns, for as long as it is held.
pub(super) struct LiveGuard {
    pub(super) live: Arc<LiveTurn>,
    turns: Turns,
    _admission: Option<Admission>,
}

impl Drop for LiveGuard {
    fn drop(&mut self) {
        let mut turns = lock(&self.turns);
        // A turn that waited may have a new seat already.
        if turns.get(&self.live.turn_id).is_some_and(|live| Arc::ptr_eq(live, &self.live)) {
            turns.remove(&self.live.turn_id);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves these collections whole: each change is one operation.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LiveTurn {
    fn new(turn_id: TurnId) -> Self {
        Self {
            turn_id,
            log: Mutex::default(),
            latest: watch::Sender::new(0),
            has_left: AtomicBool::new(false),
            end: CancellationToken::new(),
            ends_as: Mutex::new(Status::Cancelled),
        }
    }

    /// Adds events to the log; followers get them together.
    pub(super) fn publish(&self, kinds: impl IntoIterator<Item = EventKind>) {
        let mut log = lock(&self.log);
        kinds.into_iter().for_each(|kind| log.push(kind));
        let latest = i64::try_from(log.ends.len()).unwrap_or(i64::MAX);
        drop(log);
        self.latest.send_replace(latest);
    }

    /// The sequence number of the newest event.
    #[must_use]
    pub(super) fn latest(&self) -> i64 {
        *self.latest.borrow()
    }

    /// The first events after `seq` that are there.
    #[must_use]
    pub(super) fn after(&self, seq: i64) -> Vec<Arc<TurnEvent>> {
        let log = lock(&self.log);
        let start = usize::try_from(seq).unwrap_or(0);
        let places = (start..log.ends.len()).take(BATCH);
        let event = |place: usize| {
            let seq = i64::try_from(place).unwrap_or(i64::MAX - 1) + 1;
            Arc::new(TurnEvent { turn_id: self.turn_id, seq, kind: log.kind(place) })
        };
        places.map(event).collect()
    }

    /// Waits for events after `seq`. There are none if the turn is not run here any more.
    pub(super) async fn wait_after(&self, seq: i64) -> Vec<Arc<TurnEvent>> {
        let mut latest = self.latest.subscribe();
        // The sender lives as long as this turn, so the wait cannot fail.
        let _ = latest.wait_for(|latest| *latest > seq || self.has_left()).await;
        self.after(seq)
    }

    /// Tells followers that the turn is not run here any more, and has not ended.
    pub(super) fn leave(&self) {
        self.has_left.store(true, Ordering::Release);
        self.latest.send_modify(|_| {});
    }

    /// Whether it is not run here any more, and has not ended.
    pub(super) fn has_left(&self) -> bool {
        self.has_left.load(Ordering::Acquire)
    }

    /// Ends the turn with `status`; the first call decides.
    pub(super) fn end(&self, status: Status) {
        let mut ends_as = lock(&self.ends_as);
        if !self.end.is_cancelled() {
            *ends_as = status;
            self.end.cancel();
        }
    }

    /// Waits for the call of [`LiveTurn::end`]; answers its status.
    pub(super) async fn ended(&self) -> Status {
        self.end.cancelled().await;
        *lock(&self.ends_as)
    }
}

impl LiveTurns {
    /// Registers a turn that this gateway is about to run, and that was admitted.
    pub(super) fn register(&self, turn_id: TurnId, admission: Option<Admission>) -> LiveGuard {
        let live = Arc::new(LiveTurn::new(turn_id));
        lock(&self.turns).insert(turn_id, Arc::clone(&live));
        LiveGuard { live, turns: Arc::clone(&self.turns), _admission: admission }
    }

    /// As [`LiveTurns::register`], for a turn that has waited; `None` if it has a seat here.
    pub(super) fn seat(&self, turn_id: TurnId, admission: Option<Admission>) -> Option<LiveGuard> {
        let mut turns = lock(&self.turns);
        if turns.contains_key(&turn_id) {
            return None;
        }
        let live = Arc::new(LiveTurn::new(turn_id));
        turns.insert(turn_id, Arc::clone(&live));
        drop(turns);
        Some(LiveGuard { live, turns: Arc::clone(&self.turns), _admission: admission })
    }

    /// The running turn of this id, if it runs here.
    #[must_use]
    pub(super) fn get(&self, turn_id: TurnId) -> Option<Arc<LiveTurn>> {
        lock(&self.turns).get(&turn_id).cloned()
    }

    /// All running turns.
    #[must_use]
    pub(super) fn all(&self) -> Vec<Arc<LiveTurn>> {
        lock(&self.turns).values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SessionId;

    fn turn(pieces: &[&str]) -> LiveTurn {
        let turn = LiveTurn::new(TurnId::from_key(1));
        let first = EventKind::SessionResolved { session_id: SessionId::from_key(1), is_new: true, agent_version: 1 };
        turn.publish([first]);
        turn.publish(pieces.iter().map(|piece| EventKind::Content { delta: (*piece).to_owned() }));
        turn
    }

    #[test]
    fn each_event_is_what_was_published_in_its_place() {
        let turn = turn(&["zwölf", "", "€", "13"]);
        let events = turn.after(0);
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert!(matches!(events[0].kind, EventKind::SessionResolved { .. }));
        let deltas = events[1..].iter().map(|event| match &event.kind {
            EventKind::Content { delta } => delta.as_str(),
            other => panic!("{other:?}"),
        });
        assert_eq!(deltas.collect::<Vec<_>>(), ["zwölf", "", "€", "13"]);
        assert_eq!(turn.after(4).len(), 1);
        assert!(turn.after(5).is_empty() && turn.after(99).is_empty());
    }

    #[test]
    fn who_comes_late_reads_in_batches() {
        let turn = turn(&vec!["x"; 1_000]);
        let (mut seq, mut reads) = (0, 0);
        while let Some(last) = turn.after(seq).last() {
            (seq, reads) = (last.seq, reads + 1);
        }
        assert_eq!((seq, reads), (1_001, 4));
    }
}
