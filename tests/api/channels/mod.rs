//! The channels group.

mod check;
mod create;
mod create_link_code;
mod delete;
mod get;
mod get_health;
mod health;
mod list;
mod list_messages;
mod list_platforms;
mod receive;
mod receive_transaction;
mod rotate_secrets;
mod update;
mod verify;

use astra_core::auth::Role;
use serde_json::{Value, json};

use crate::support::{Ask, Caller, TestApp};

/// Where the channels are.
const PATH: &str = "/channels";
/// A secret that opens nothing.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A channel of a platform that is nowhere: no name ends in `example` (RFC 2606).
fn channel() -> Value {
    json!({"name": "Support", "agent_id": "support",
        "platform": {"kind": "generic", "url": "https://chat.example/astra", "secret": SECRET}})
}

/// Makes a channel; answers its path.
async fn make(app: &TestApp, new: &Value) -> String {
    let made = app.admin().post(PATH).json(new).await.expect(201);
    format!("{PATH}/{}", made["id"].as_str().expect("an id"))
}

/// Where a problem points to.
fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}

/// Sends what `ask` writes as those who may not even look.
async fn turns_away(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.scoped(Role::Admin, "spec:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as those who may look at channels and not change them.
async fn is_for_admins(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    turns_away(app, &ask).await;
    ask(&app.member()).await.expect_problem(403, "forbidden");
    ask(&app.scoped(Role::Admin, "channels:read")).await.expect_problem(403, "forbidden");
}

/// Sends what `ask` writes as the owner of another workspace.
async fn hides_from_others(app: &TestApp, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.other_workspace()).await.expect_problem(404, "not_found");
}
