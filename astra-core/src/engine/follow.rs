//! Following turns and sessions: live where they run here, from the store where they ran before or run elsewhere.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::Engine;
use super::event::{TurnEvent, replay};
use super::live::LiveTurn;
use super::signals::Listener;
use crate::ids::{SessionId, TurnId};
use crate::store::{Result, Rows, Turn, VisibleTo};

/// How often another gateway's turn is looked up in the store.
const POLL: Duration = Duration::from_millis(250);

/// The events of one turn, in order, each once.
pub struct TurnEvents {
    source: Source,
    seq: i64,
    ended: bool,
}

enum Source {
    Here(Arc<LiveTurn>),
    Elsewhere { rows: Rows, turn_id: TurnId, first: bool },
}

impl TurnEvents {
    pub(super) const fn live(turn: Arc<LiveTurn>, after: i64) -> Self {
        Self { source: Source::Here(turn), seq: after, ended: false }
    }

    /// The next events, together as they came; `None` after the last.
    ///
    /// # Errors
    /// The store's, if the turn does not run here.
    pub async fn next(&mut self) -> Result<Option<Vec<Arc<TurnEvent>>>> {
        if self.ended {
            return Ok(None);
        }
        let events = match &mut self.source {
            Source::Here(turn) => turn.wait_after(self.seq).await,
            Source::Elsewhere { rows, turn_id, first } => match poll(rows, *turn_id, self.seq, first).await? {
                Some(events) => events,
                None => return Ok(None),
            },
        };
        if let Some(last) = events.last() {
            self.seq = last.seq;
            self.ended = last.kind.is_last();
        }
        Ok(Some(events))
    }
}

/// Waits until the store has events after `seq`; `None` if the turn is gone or had no event after it.
async fn poll(rows: &Rows, turn_id: TurnId, seq: i64, first: &mut bool) -> Result<Option<Vec<Arc<TurnEvent>>>> {
    loop {
        if !std::mem::take(first) {
            tokio::time::sleep(POLL).await;
        }
        // The turn before its events: what is missing from the events was not there when the turn was read.
        let Some(turn) = rows.turns().find(turn_id, VisibleTo::All).await? else { return Ok(None) };
        let events = replay(&turn, rows.turn_events().read(turn_id, seq).await?, seq);
        if !events.is_empty() {
            return Ok(Some(events));
        }
        if turn.status.is_final() {
            return Ok(None);
        }
    }
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
    /// The events of a turn after the sequence number `after`. Whether the caller may see it is asked before.
    #[must_use]
    pub fn follow_turn(&self, rows: &Rows, turn_id: TurnId, after: i64) -> TurnEvents {
        match self.live_turns.get(turn_id) {
            Some(live) => TurnEvents::live(live, after),
            None => {
                let source = Source::Elsewhere { rows: rows.clone(), turn_id, first: true };
                TurnEvents { source, seq: after, ended: false }
            }
        }
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
