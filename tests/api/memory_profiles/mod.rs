//! The memory profiles group.

mod assign;
mod create;
mod delete;
mod get;
mod list;
mod list_agents;
mod replace;
mod unassign;

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, TestApp};

/// Where the profiles are.
pub(crate) const PATH: &str = "/memory-profiles";
/// A profile that is nowhere.
const NOWHERE: &str = "/memory-profiles/mpr_0000000000009";

/// Makes a profile; answers its path.
pub(crate) async fn make(app: &TestApp, new: &Value) -> String {
    let made = app.admin().post(PATH).json(new).await.expect(201);
    format!("{PATH}/{}", made["id"].as_str().expect("an id"))
}

/// Makes an agent.
async fn agent(app: &TestApp, id: &str) {
    app.admin().post("/agents").json(&json!({"id": id})).await.expect(201);
}

/// The id in a path.
pub(crate) fn id(path: &str) -> &str {
    path.trim_start_matches(PATH).trim_start_matches('/')
}

/// Where a problem points to.
fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}

/// Sends what `ask` writes as those who may not look at profiles.
async fn turns_away(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.scoped(Role::Admin, "spec:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as those who may look at profiles and not change them.
async fn is_a_change(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    turns_away(app, &ask).await;
    ask(&app.member()).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Admin, "memory-profiles:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as the owner of another workspace.
async fn hides_from_others(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.other_workspace()).await.expect_problem(404, "not_found");
}
