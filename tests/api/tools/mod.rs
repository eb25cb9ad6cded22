//! The tools group.

mod approve;
mod deny;
mod get;
mod invoke;
mod list;
mod list_approvals;

use serde_json::json;

use crate::support::TestApp;

/// An agent with a policy.
async fn make_agent(app: &TestApp) {
    let tools = json!({"allow": ["current_*"], "deny": ["calculate"]});
    app.admin().post("/agents").json(&json!({"id": "clock", "tools": tools})).await.expect(201);
}
