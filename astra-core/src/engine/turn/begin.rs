//! The way of a question into the engine: checked, kept, and then answered by a task that goes on when the caller hangs up.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::oneshot;

use super::ask::{Ask, TurnCaller};
use super::handle::TurnHandle;
use super::running::Running;
use crate::engine::Engine;
use crate::engine::agent::{AgentOnBusy, AgentVersion};
use crate::engine::budget;
use crate::engine::error::{Error, Failure, Result};
use crate::engine::event::EventKind;
use crate::engine::fits;
use crate::engine::inference::failed;
use crate::engine::prefetch::{Prefetch, beside};
use crate::engine::turn_limits::Admission;
use crate::ids::{EventId, TurnId};
use crate::provider::{Request, Target};
use crate::store::{
    self, Begun, Busy, Lifetime, NewTurn, OnceKey, Refusal, Rows, Status, Turn, TurnRefusal, VersionStamp, VisibleTo,
    WorkspaceId,
};

const MINUTE_MS: i64 = 60_000;

/// What comes of a question in the task that is its own.
enum Beginning {
    New(Box<Running>, Option<Prefetch>),
    Known(Box<Turn>),
}

impl Beginning {
    /// A turn with the search for its question. A question that waits for others is searched for when it is its turn.
    fn of(running: Running, prefetch: Option<Prefetch>) -> Self {
        let is_its_turn = running.turn.status == Status::Running;
        let prefetch = prefetch.filter(|found| is_its_turn && found.is_of(&running.session, &running.agent));
        Self::New(Box::new(running), prefetch)
    }
}

/// What became of a question.
pub enum Asked {
    /// It is kept and will be answered.
    New(TurnHandle),
    /// It was asked before, under the same idempotency key, in this turn.
    Known(Box<Turn>),
}

impl Engine {
    /// Keeps a question and starts answering it. When this returns, the question is on disk. Who asks may go away at any
    /// time: a question that comes to the disk is answered, unless it is asked to end with its caller.
    ///
    /// # Errors
    /// [`Error::NotFound`] for agent and session, [`Error::Archived`], [`Error::OtherAgent`], [`Error::Busy`],
    /// [`Error::QueueFull`], [`Error::Quota`], [`Error::TooManyTurns`], [`Error::StorageLimit`], [`Error::Draining`],
    /// [`Error::Turn`] for a question that can never fit and for a model that the workspace does not allow, the store's. Then nothing was kept.
    pub async fn ask(self: &Arc<Self>, caller: TurnCaller, ask: Ask) -> Result<Asked> {
        let (engine, (tell, told)) = (Arc::clone(self), oneshot::channel());
        // In a box: tokio moves what it runs several times.
        self.turns.spawn(Box::pin(async move {
            let (asked, running) = match engine.begin(caller, ask).await {
                Ok(Beginning::New(running, prefetch)) => (Ok(Asked::New(running.handle())), Some((running, prefetch))),
                Ok(Beginning::Known(turn)) => (Ok(Asked::Known(turn)), None),
                Err(fault) => (Err(fault), None),
            };
            let _ = tell.send(asked);
            if let Some((running, prefetch)) = running {
                running.run(prefetch).await;
            }
        }));
        told.await.unwrap_or_else(|_| Err(Error::Turn(Failure::new("internal", "The gateway failed."))))
    }

    async fn begin(self: &Arc<Self>, caller: TurnCaller, ask: Ask) -> Result<Beginning> {
        // Asked by a task that counts: a gateway that drains either waits for it or is seen to drain.
        // A turn that another one begins belongs to that one.
        if self.is_draining() && ask.spawned.is_none() {
            return Err(Error::Draining);
        }
        let started = Instant::now();
        let rows = self.store.rows(&caller.workspace);
        let last_seen = self.agents.last_seen(&caller.workspace, &ask.agent_id);
        // Quotas are those of the present version: only where there are none can it be taken on trust until it is kept.
        let mut agent = match last_seen.filter(|agent| !agent.definition.budget.has_quotas()) {
            Some(agent) => agent,
            None => self.present_agent(&caller, &ask).await?,
        };
        let (now_ms, mut prefetch) = (self.clock.now_ms(), None);
        let (begun, guard) = loop {
            self.check_parameters(&agent, &ask)?;
            self.check_tools(&caller.workspace, &agent, &ask)?;
            let allowed = match self.check_turn_and_charged(&rows, &agent, (&caller, &ask), now_ms).await {
                Ok(()) => self.storage.take(&rows, ask.content.bytes()).await,
                Err(refusal) => Err(refusal),
            };
            let admitted = allowed.and_then(|taken| Ok((self.admit(&caller, &ask)?, taken)));
            // What is taken of the workspace's room is so until the question is kept.
            let (admission, _taken) = match admitted {
                Ok(admitted) => admitted,
                Err(refusal) => return self.refuse(&rows, &caller, ask, refusal, now_ms).await,
            };
            let too_long = fits::refusal(self.room(&agent), &agent, &caller, &ask, &self.skills, now_ms);
            let new = NewTurn { is_too_long: too_long.is_some(), ..self.new_turn(&caller, &ask, &agent, now_ms) };
            // Seated before it is on disk: a turn of this gateway that is on disk without a guard is not run.
            let guard = self.live_turns.register(new.id, admission);
            let searched = prefetch.get_or_insert_with(|| self.prefetch(&rows, &caller, &ask, &agent, now_ms));
            match beside(searched, rows.turns().begin(new)).await {
                Err(store::Error::Refused(Refusal::Stale)) => agent = self.present_agent(&caller, &ask).await?,
                begun => break (begun.map_err(|fault| self.translate(fault, too_long))?, guard),
            }
        };
        let (turn, session, interrupted, recent) = match begun {
            Begun::New { turn, session, interrupted, recent } => (turn, session, interrupted, recent),
            Begun::Known { turn_id } => return known(&rows, turn_id).await,
        };
        self.end_turns(&rows, interrupted);
        guard.live.publish([EventKind::first(&turn)]);
        self.live_turns.signals.notify(&caller.workspace, turn.session_id);
        let running = Running::new(
            Arc::clone(self),
            rows,
            agent,
            session,
            recent,
            turn,
            guard,
            ask,
            caller.credential,
            started,
            Some(caller.request_id),
        );
        Ok(Beginning::of(running, prefetch.flatten()))
    }

    /// Ends turns that were asked to end: those that run here, and those that wait.
    pub(super) fn end_turns(self: &Arc<Self>, rows: &Rows, turns: Vec<TurnId>) {
        for turn_id in turns {
            match self.live_turns.get(turn_id) {
                Some(live) => live.end(Status::Cancelled),
                None => self.take_on(rows, turn_id),
            }
        }
    }

    /// Refuses a turn that may not ask its model, or that is charged to an agent whose quotas are used up.
    async fn check_turn_and_charged(
        &self,
        rows: &Rows,
        agent: &AgentVersion,
        (caller, ask): (&TurnCaller, &Ask),
        now_ms: i64,
    ) -> Result<()> {
        self.check_turn(rows, agent, (caller, ask), now_ms).await?;
        let charged = ask.spawned.as_ref().map(|spawned| &spawned.charged_agent);
        let Some(charged) = charged.filter(|charged| **charged != agent.agent_id) else { return Ok(()) };
        match self.agents.resolve(rows.workspace(), charged, None).await? {
            Some(charged) => budget::check_quotas(rows, &self.known_use, &charged, now_ms).await,
            None => Ok(()),
        }
    }

    /// What becomes of a question that may not be kept: it may have been answered before, whatever forbids to ask it anew.
    async fn refuse(
        &self,
        rows: &Rows,
        caller: &TurnCaller,
        ask: Ask,
        refusal: Error,
        now_ms: i64,
    ) -> Result<Beginning> {
        if let Some(answered) = already_answered(rows, ask.once, now_ms).await? {
            return Ok(answered);
        }
        if let Error::Quota { exceeded, .. } = &refusal {
            self.note_refusal(rows, caller, exceeded, now_ms).await;
        }
        Err(refusal)
    }

    /// The place of a turn that is about to begin; none of its own for one that runs in the place of another.
    fn admit(&self, caller: &TurnCaller, ask: &Ask) -> Result<Option<Admission>> {
        match self.limits.admit(caller) {
            Err(_) if ask.spawned.as_ref().is_some_and(|spawned| spawned.is_in_parents_place) => Ok(None),
            admitted => admitted.map(Some),
        }
    }

    /// The id of an event of a turn, if such events have readers.
    pub(super) fn event_id(&self, workspace: &WorkspaceId) -> Option<EventId> {
        self.store.has_event_readers(workspace).then(|| self.ids.id())
    }

    async fn present_agent(&self, caller: &TurnCaller, ask: &Ask) -> Result<Arc<AgentVersion>> {
        self.agents.resolve(&caller.workspace, &ask.agent_id, None).await?.ok_or(Error::NotFound("agent"))
    }

    /// Refuses what the agent's own choice of provider cannot do, before anything is kept.
    fn check_parameters(&self, agent: &AgentVersion, ask: &Ask) -> Result<()> {
        let Some(parameters) = ask.parameters.as_deref() else { return Ok(()) };
        let model = &agent.definition.model;
        let target = Target { provider: model.provider.clone(), model: model.model.clone() };
        let request = Request { parameters: Some(parameters), ..Request::default() };
        self.providers.unsupported(&target, request).map_or(Ok(()), |refused| Err(Error::Turn(failed(&refused))))
    }

    fn new_turn(&self, caller: &TurnCaller, ask: &Ask, agent: &AgentVersion, now_ms: i64) -> NewTurn {
        let definition = &agent.definition;
        NewTurn {
            id: self.ids.id(),
            session_id: self.ids.id(),
            owner: self.instance(),
            user_id: Arc::clone(&caller.user_id),
            visible_to: caller.visible_to.clone(),
            subject: self.ids.key(),
            agent_id: agent.agent_id.clone(),
            agent: VersionStamp { version: agent.version, digest: agent.digest.clone() },
            place: ask.place.clone(),
            role: ask.role,
            content: ask.content.clone(),
            metadata: ask.metadata.clone(),
            lifetime: Lifetime {
                idle_ms: definition.session.idle_timeout_min.map(|minutes| i64::from(minutes) * MINUTE_MS),
                reset_hour: definition.session.daily_reset_hour,
            },
            busy: match definition.on_busy {
                AgentOnBusy::Queue => Busy::Queue(self.config.queue_per_session),
                AgentOnBusy::Reject => Busy::Reject,
                AgentOnBusy::Interrupt => Busy::Interrupt,
            },
            is_too_long: false,
            session_bytes: self.storage.session_bytes(),
            now_ms,
            once: ask.once.clone(),
            parent: ask.spawned.as_ref().map(|spawned| spawned.parent),
            job: ask.job.clone(),
            event_id: self.event_id(&caller.workspace),
        }
    }

    /// Ends a turn, wherever it runs, and waits for its end; answers the turn as it is then.
    ///
    /// # Errors
    /// The store's.
    pub async fn cancel(self: &Arc<Self>, rows: &Rows, turn: Turn) -> Result<Turn> {
        if rows.turns().request_cancel(turn.id).await? {
            match self.live_turns.get(turn.id) {
                Some(live) => live.end(Status::Cancelled),
                None => self.take_on(rows, turn.id),
            }
            let mut events = self.follow_turn(rows, turn.id, 0);
            while events.next().await?.is_some() {}
        }
        Ok(rows.turns().find(turn.id, VisibleTo::All).await?.unwrap_or(turn))
    }

    /// Ends those of these turns that run here, and does not wait for their end. Other gateways find the wish in the store.
    pub fn end_here(&self, turns: &[TurnId]) {
        let running = turns.iter().filter_map(|turn_id| self.live_turns.get(*turn_id));
        running.for_each(|live| live.end(Status::Cancelled));
    }

    /// A hold of a turn that was begun before. Dropping it ends the turn, wherever it runs or waits.
    #[must_use]
    pub fn hold(self: &Arc<Self>, rows: &Rows, turn_id: TurnId) -> TurnHandle {
        TurnHandle::new(Arc::clone(self), rows.clone(), turn_id, self.live_turns.get(turn_id), true)
    }

    /// Ends a turn that waits, and that nothing is going to be asked of any more.
    pub(super) fn cancel_later(self: &Arc<Self>, rows: &Rows, turn_id: TurnId) {
        let (engine, rows) = (Arc::clone(self), rows.clone());
        self.turns.spawn(Box::pin(async move {
            match rows.turns().request_cancel(turn_id).await {
                Ok(_) => match engine.live_turns.get(turn_id) {
                    // It has been taken on in the meantime.
                    Some(live) => live.end(Status::Cancelled),
                    None => engine.take_on(&rows, turn_id),
                },
                Err(fault) => tracing::warn!(turn.id = %turn_id, error = %fault, "a turn could not be cancelled"),
            }
        }));
    }
}

impl Engine {
    /// What the store refuses to keep; `too_long` is the refusal of a question that no model of its agent reads.
    fn translate(&self, fault: store::Error, too_long: Option<Failure>) -> Error {
        let store::Error::Refused(Refusal::Turn(refusal)) = fault else { return Error::Store(fault) };
        match refusal {
            TurnRefusal::NoSuchSession => Error::NotFound("session"),
            TurnRefusal::SessionArchived => Error::Archived,
            TurnRefusal::OtherAgent => Error::OtherAgent,
            TurnRefusal::SessionBusy => Error::Busy,
            TurnRefusal::QueueFull => Error::QueueFull,
            TurnRefusal::SessionFull => self.storage.session_is_full(),
            TurnRefusal::ParentEnded => Error::Turn(Failure::new("cancelled", "The turn that asks has ended.")),
            TurnRefusal::QuestionTooLong => too_long.map_or_else(|| Error::Store(refusal.into()), Error::Turn),
        }
    }
}

async fn known(rows: &Rows, turn_id: TurnId) -> Result<Beginning> {
    let turn = rows.turns().find(turn_id, VisibleTo::All).await?.ok_or(Error::NotFound("turn"))?;
    Ok(Beginning::Known(Box::new(turn)))
}

/// The turn of a question that was asked before, whatever forbids to ask it anew.
async fn already_answered(rows: &Rows, once: Option<OnceKey>, now_ms: i64) -> Result<Option<Beginning>> {
    let Some(once) = once else { return Ok(None) };
    let Some(answer) = rows.idempotency_keys().answer(once, now_ms).await? else { return Ok(None) };
    let turn_id = answer.parse().map_err(store::Error::broken)?;
    // An interrupted turn has no answer: to ask again is to ask anew.
    let answered = known(rows, turn_id).await?;
    Ok(Some(answered).filter(|known| !matches!(known, Beginning::Known(turn) if turn.status == Status::Interrupted)))
}
