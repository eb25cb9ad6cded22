//! The workspaces group.

mod accept_grant;
mod create_grant;
pub(crate) mod events;
mod get_quotas;
mod get_restrictions;
mod list_grants;
mod put_quotas;
mod put_restrictions;
mod revoke_grant;

use astra_core::auth::Role;
use serde_json::Value;

use crate::support::{Ask, Caller, TestApp};

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
