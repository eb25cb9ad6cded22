//! Calls that run here, so that a client of a revision with a handshake can cancel one by its request's name. They are as
//! many as streams are open, which `limits.streams_per_token` bounds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rmcp::model::RequestId;
use tokio_util::sync::CancellationToken;

use crate::engine::{self, Engine};
use crate::http::Caller;
use crate::ids::TurnId;
use crate::store::{Rows, VisibleTo, WorkspaceId};

/// The calls that run here.
#[derive(Debug, Default)]
pub(super) struct RunningCalls(Mutex<HashMap<CallName, RunningCall>>);

/// What a client knows a call by. A session is a name and gives no right: calls are those of one credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CallName {
    workspace: WorkspaceId,
    credential: String,
    session: String,
    id: RequestId,
}

/// A call that runs.
#[derive(Debug, Clone, Default)]
pub(super) struct RunningCall {
    /// The turn, as soon as there is one.
    turn_id: Arc<OnceLock<TurnId>>,
    /// Cancelled when the client wants no answer.
    pub(super) cancelled: CancellationToken,
}

/// The entry of a call, until it is dropped.
#[derive(Debug)]
pub(super) struct Registered {
    calls: Arc<RunningCalls>,
    name: CallName,
}

impl RunningCall {
    /// Says which turn the call is; ends it if the client has cancelled the call in the meantime.
    pub(super) async fn begin(&self, engine: &Arc<Engine>, rows: &Rows, turn_id: TurnId) -> engine::Result<()> {
        let _first = self.turn_id.set(turn_id);
        if self.cancelled.is_cancelled() { end(engine, rows, turn_id).await } else { Ok(()) }
    }

    /// Cancels the call, and ends its turn.
    pub(super) async fn cancel(&self, engine: &Arc<Engine>, rows: &Rows) -> engine::Result<()> {
        self.cancelled.cancel();
        match self.turn_id.get() {
            Some(turn_id) => end(engine, rows, *turn_id).await,
            None => Ok(()),
        }
    }
}

async fn end(engine: &Arc<Engine>, rows: &Rows, turn_id: TurnId) -> engine::Result<()> {
    match rows.turns().find(turn_id, VisibleTo::All).await? {
        Some(turn) => engine.cancel(rows, turn).await.map(drop),
        None => Ok(()),
    }
}

impl CallName {
    /// The name of the request `id` of `caller` in `session`.
    pub(super) fn new(caller: &Caller, session: &str, id: RequestId) -> Self {
        let (workspace, credential) = (caller.workspace.clone(), caller.credential().to_owned());
        Self { workspace, credential, session: session.to_owned(), id }
    }
}

impl RunningCalls {
    /// Enters a call; `None` if one of the same name runs.
    pub(super) fn enter(self: &Arc<Self>, name: CallName, call: RunningCall) -> Option<Registered> {
        let mut calls = self.lock();
        if calls.contains_key(&name) {
            return None;
        }
        calls.insert(name.clone(), call);
        drop(calls);
        Some(Registered { calls: Arc::clone(self), name })
    }

    /// The call of this name, if it runs here.
    pub(super) fn find(&self, name: &CallName) -> Option<RunningCall> {
        self.lock().get(name).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CallName, RunningCall>> {
        // A panic elsewhere leaves the map whole: each change is one operation.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.calls.lock().remove(&self.name);
    }
}
