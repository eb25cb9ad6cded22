//! `spawn_agent`: asks another agent. It is offered to agents that may spawn some. Its turn is the matter of
//! the turn that calls the tool; here is what a model reads.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::name::matches;
use super::tool::{BoxFuture, Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};

/// The name of the tool.
pub const SPAWN_AGENT: &str = "spawn_agent";

const DESCRIPTION: &str = "Asks another agent, waits for its answer and gives it. The other agent knows nothing of this \
                           conversation: the message says all that it needs.";

/// The tool.
pub(super) struct SpawnAgent {
    timeout: Duration,
}

impl SpawnAgent {
    /// A call takes as long as a turn may.
    pub(super) const fn new(timeout: Duration) -> Self {
        Self { timeout }
    }
}

impl Tool for SpawnAgent {
    fn definition(&self) -> ToolDefinition {
        let parameters = json!({
            "type": "object",
            "properties": {
                "agent_id": {"type": "string", "minLength": 1, "maxLength": 64, "description": "The id of the agent."},
                "message": {"type": "string", "minLength": 1, "description": "What it is asked."},
            },
            "required": ["agent_id", "message"],
            "additionalProperties": false,
        });
        ToolDefinition::new(SPAWN_AGENT, DESCRIPTION, parameters).timeout(self.timeout)
    }

    fn call<'a>(
        &'a self,
        _arguments: &'a Map<String, Value>,
        _context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(std::future::ready(Err(ToolError::new(
            "Only a turn of an agent spawns agents: ask the agent itself.",
        ))))
    }
}

/// What a model reads that may ask `agents`: ids, and patterns of ids.
pub(super) fn described(agents: &[String]) -> String {
    format!("{DESCRIPTION} Agents (in which * stands for any text): {}.", agents.join(", "))
}

/// Whether the agent `id` is one of `agents`: ids, and patterns of ids in which `*` stands for any text.
#[must_use]
pub fn is_agent_of(agents: &[String], id: &str) -> bool {
    agents.iter().any(|pattern| matches(pattern, id))
}
