//! The memory group.

mod delete;
mod evaluate;
mod export;
mod get;
mod get_profile;
mod history;
mod import;
mod list;
mod propagate;
mod purge_user;
mod revert;
mod search;
mod traverse;
mod undo;
mod update;
mod update_profile;
mod write;

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, TestApp};

/// Where memories are.
pub(crate) const PATH: &str = "/memory";

/// What a member remembers by itself.
pub(crate) fn note(content: &str) -> Value {
    json!({"tier": "daily", "content": content})
}

/// A fact of a slot.
pub(crate) fn fact(slot: &str, content: &str) -> Value {
    json!({"tier": "profile", "slot": slot, "content": content})
}

/// Something that all of the workspace know.
pub(crate) fn shared(content: &str) -> Value {
    json!({"tier": "procedural", "scope": "workspace", "content": content})
}

/// Writes a memory as `caller`.
pub(crate) async fn keep(caller: &Caller, new: &Value) -> Value {
    caller.post(PATH).json(new).await.expect(201)
}

/// The path of a memory.
pub(crate) fn path_of(memory: &Value) -> String {
    format!("{PATH}/{}", memory["id"].as_str().expect("an id"))
}

/// The contents of a list, newest first.
pub(crate) async fn listed(caller: &Caller, query: &str) -> Vec<String> {
    let page = caller.get(&format!("{PATH}{query}")).await.expect(200);
    let rows = page["data"].as_array().expect("data").iter();
    rows.map(|row| row["content"].as_str().expect("content").to_owned()).collect()
}

/// Where a problem points to.
pub(crate) fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}

/// Sends what `ask` writes as those who may not use memory at all.
pub(crate) async fn turns_away(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.viewer()).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Owner, "spec:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as one who may only read memory.
async fn is_a_change(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.scoped(Role::Owner, "memory:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes about a member's memory as others: admins and owners see it no more than others do.
async fn hides_from_others(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    for other in [app.other_member(), app.admin(), app.owner(), app.other_workspace()] {
        ask(&other).await.expect_problem(404, "not_found");
    }
}
