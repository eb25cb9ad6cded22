//! The workspaces group, and what its tests share.

mod accept_grant;
mod accept_invitation;
mod create;
mod create_grant;
mod create_invitation;
mod delete;
pub(crate) mod events;
mod get;
mod get_quotas;
mod get_restrictions;
mod list;
mod list_grants;
mod list_invitations;
mod list_members;
mod put_member;
mod put_quotas;
mod put_restrictions;
mod remove_member;
mod revoke_grant;
mod revoke_invitation;
mod switch;
mod update;

use astra_core::auth::Role;
use astra_core::params;
use serde_json::{Value, json};

use crate::auth::with;
use crate::conversation::text;
use crate::support::{Ask, Caller, TestApp};

/// Where the app's workspace is.
fn here(app: &TestApp) -> String {
    format!("/workspaces/{}", app.store().workspace().as_str())
}

/// Another workspace, made by the person of `tokens`, and its owner's tokens for it.
async fn elsewhere(app: &TestApp, tokens: &Value) -> (String, Value) {
    let made = with(app, tokens).post("/workspaces").json(&json!({"name": "Elsewhere"})).await.expect(201);
    let path = format!("/workspaces/{}", text(&made, "id"));
    let tokens = with(app, tokens).post(&format!("{path}/switch")).json(&json!({})).await.expect(200);
    (path, tokens)
}

/// The code of a new invitation to the workspace at `path`, made by the person of `tokens`.
async fn invited(app: &TestApp, (path, tokens): (&str, &Value), wish: &Value) -> String {
    let made = with(app, tokens).post(&format!("{path}/invitations")).json(wish).await.expect(201);
    text(&made, "code").to_owned()
}

/// The id of the person of `tokens`.
async fn id_of(app: &TestApp, tokens: &Value) -> String {
    text(&with(app, tokens).get("/auth/me").await.expect(200), "id").to_owned()
}

/// How many rows of `table` are in the store.
async fn count(app: &TestApp, table: &str) -> i64 {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
    app.db().write(move |tx| tx.one(&sql, params![])?.next_int()).await.expect("a count")
}

/// Sends what `ask` writes to a path of the app's workspace as those to whom it does not exist; and, to paths of workspaces that
/// are none, as its owner.
async fn hides_from_others(app: &TestApp, ask: impl Fn(&Caller, &str) -> Ask) {
    ask(&app.other_workspace(), &here(app)).await.expect_problem(404, "not_found");
    for path in ["/workspaces/wsp_000000000000e", "/workspaces/nothing", "/workspaces/%20"] {
        ask(&app.owner(), path).await.expect_problem(404, "not_found");
    }
}

/// Sends what `ask` writes as those who may not: a caller without a credential, a role below `least`, a token without the scope.
async fn turns_away(app: &TestApp, least: Role, ask: impl Fn(&Caller) -> Ask) {
    ask(&app.anonymous()).await.expect_problem(401, "unauthorized");
    ask(&app.scoped(Role::Owner, "spec:read")).await.expect_problem(403, "forbidden");
    for role in Role::ALL.into_iter().filter(|role| *role < least) {
        ask(&app.role(role)).await.expect_problem(403, "forbidden");
    }
}

/// The path of `part` of the app's workspace.
pub(crate) fn path_to(app: &TestApp, part: &str) -> String {
    format!("/workspaces/{}/{part}", app.store().workspace().as_str())
}

/// Sets the restrictions of the workspace.
pub(crate) async fn restrict(app: &TestApp, restrictions: &Value) -> Value {
    app.admin().put(&path_to(app, "restrictions")).json(restrictions).await.expect(200)
}

/// Sets the quotas of the workspace.
pub(crate) async fn limit(app: &TestApp, quotas: &Value) -> Value {
    app.owner().put(&path_to(app, "quotas")).json(quotas).await.expect(200)
}

/// Sends what `ask` writes for a path as those who may not read policies, and to a workspace that is not the caller's.
async fn only_for_the_workspace(app: &TestApp, part: &str, ask: impl Fn(&Caller, &str) -> Ask) {
    let own = path_to(app, part);
    ask(&app.anonymous(), &own).await.expect_problem(401, "unauthorized");
    ask(&app.scoped(Role::Owner, "spec:read"), &own).await.expect_problem(403, "forbidden");
    ask(&app.other_workspace(), &own).await.expect_problem(404, "not_found");
    let nowhere = format!("/workspaces/wsp_0000000000001/{part}");
    ask(&app.owner(), &nowhere).await.expect_problem(404, "not_found");
}

/// Where a problem points to.
fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}
