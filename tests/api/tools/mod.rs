//! The tools group.

mod get;
mod invoke;
mod list;

use serde_json::json;

use crate::support::TestApp;

/// An agent with a policy.
async fn make_agent(app: &TestApp) {
    let tools = json!({"allow": ["current_*"], "deny": ["calculate"]});
    app.admin().post("/agents").json(&json!({"id": "clock", "tools": tools})).await.expect(201);
}
