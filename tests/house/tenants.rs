//! Whose rows an operation reads: those of the caller's workspace, before anything else is looked at. So the time of a refusal
//! says nothing of another workspace, and neither do its words (`tests/spec/tenants.rs`).

use crate::source::{File, assert_none, code, files};

/// What an operation may make rows of: the caller's workspace.
const OWN: [&str; 3] = ["&caller.workspace", "&self.caller.workspace", ""];

/// The operation whose path names a workspace that need not be the one of the token. The authority looks in the caller's own
/// memberships for it.
const SWITCHES: &str = "astra-core/src/api/workspaces/switch.rs";

#[test]
fn operations_have_rows_of_the_callers_workspace_alone() {
    assert_none(files("astra-core/src/api/").iter().flat_map(rows_of_others));
}

#[test]
fn a_workspace_that_a_path_names_is_compared_first() {
    assert_none(files("astra-core/src/api/").iter().filter_map(compared_late));
}

/// The lines that make rows of something else than the caller's workspace.
fn rows_of_others(file: &File) -> Vec<String> {
    let code = code(&file.text);
    let is_other = |line: &str| {
        line.split(".rows(").zip(line.split(".rows(").skip(1)).any(|(before, after)| {
            let argument = after.split(')').next().unwrap_or_default();
            let is_of_caller = before.ends_with("caller") && ["&app", "app"].contains(&argument);
            !is_of_caller && !OWN.contains(&argument)
        })
    };
    let lines = (1..).zip(code.lines()).filter(|(_, line)| is_other(line));
    lines.map(|(number, _)| format!("{}:{number}: rows of what may be another workspace", file.path)).collect()
}

/// A file of an operation below `/workspaces/{workspace_id}` whose handler does something before it compares the workspaces.
fn compared_late(file: &File) -> Option<String> {
    if !file.text.contains("path = \"/workspaces/{workspace_id}") || file.path == SWITCHES {
        return None;
    }
    let (_, handler) = file.text.split_once("pub async fn handler")?;
    let first = handler.lines().skip_while(|line| !line.ends_with('{')).nth(1).unwrap_or_default().trim();
    let is_compared = first.starts_with("own(&caller, ") || first.starts_with("check_own(&caller, ");
    (!is_compared).then(|| format!("{}: the handler begins with `{first}`", file.path))
}

#[test]
fn rows_of_another_workspace_are_found() {
    let found = |text| !rows_of_others(&File::example("astra-core/src/api/notes/get.rs", text)).is_empty();
    assert!(found("let rows = app.store.rows(&path.workspace);") && found("other.rows(&app)"));
    assert!(!found("app.store.rows(&caller.workspace).notes()") && !found("caller.rows(&app).notes()"));
}

#[test]
fn a_late_comparison_is_found() {
    let text = |first: &str| {
        format!(
            "#[utoipa::path(get, path = \"/workspaces/{{workspace_id}}/notes\")]\npub async fn handler(\n    caller: Caller,\n) \
             -> Result<()> {{\n    {first}\n}}\n"
        )
    };
    let found = |first| compared_late(&File::example("astra-core/src/api/workspaces/notes.rs", &text(first))).is_some();
    assert!(found("let rows = caller.rows(&app);") && !found("own(&caller, &workspace_id)?;"));
}
