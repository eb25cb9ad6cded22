//! The gateway's side: servers that are connected through the Rust API, and calls of their tools.

use std::sync::Arc;
use std::time::Duration;

use astra_core::ToolContext;
use astra_core::clock::ManualClock;
use astra_core::config::{OutboundConfig, Secret, ToolsConfig};
use astra_core::content::{Arguments, ToolCall};
use astra_core::store::WorkspaceId;
use astra_core::tools::mcp::{
    Environment, McpHttp, McpServerSpec, McpServerState, McpServerStatus, McpServers, McpTransport,
};
use astra_core::tools::{CallLimits, Outcome, RegisteredTool, ToolSource as _};
use serde_json::{Map, Value};

/// Nothing of these tests takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The servers of a gateway whose chance is always the smallest.
pub(crate) struct Client {
    pub(crate) servers: McpServers,
    pub(crate) clock: ManualClock,
    pub(crate) workspace: WorkspaceId,
}

impl Client {
    pub(crate) fn new() -> Self {
        let clock = ManualClock::new(1_795_467_600_000);
        let process = std::env::var("HOME").map(|home| ("HOME".to_owned(), home));
        let timeout = Duration::from_secs(20);
        let mut environment = Environment::new(
            Arc::new(clock.clone()),
            &OutboundConfig::default(),
            process.into_iter().collect(),
            timeout,
        );
        environment.jitter = Arc::new(|| 0.0);
        Self { servers: McpServers::new(environment), clock, workspace: WorkspaceId::named("one") }
    }

    /// Connects to a server of the configuration, and waits until it has been tried.
    pub(crate) async fn connected(spec: McpServerSpec) -> (Self, McpServerState) {
        let client = Self::new();
        let name = spec.name.clone();
        client.servers.connect(None, spec).expect("a good server");
        let state = client.tried(&name).await;
        (client, state)
    }

    /// The state of a server once it is connected, or has failed.
    pub(crate) async fn tried(&self, name: &str) -> McpServerState {
        self.until(name, |state| state.status != McpServerStatus::Connecting).await
    }

    /// The state of a server once it is `good`.
    pub(crate) async fn until(&self, name: &str, good: impl Fn(&McpServerState) -> bool) -> McpServerState {
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let state = self.servers.state(&self.workspace, name).expect("the server");
                if good(&state) {
                    return state;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        let waited = waited.await;
        waited.unwrap_or_else(|_| panic!("{:?}", self.servers.state(&self.workspace, name)))
    }

    pub(crate) fn tool(&self, name: &str) -> Arc<RegisteredTool> {
        let tools = self.servers.tools(&self.workspace);
        let known: Vec<String> = tools.iter().map(|tool| tool.name().to_owned()).collect();
        tools.into_iter().find(|tool| tool.name() == name).unwrap_or_else(|| panic!("no {name} in {known:?}"))
    }

    /// Calls a tool as a model does.
    pub(crate) async fn call(&self, name: &str, arguments: Value) -> Outcome {
        let context = ToolContext::new(self.workspace.clone(), "usr_1", "call_1");
        self.call_in(name, arguments, &context).await
    }

    pub(crate) async fn call_in(&self, name: &str, arguments: Value, context: &ToolContext) -> Outcome {
        let arguments: Map<String, Value> = serde_json::from_value(arguments).expect("an object");
        let call =
            ToolCall { id: "call_1".into(), name: name.into(), arguments: Arguments::Object(arguments), extra: None };
        CallLimits::from(&ToolsConfig::default()).call(&self.tool(name), &call, context).await
    }

    /// What a tool answers that does not fail.
    pub(crate) async fn said(&self, name: &str, arguments: Value) -> String {
        let outcome = self.call(name, arguments).await;
        assert!(!outcome.is_error, "{}", outcome.content);
        outcome.content
    }

    /// Why a tool fails.
    pub(crate) async fn fault(&self, name: &str, arguments: Value) -> String {
        let outcome = self.call(name, arguments).await;
        assert!(outcome.is_error, "{}", outcome.content);
        outcome.content
    }
}

/// A server of the configuration over HTTP.
pub(crate) fn http(name: &str, url: &str) -> McpServerSpec {
    let http = McpHttp { url: url.to_owned(), headers: Vec::new(), oauth: None, is_trusted: true };
    McpServerSpec { name: name.to_owned(), transport: McpTransport::Http(http), timeout: None }
}

/// The same, with something else.
pub(crate) fn with(mut spec: McpServerSpec, change: impl FnOnce(&mut McpHttp)) -> McpServerSpec {
    if let McpTransport::Http(http) = &mut spec.transport {
        change(http);
    }
    spec
}

pub(crate) fn header(name: &str, value: &str) -> (String, Secret) {
    (name.to_owned(), Secret::new(value))
}

/// The names of the tools that are not left out.
pub(crate) fn names(state: &McpServerState) -> Vec<&str> {
    state.tools.iter().filter_map(|tool| tool.name.as_deref()).collect()
}

/// Why the connection failed.
pub(crate) fn error(state: &McpServerState) -> &str {
    assert_eq!(state.status, McpServerStatus::Failed, "{state:?}");
    state.error.as_deref().expect("a reason")
}
