//! What the engine does for memory: it says of a turn that ends whether it is remembered, and asks the agent's own model what is
//! worth remembering of a message. What that uses is on the agent, as what a turn uses is.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::Engine;
use super::agent::AgentVersion;
use super::error::Error;
use super::estimate::estimate_message;
use super::inference::{Calls, Targets, UsageOwner};
use crate::memory::extract::{Asking, ExtractionModel, NotAsked};
use crate::provider::{Parameters, Request, Usage};
use crate::store;
use crate::workspace_policy::MODEL_NOT_ALLOWED;

/// How long a model is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The provider that answers with the question.
const ECHO: &str = "echo";

impl ExtractionModel for Engine {
    fn ask<'a>(&'a self, asking: Asking<'a>) -> BoxFuture<'a, Result<String, NotAsked>> {
        self.extract(asking).boxed()
    }
}

impl Engine {
    async fn extract(&self, asking: Asking<'_>) -> Result<String, NotAsked> {
        let now_ms = self.clock.now_ms();
        let agent = self.agents.resolve(asking.rows.workspace(), asking.agent_id, None).await;
        let agent = agent?.ok_or(NotAsked::NoModel)?;
        if agent.definition.model.provider == ECHO {
            return Err(NotAsked::NoModel);
        }
        self.check_use(asking.rows, &agent, now_ms).await.map_err(not_asked)?;
        let mut calls = Calls::default();
        let answered = self.ask_extraction(&agent, &asking, &mut calls).await;
        let owner = UsageOwner { agent_id: &agent.agent_id, subject: asking.subject, at_ms: now_ms };
        let usage = owner.rows(&calls, self.cost_usd(&calls), answered.is_none() && calls.is_cut());
        if !usage.is_empty() {
            let kept = asking.rows.usage().create(self.ids.key(), usage).await;
            kept.map_err(|fault| not_asked(fault.into()))?;
        }
        answered.ok_or(NotAsked::Failed)
    }

    /// The model's answer; `None` if it gave none in time.
    async fn ask_extraction(
        &self,
        agent: &Arc<AgentVersion>,
        asking: &Asking<'_>,
        calls: &mut Calls,
    ) -> Option<String> {
        let targets = Targets::of(&agent.definition);
        let parameters = Parameters { response_format: response_format(asking.schema), ..Parameters::default() };
        let plain = Request { messages: asking.messages, ..Request::default() };
        let request = Request { parameters: Some(&parameters), ..plain };
        // A model that takes no schema is asked without: the prompt says the same.
        let takes_schema = targets.first().is_some_and(|target| self.providers.unsupported(target, request).is_none());
        let request = if takes_schema { request } else { plain };
        let sent = asking.messages.iter().map(|message| estimate_message(&message.content)).sum();
        calls.tokens = Usage { input_tokens: sent, ..Usage::default() };
        let asked = self.ask_model(asking.rows, &targets, request, &mut calls.attempts);
        let completion = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(completion)) => completion,
            Ok(Err(fault)) => {
                calls.tokens = Usage::default();
                tracing::info!(
                    agent.id = agent.agent_id,
                    error = %fault,
                    "a model could not be asked what to remember"
                );
                return None;
            }
            Err(_) => return None,
        };
        calls.tokens = completion.usage.unwrap_or_default();
        Some(completion.content)
    }
}

fn response_format(schema: &Value) -> Option<serde_json::Map<String, Value>> {
    let format = json!({"type": "json_schema", "json_schema": {"name": "memories", "strict": true, "schema": schema}});
    format.as_object().cloned()
}

fn not_asked(fault: Error) -> NotAsked {
    match fault {
        Error::Store(fault) => NotAsked::Store(fault),
        Error::Quota { .. } => NotAsked::Spent,
        Error::Turn(failure) if failure.code == MODEL_NOT_ALLOWED => NotAsked::NoModel,
        _ => NotAsked::Failed,
    }
}

impl From<store::Error> for NotAsked {
    fn from(fault: store::Error) -> Self {
        Self::Store(fault)
    }
}
