//! The tools group.

mod approve;
mod connect_server;
mod deny;
mod disconnect_server;
mod get;
mod get_server;
mod invoke;
mod list;
mod list_approvals;
mod list_servers;

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, TestApp};

/// Where the MCP servers are.
pub(crate) const SERVERS: &str = "/tools/servers";

/// An agent with a policy.
async fn make_agent(app: &TestApp) {
    let tools = json!({"allow": ["current_*"], "deny": ["calculate"]});
    app.admin().post("/agents").json(&json!({"id": "clock", "tools": tools})).await.expect(201);
}

/// An MCP server that is nowhere: no name ends in `example` (RFC 2606).
pub(crate) fn http_server(name: &str) -> Value {
    json!({"name": name, "transport": {"type": "http", "url": "https://mcp.example/mcp"}})
}

/// An MCP server that is a program.
fn stdio_server(name: &str, command: &str) -> Value {
    json!({"name": name, "transport": {"type": "stdio", "command": command, "args": ["--hidden"], "env": {"KEY": "hidden"}}})
}

/// The names of a page's rows.
pub(crate) fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().into_iter().flatten().filter_map(|row| row["name"].as_str()).collect()
}

/// Where a problem points to.
fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}

/// Sends what `ask` writes as those who may not look at MCP servers.
async fn turns_away(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.member()).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Admin, "spec:read")).await.expect_problem(403, "forbidden");
}
