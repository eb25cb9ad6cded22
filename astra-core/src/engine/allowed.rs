//! Whether a workspace's policy lets a model be asked. Every call of a model by the engine passes here twice at the most: before a
//! question is kept, and right before the provider is asked. Both look into memory.

use std::borrow::Cow;
use std::sync::Arc;

use super::Engine;
use super::agent::{AgentDefinition, AgentVersion};
use super::budget;
use super::error::{Error, Failure, Result};
use super::inference::Targets;
use super::turn::{Ask, TurnCaller};
use super::workspace_quotas;
use crate::provider::Target;
use crate::store::{Rows, SessionTarget, VisibleTo};
use crate::workspace_policy::{MODEL_NOT_ALLOWED, Restrictions};

impl Engine {
    /// Refuses to ask the model of an agent outside of a turn.
    ///
    /// # Errors
    /// [`Error::Turn`] for a model that the workspace's restrictions do not allow; [`Error::Quota`]; the store's.
    pub(super) async fn check_use(&self, rows: &Rows, agent: &AgentVersion, now_ms: i64) -> Result<()> {
        let policy = self.policies.of(rows.workspace()).await?;
        self.check_model(&policy.restrictions, &agent.definition)?;
        workspace_quotas::check(rows, &self.known_use, &policy.quotas, &agent.agent_id, now_ms).await?;
        budget::check_quotas(rows, &self.known_use, agent, now_ms).await
    }

    /// As [`Engine::check_use`], for a turn. A session that holds on to another version of the agent asks that one's model.
    pub(super) async fn check_turn(
        &self,
        rows: &Rows,
        agent: &AgentVersion,
        (caller, ask): (&TurnCaller, &Ask),
        now_ms: i64,
    ) -> Result<()> {
        let policy = self.policies.of(rows.workspace()).await?;
        if let Err(refusal) = self.check_model(&policy.restrictions, &agent.definition) {
            // What was seen last may be old, and the session may hold on to another version.
            let asked = self.asked_version(rows, &agent.agent_id, &caller.visible_to, ask).await?.ok_or(refusal)?;
            self.check_model(&policy.restrictions, &asked.definition)?;
        }
        workspace_quotas::check(rows, &self.known_use, &policy.quotas, &agent.agent_id, now_ms).await?;
        budget::check_quotas(rows, &self.known_use, agent, now_ms).await
    }

    /// The version of the agent that answers the question: that which its session holds on to, or else the present one.
    async fn asked_version(
        &self,
        rows: &Rows,
        agent_id: &str,
        visible_to: &VisibleTo,
        ask: &Ask,
    ) -> Result<Option<Arc<AgentVersion>>> {
        let pinned = match &ask.place {
            SessionTarget::Session { id } => {
                let session = rows.sessions().find(*id, visible_to.clone()).await?;
                session.and_then(|session| session.settings.pinned_version)
            }
            SessionTarget::Surface { .. } => None,
        };
        Ok(self.agents.resolve(rows.workspace(), agent_id, pinned).await?)
    }

    /// Refuses an agent whose first choice of model is not allowed.
    fn check_model(&self, restrictions: &Restrictions, definition: &AgentDefinition) -> Result<()> {
        let model = &definition.model;
        self.refused(restrictions, &model.provider, model.model.as_deref())
            .map_or(Ok(()), |refusal| Err(not_allowed(refusal)))
    }

    /// Those of `targets` that may be asked. A fallback that is not allowed is passed over as if the agent did not name it.
    ///
    /// # Errors
    /// [`Error::Turn`] if the first one is not allowed; the store's.
    pub(super) async fn allowed<'a>(&self, rows: &Rows, targets: &'a Targets) -> Result<Cow<'a, [Target]>> {
        let policy = self.policies.lately(rows.workspace()).await?;
        let (restrictions, all) = (&policy.restrictions, targets.all());
        if restrictions.allow_all() {
            return Ok(Cow::Borrowed(all));
        }
        let refused = |target: &Target| self.refused(restrictions, &target.provider, target.model.as_deref());
        if let Some(refusal) = all.first().and_then(refused) {
            return Err(not_allowed(refusal));
        }
        Ok(all.iter().filter(|target| refused(target).is_none()).cloned().collect())
    }

    fn refused(&self, restrictions: &Restrictions, provider: &str, model: Option<&str>) -> Option<String> {
        if restrictions.allow_all() {
            return None;
        }
        restrictions.refusal(provider, self.providers.known_model(provider, model))
    }
}

fn not_allowed(refusal: String) -> Error {
    Error::Turn(Failure::new(MODEL_NOT_ALLOWED, refusal))
}
