//! Following turns and sessions: live where they run here, from the store where they ran before or run elsewhere.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::Engine;
use super::event::{EventKind, TurnEvent, replay};
use super::live::LiveTurn;
use super::signals::Listener;
use crate::ids::{SessionId, TurnId};
use crate::store::{Result, Rows, Status, ToolEntry, Turn, VisibleTo};

/// How often another gateway's turn is looked up in the store.
const POLL: Duration = Duration::from_millis(250);

/// How often a turn is looked up that waits, where no other gateway can take it on.
const SLOW_POLL: Duration = Duration::from_secs(2);

/// The events of one turn, in order, each once: live while it runs here, from the store while it waits or runs elsewhere.
pub struct TurnEvents {
    engine: Arc<Engine>,
    rows: Rows,
    turn_id: TurnId,
    /// The turn, while it runs here.
    live: Option<Arc<LiveTurn>>,
    seq: i64,
    ended: bool,
}

impl TurnEvents {
    pub(super) const fn new(
        engine: Arc<Engine>,
        rows: Rows,
        turn_id: TurnId,
        live: Option<Arc<LiveTurn>>,
        after: i64,
    ) -> Self {
        Self { engine, rows, turn_id, live, seq: after, ended: false }
    }

    /// The next events, together as they came; `None` after the last.
    ///
    /// # Errors
    /// The store's, if the turn does not run here.
    pub async fn next(&mut self) -> Result<Option<Vec<Arc<TurnEvent>>>> {
        if self.ended {
            return Ok(None);
        }
        let here = match &self.live {
            Some(live) => live.wait_after(self.seq).await,
            None => Vec::new(),
        };
        let events = if here.is_empty() {
            self.live = None;
            match self.poll().await? {
                Some(events) => events,
                None => return Ok(None),
            }
        } else {
            here
        };
        if let Some(last) = events.last() {
            self.seq = last.seq;
            self.ended = last.kind.is_last();
        }
        Ok(Some(events))
    }

    /// Waits until the store has events after those that were seen, or the turn runs here; `None` if the turn is gone or had no
    /// event after them.
    async fn poll(&mut self) -> Result<Option<Vec<Arc<TurnEvent>>>> {
        let signal = match self.look().await? {
            Look::Found(events) => return Ok(events),
            Look::Nothing(turn) => self.engine.live_turns.signals.listen(self.rows.workspace(), turn.session_id),
        };
        loop {
            // Listening begins before the look, so that what happens in between is not missed.
            let mut notified = std::pin::pin!(signal.notified());
            notified.as_mut().enable();
            let turn = match self.look().await? {
                Look::Found(events) => return Ok(events),
                Look::Nothing(turn) => turn,
            };
            let is_ours = turn.status.is_waiting() && !self.engine.has_peers();
            let _ = tokio::time::timeout(if is_ours { SLOW_POLL } else { POLL }, notified).await;
        }
    }

    /// Looks for events after those that were seen, here and in the store.
    async fn look(&mut self) -> Result<Look> {
        if let Some(live) = self.engine.live_turns.get(self.turn_id) {
            let events = live.wait_after(self.seq).await;
            if !events.is_empty() {
                self.live = Some(live);
                return Ok(Look::Found(Some(events)));
            }
        }
        // The turn before its events: what is missing from the events was not there when the turn was read.
        let Some(turn) = self.rows.turns().find(self.turn_id, VisibleTo::All).await? else {
            return Ok(Look::Found(None));
        };
        let events = replay(&turn, self.rows.turn_events().read(self.turn_id, self.seq).await?, self.seq);
        if !events.is_empty() {
            return Ok(Look::Found(Some(events)));
        }
        Ok(if turn.status.is_final() { Look::Found(None) } else { Look::Nothing(Box::new(turn)) })
    }
}

/// What comes of a look for events.
enum Look {
    /// These events; none if none will come.
    Found(Option<Vec<Arc<TurnEvent>>>),
    /// None yet.
    Nothing(Box<Turn>),
}

/// What happens in a session, of all its writers: the events of its turns, one turn after the other.
pub struct SessionEvents {
    engine: Arc<Engine>,
    rows: Rows,
    session_id: SessionId,
    signal: Listener,
    /// Whether the session was seen to be there after `signal` was listened to.
    is_known: bool,
    /// The turn that is being followed.
    current: Option<TurnEvents>,
    /// The number of the turn that was followed last.
    number: i64,
    waiting: VecDeque<SessionEvent>,
}

/// One thing that happened in a session.
#[derive(Debug, Clone)]
pub enum SessionEvent {
    /// A question came; its turn's events follow.
    Started(Box<Turn>),
    /// An event of the turn.
    Turn(Arc<TurnEvent>),
}

impl SessionEvents {
    /// The next events; waits until there are some. `None` when the session is deleted.
    ///
    /// # Errors
    /// The store's.
    pub async fn next(&mut self) -> Result<Option<Vec<SessionEvent>>> {
        loop {
            if !self.waiting.is_empty() {
                return Ok(Some(self.waiting.drain(..).collect()));
            }
            if let Some(current) = &mut self.current {
                match current.next().await? {
                    Some(events) => return Ok(Some(events.into_iter().map(SessionEvent::Turn).collect())),
                    None => self.current = None,
                }
            }
            if !self.advance().await? {
                return Ok(None);
            }
        }
    }

    /// Goes on to the next turn, or waits until there may be one; answers whether the session is still there.
    async fn advance(&mut self) -> Result<bool> {
        let notified = self.signal.notified();
        tokio::pin!(notified);
        // Listening begins before the look, so that what happens in between is not missed.
        notified.as_mut().enable();
        match self.rows.turns().find_after(self.session_id, self.number).await? {
            Some(turn) => {
                self.number = turn.number;
                self.current = Some(self.engine.follow_turn(&self.rows, turn.id, 0));
                self.waiting.push_back(SessionEvent::Started(Box::new(turn)));
            }
            None if !self.is_known => {
                self.is_known = true;
                return Ok(self.rows.sessions().find(self.session_id, VisibleTo::All).await?.is_some());
            }
            None if self.signal.is_deleted() => return Ok(false),
            None => notified.await,
        }
        Ok(true)
    }
}

impl Engine {
    /// Whether the turn runs in this gateway: neither has it ended, nor does it wait.
    #[must_use]
    pub fn runs(&self, turn_id: TurnId) -> bool {
        self.live_turns.get(turn_id).is_some_and(|live| !live.has_left())
    }

    /// The events of a turn after the sequence number `after`. Whether the caller may see it is asked before.
    #[must_use]
    pub fn follow_turn(self: &Arc<Self>, rows: &Rows, turn_id: TurnId, after: i64) -> TurnEvents {
        TurnEvents::new(Arc::clone(self), rows.clone(), turn_id, self.live_turns.get(turn_id), after)
    }

    /// Waits until a turn has ended, or waits for results that its caller has not submitted, after the event `after`.
    ///
    /// # Errors
    /// [`super::Error::NotFound`] if the turn goes meanwhile, or the store's.
    pub async fn settled(
        self: &Arc<Self>,
        rows: &Rows,
        turn_id: TurnId,
        after: i64,
    ) -> super::error::Result<Arc<Turn>> {
        settled(&mut self.follow_turn(rows, turn_id, after)).await
    }

    /// What happens in a session from now on, beginning with its running turn if there is one; or, after `position`
    /// (a turn and the sequence number of its event that was seen last), all that came since.
    ///
    /// # Errors
    /// The store's.
    pub async fn follow_session(
        self: &Arc<Self>,
        rows: &Rows,
        session_id: SessionId,
        position: Option<(&Turn, i64)>,
    ) -> Result<SessionEvents> {
        let signal = self.live_turns.signals.listen(rows.workspace(), session_id);
        let (number, current) = match position {
            Some((turn, seq)) => (turn.number, Some(self.follow_turn(rows, turn.id, seq))),
            None => {
                let session = rows.sessions().find_with_totals(session_id, VisibleTo::All).await?;
                let newest = session.map_or(0, |session| session.totals.last_number);
                (rows.turns().first_open(session_id).await?.map_or(newest, |number| number - 1), None)
            }
        };
        let (engine, rows) = (Arc::clone(self), rows.clone());
        let waiting = VecDeque::new();
        Ok(SessionEvents { engine, rows, session_id, signal, is_known: false, current, number, waiting })
    }
}

/// As [`Engine::settled`], by the events of the turn.
///
/// # Errors
/// As there.
pub(super) async fn settled(events: &mut TurnEvents) -> super::error::Result<Arc<Turn>> {
    while let Some(batch) = events.next().await? {
        match batch.last().map(|event| &event.kind) {
            Some(EventKind::Done { turn } | EventKind::Failed { turn }) => return Ok(Arc::clone(turn)),
            Some(EventKind::Tool(entry)) if matches!(**entry, ToolEntry::ResultsRequired { .. }) => {
                let turn = events.rows.turns().find(events.turn_id, VisibleTo::All).await?;
                if let Some(turn) = turn.filter(|turn| turn.status == Status::AwaitingResults) {
                    return Ok(Arc::new(turn));
                }
            }
            _ => {}
        }
    }
    // It had ended before, and there was no event after those that were seen.
    let turn = events.rows.turns().find(events.turn_id, VisibleTo::All).await?;
    turn.map(Arc::new).ok_or(super::Error::NotFound("turn"))
}
