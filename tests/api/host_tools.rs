//! A host's tool that does what its arguments say.

use std::sync::Arc;
use std::time::Duration;

use astra_core::store::WorkspaceId;
use astra_core::tools::{BoxFuture, RegisteredTool, ToolSource};
use astra_core::{Tool, ToolContext, ToolDefinition, ToolError, ToolOutput};
use serde_json::{Map, Value, json};

/// A tool that does what its arguments say.
#[derive(Clone)]
pub(crate) struct Scripted(ToolDefinition);

/// A source of one tool, for all workspaces but the one of [`crate::support::TestApp::other_workspace`].
pub(crate) struct Seasonal(Arc<RegisteredTool>);

impl Scripted {
    pub(crate) fn named(name: &str) -> Self {
        let parameters = json!({
            "type": "object",
            "properties": {"does": {"enum": ["say", "fail", "panic", "hang", "bytes", "repeat", "context"]}, "what": {"type": "string"}, "times": {"type": "integer"}},
            "required": ["does"],
        });
        Self(ToolDefinition::new(name, format!("Does what it is told, as {name}."), parameters))
    }

    pub(crate) fn destructive(self) -> Self {
        Self(self.0.destructive())
    }

    /// Gives up after so long.
    pub(crate) fn patience(self, timeout: Duration) -> Self {
        Self(self.0.timeout(timeout))
    }

    /// With this schema of its arguments.
    pub(crate) fn schema(mut self, schema: Value) -> Self {
        self.0.parameters = schema;
        self
    }

    pub(crate) fn source() -> Seasonal {
        Seasonal(Arc::new(RegisteredTool::new(Self::named("seasonal")).expect("a good tool")))
    }
}

impl ToolSource for Seasonal {
    fn tools(&self, workspace: &WorkspaceId) -> Vec<Arc<RegisteredTool>> {
        // A name that is taken is left out: by a built-in tool, or by one of the host.
        let taken = RegisteredTool::new(Scripted::named("current_time")).expect("a good tool");
        if workspace.as_str() == "wsp_000000000000e" {
            return Vec::new();
        }
        vec![Arc::clone(&self.0), Arc::new(taken)]
    }

    fn claims(&self, name: &str) -> bool {
        name == "seasonal"
    }
}

impl Tool for Scripted {
    fn definition(&self) -> ToolDefinition {
        self.0.clone()
    }

    fn call<'a>(
        &'a self,
        arguments: &'a Map<String, Value>,
        context: &'a ToolContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let what = text("what").to_owned();
        match text("does") {
            "panic" if what == "early" => panic!("as it was told"),
            "panic" => Box::pin(async { panic!("as it was told") }),
            "hang" => Box::pin(std::future::pending()),
            "fail" => Box::pin(async move { Err(ToolError::new(what)) }),
            "bytes" => Box::pin(async { Ok(ToolOutput::bytes([b'a', 0xff, b'b'])) }),
            "repeat" => {
                let times = arguments.get("times").and_then(Value::as_u64).unwrap_or(0);
                Box::pin(async move { Ok(what.repeat(usize::try_from(times).expect("a number")).into()) })
            }
            "context" => {
                let ToolContext { user_id, agent_id, session_id, turn_id, call_id, .. } = context;
                let (session_id, turn_id) = (session_id.map(|id| id.to_string()), turn_id.map(|id| id.to_string()));
                let told = json!({"user_id": user_id, "agent_id": agent_id, "session_id": session_id, "turn_id": turn_id, "call_id": call_id});
                Box::pin(async move { Ok(told.into()) })
            }
            _ => Box::pin(async move { Ok(what.into()) }),
        }
    }
}
