//! What other gateways on the same store do in the sessions that are followed here.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::Engine;
use crate::ids::SessionId;
use crate::store::{self, WorkspaceId};
use crate::tasks::TaskKind;
use crate::work::{Period, Supervisor};

const KIND: TaskKind = TaskKind::new("sessions.watch");

/// How often the turns of other gateways are looked for, in all sessions that are followed here.
const POLL: Duration = Duration::from_secs(1);

impl Engine {
    /// Ends the streams of those who follow a session that was deleted through this gateway.
    pub fn session_deleted(&self, workspace: &WorkspaceId, session_id: SessionId) {
        self.live_turns.signals.delete(workspace, session_id);
    }

    /// Looks for turns of other gateways in the sessions that are followed here. A gateway on SQLite is alone: its own
    /// turns notify their followers.
    pub(super) fn watch_sessions(self: &Arc<Self>, supervisor: &Supervisor) {
        if self.has_peers() {
            let round = self.round(|engine| async move { engine.look_for_turns().await });
            supervisor.periodic(KIND, Period::every(POLL), round);
        }
    }

    async fn look_for_turns(&self) -> store::Result<()> {
        let followed = self.live_turns.signals.all();
        if followed.is_empty() {
            return Ok(());
        }
        let newest: HashMap<SessionId, i64> = self.store.last_turns(followed.clone()).await?.into_iter().collect();
        for key in followed {
            let (workspace, session_id) = &key;
            if let Some(signal) = self.live_turns.signals.get(workspace, *session_id) {
                signal.observe(newest.get(session_id).copied());
            }
        }
        Ok(())
    }
}
