//! The agents group.

mod clone;
mod create;
mod delete;
mod diff_versions;
mod export;
mod get;
mod get_version;
mod import;
mod label_version;
mod list;
mod list_versions;
mod reload;
mod replace;
mod rollback;
mod update;
mod usage;

use serde_json::{Value, json};

use crate::support::TestApp;

/// The agents.
const PATH: &str = "/agents";

/// An agent that was just made, with a prompt.
async fn make(app: &TestApp, id: &str, prompt: &str) -> Value {
    let new = json!({"id": id, "system_prompt": prompt, "metadata": {"team": "a"}});
    app.admin().post(PATH).json(&new).await.expect(201)
}

/// The pointers of a problem's errors.
fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("errors");
    errors.iter().map(|error| error["pointer"].as_str().expect("a pointer")).collect()
}

/// The ids of a page's items.
fn ids(page: &Value) -> Vec<&str> {
    page["data"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("an id")).collect()
}
