//! A call of `spawn_agent`: a turn of another agent, begun in a session of its own and followed until it ends, or until it waits
//! for a person. Then the turn that has begun it waits as well, and goes on when something has become of it.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};
use tokio::sync::{Mutex, MutexGuard};

use super::ask::{Ask, Overrides, TurnCaller};
use super::begin::Asked;
use super::open_call::{CallState, Child, OpenCall};
use super::progress::Progress;
use super::running::Running;
use super::spawned::Spawned;
use crate::content::{Content, Role, ToolCall};
use crate::engine::Engine;
use crate::engine::budget::Spent;
use crate::engine::error::{Error, Result};
use crate::engine::event::EventKind;
use crate::ids::TurnId;
use crate::store::{Rows, SessionTarget, Status, ToolEntry, ToolUse, Turn, VisibleTo};
use crate::tools::{Offered, Outcome, SPAWN_AGENT};
use crate::trace_context::TraceContext;

/// The surface of the sessions of such turns.
const SURFACE: &str = "spawn";

/// What came of a call that was made or followed.
pub(super) enum Ran {
    /// It has a result.
    Answered(Outcome),
    /// Its turn has ended, after so many milliseconds, and has used so much.
    Ended(Outcome, u64, Spent),
    /// Its turn waits for a person, who is asked what the entries of the log say.
    Waits(Child, Vec<ToolEntry>),
}

/// A turn that a call has begun, with the place of its parent if it runs there.
type Begun<'a> = (Child, Option<MutexGuard<'a, ()>>);

/// What the turns of one round have in common that a turn begins.
pub(super) struct Family {
    /// What binds them.
    bounds: Spawned,
    /// The place of their parent among the turns that run, for one of them at a time that gets no other.
    place: Mutex<()>,
    round: u32,
    request_id: Arc<str>,
    trace_parent: Option<Arc<TraceContext>>,
}

impl Running {
    /// What the turns have in common that the open calls begin; nothing if none does.
    pub(super) fn family(&self, offered: &Offered, progress: &Progress) -> Option<Family> {
        let begins = |open: &&OpenCall| open.state == CallState::Runs && is_spawn(offered, &open.call);
        let count = progress.open.iter().filter(begins).count();
        if count == 0 {
            return None;
        }
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let spent = Spent { calls: self.calls_so_far(progress), ..progress.spent.so_far() };
        Some(Family {
            bounds: Spawned::below(&self.turn, &self.agent.definition, self.ask.spawned.as_deref(), spent, count),
            place: Mutex::new(()),
            round: progress.round,
            request_id: progress.trace.origin().request_id.clone().unwrap_or_default(),
            trace_parent: progress.trace.as_parent(self.turn.id),
        })
    }

    /// Begins the turn that the call at `place` asks for, and follows it. `trace` is the place of the call in a distributed trace.
    pub(super) async fn spawn(
        &self,
        offered: &Offered,
        call: &ToolCall,
        place: usize,
        family: &Family,
        trace: Option<TraceContext>,
    ) -> Result<Ran> {
        let begun = self.begin_child(offered, call, place, family, trace).await?;
        // Its parent's place, if it has that, is its own until it ends or waits.
        let (child, _place) = match begun {
            Ok(begun) => begun,
            Err(refused) => return Ok(Ran::Answered(refused)),
        };
        self.follow_child(offered, call, child).await
    }

    async fn begin_child<'a>(
        &self,
        offered: &Offered,
        call: &ToolCall,
        place: usize,
        family: &'a Family,
        trace: Option<TraceContext>,
    ) -> Result<std::result::Result<Begun<'a>, Outcome>> {
        let arguments = match offered.arguments(call) {
            Ok(arguments) => arguments,
            Err(refused) => return Ok(Err(refused)),
        };
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (agent_id, message) = (text("agent_id"), text("message"));
        let refused = |why: String| Ok(Err(offered.result(why, true)));
        if !family.bounds.may_be(&agent_id) {
            return refused(format!("The agent `{agent_id}` may not be asked here."));
        }
        if message.trim().is_empty() {
            return refused("The message is blank: say what the agent is asked.".to_owned());
        }
        let mut in_place = None;
        let span = trace.as_ref().and_then(TraceContext::exported_span);
        let trace_parent = trace.filter(|_| span.is_some()).map(Arc::new).or_else(|| family.trace_parent.clone());
        let ask = |is_in_parents_place| Ask {
            trace_parent: trace_parent.clone(),
            ..self.child_ask(&agent_id, &message, place, family, is_in_parents_place)
        };
        let mut asked = self.engine.ask_apart(self.child_caller(family), ask(false)).await;
        if matches!(asked, Err(Error::TooManyTurns { .. })) {
            in_place = Some(family.place.lock().await);
            asked = self.engine.ask_apart(self.child_caller(family), ask(true)).await;
        }
        match asked {
            Ok(Asked::New(handle)) => Ok(Ok((Child { turn_id: handle.turn_id, seq: 0, span }, in_place))),
            Ok(Asked::Known(turn)) => Ok(Ok((Child { turn_id: turn.id, seq: 0, span }, in_place))),
            Err(fault @ Error::Store(_)) => Err(fault),
            Err(Error::NotFound("agent")) => refused(format!("There is no agent `{agent_id}`.")),
            Err(fault) => refused(format!("The agent `{agent_id}` was not asked: {fault}")),
        }
    }

    fn child_caller(&self, family: &Family) -> TurnCaller {
        TurnCaller {
            workspace: self.rows.workspace().clone(),
            user_id: Arc::from(self.turn.user_id.as_str()),
            credential: self.credential.clone(),
            visible_to: VisibleTo::All,
            request_id: Arc::clone(&family.request_id),
        }
    }

    fn child_ask(&self, agent_id: &str, message: &str, place: usize, family: &Family, in_place: bool) -> Ask {
        let surface_id = format!("{}.{}.{place}", self.turn.id, family.round);
        let mut bounds = Box::new(family.bounds.clone());
        bounds.is_in_parents_place = in_place;
        Ask {
            agent_id: agent_id.to_owned(),
            place: SessionTarget::Surface { surface: SURFACE.to_owned(), surface_id },
            role: Role::User,
            content: Content::Text(message.to_owned()),
            prior_messages: Vec::new(),
            overrides: Overrides::default(),
            parameters: None,
            tools: None,
            metadata: Map::new(),
            is_streamed: self.ask.is_streamed,
            ends_with_caller: false,
            once: None,
            trace_parent: None,
            spawned: Some(bounds),
            job: None,
        }
    }

    /// Follows a turn that `call` has begun until it ends, or waits for a person.
    pub(super) async fn follow_child(&self, offered: &Offered, call: &ToolCall, mut child: Child) -> Result<Ran> {
        if child.seq > 0 {
            let wait = self.rows.suspensions().find(child.turn_id).await?;
            if wait.is_some_and(|wait| wait.status.is_waiting() && wait.seq <= child.seq) {
                return Ok(Ran::Waits(child, Vec::new()));
            }
        }
        let mut events = self.engine.follow_turn(&self.rows, child.turn_id, child.seq);
        while let Some(batch) = events.next().await? {
            let mut asked = Vec::new();
            for event in &batch {
                child.seq = event.seq;
                match &event.kind {
                    EventKind::Done { turn } | EventKind::Failed { turn } => {
                        return self.child_ended(offered, turn).await;
                    }
                    EventKind::Tool(entry) => asked.extend(asked_of(call, entry)),
                    EventKind::SessionResolved { .. } | EventKind::Content { .. } => {}
                }
            }
            if !asked.is_empty() {
                return Ok(Ran::Waits(child, asked));
            }
        }
        let turn = self.rows.turns().find(child.turn_id, VisibleTo::All).await?;
        match turn.filter(|turn| turn.status.is_final()) {
            Some(turn) => self.child_ended(offered, &turn).await,
            None => Ok(Ran::Answered(offered.result("The agent's turn is not there any more.".to_owned(), true))),
        }
    }

    async fn child_ended(&self, offered: &Offered, turn: &Turn) -> Result<Ran> {
        let (tokens, cost_usd, calls) = self.rows.spawned_turns().used(turn.id).await?;
        let used = Spent { tokens: u32::try_from(tokens).unwrap_or(u32::MAX), cost_usd, calls };
        let took_ms = turn.finished_at_ms.map_or(0, |finished_at_ms| finished_at_ms - turn.created_at_ms);
        let outcome = match (turn.status, &turn.outcome.error) {
            (Status::Completed, _) => offered.result(turn.outcome.content.clone().unwrap_or_default(), false),
            (_, Some((_, why))) => offered.result(format!("The agent did not answer: {why}"), true),
            (_, None) => offered.result("The agent did not answer.".to_owned(), true),
        };
        Ok(Ran::Ended(outcome, u64::try_from(took_ms).unwrap_or(0), used))
    }
}

impl Engine {
    /// As [`Engine::ask`], of a type that has a name: a turn asks within a turn.
    fn ask_apart(self: &Arc<Self>, caller: TurnCaller, ask: Ask) -> BoxFuture<'static, Result<Asked>> {
        let engine = Arc::clone(self);
        Box::pin(async move { engine.ask(caller, ask).await })
    }

    /// Ends the turns that `parent` has begun, which were asked to end when it did.
    pub(super) async fn end_children(self: &Arc<Self>, rows: &Rows, parent: TurnId) {
        match rows.spawned_turns().open_of(parent).await {
            Ok(open) => self.end_turns(rows, open),
            Err(fault) => {
                tracing::warn!(turn.id = %parent, error = %fault, "the turns that it has begun could not be looked up");
            }
        }
    }
}

/// Whether a turn that has made these calls may have begun turns.
pub(super) fn has_children(uses: &[ToolUse]) -> bool {
    uses.iter().any(|used| used.tool == SPAWN_AGENT)
}

/// Whether a call begins a turn.
pub(super) fn is_spawn(offered: &Offered, call: &ToolCall) -> bool {
    call.name == SPAWN_AGENT && offered.tool(SPAWN_AGENT).is_some()
}

/// What the log says of a person's decision for which the turn waits that `call` has begun, or one below it.
fn asked_of(call: &ToolCall, entry: &ToolEntry) -> Option<ToolEntry> {
    let ToolEntry::ApprovalRequired { approval, call: wanted, expires_at_ms } = entry else { return None };
    // The ids of calls are those of one turn: in this one it is the call that has begun the other.
    let call = ToolCall { id: call.id.clone(), ..wanted.clone() };
    Some(ToolEntry::ApprovalRequired { approval: *approval, call, expires_at_ms: *expires_at_ms })
}
