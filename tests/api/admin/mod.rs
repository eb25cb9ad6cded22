//! The admin group.

mod backup;
mod config;
mod export_audit;
mod list_audit;
mod stats;
mod verify_audit;

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, TestApp};

/// Sends what `ask` writes as those who may not: without a credential, as an admin, without the scope.
async fn turns_away(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.admin()).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Owner, "jobs:read")).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Owner, "admin:read")).await.expect(200);
}

/// Makes the agent `own` and gives it another prompt.
async fn change(app: &TestApp) -> Value {
    let agent = json!({"id": "own", "model": {"provider": "echo"}, "system_prompt": "One."});
    app.admin().post("/agents").header("x-request-id", "build-42").json(&agent).await.expect(201);
    app.admin().patch("/agents/own").json(&json!({"system_prompt": "Two."})).await.expect(200)
}
