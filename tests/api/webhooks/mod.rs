//! The webhooks group.

mod create;
mod delete;
mod get;
mod get_delivery;
mod list;
mod list_deliveries;
mod list_events;
mod recover;
mod redeliver;
mod rotate_secret;
mod test;
mod update;

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, TestApp};

/// Where the webhooks are.
pub(crate) const PATH: &str = "/webhooks";

/// A webhook to an endpoint that is nowhere: no name ends in `example` (RFC 2606).
pub(crate) fn webhook() -> Value {
    json!({"url": "https://hooks.example/astra"})
}

/// Makes a webhook; answers its path.
async fn make(app: &TestApp, new: &Value) -> String {
    let made = app.admin().post(PATH).json(new).await.expect(201);
    format!("{PATH}/{}", made["webhook"]["id"].as_str().expect("an id"))
}

/// Where a problem points to.
fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}

/// Sends what `ask` writes as those who have nothing to do with webhooks.
async fn turns_away(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.member()).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Admin, "spec:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as one who has only the right to look at webhooks.
async fn is_a_change(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.scoped(Role::Admin, "webhooks:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as the owner of another workspace.
async fn hides_from_others(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.other_workspace()).await.expect_problem(404, "not_found");
}
