//! Floors: a file of the core imports only from the rooms below its own, as the table says. In several crates the border
//! would hold this; in one crate this test does.

use crate::source::{File, assert_none, code, files};

/// Each room of `astra-core/src` with its floor. A room may import every room of a lower floor.
const FLOORS: [(&str, u8); 37] = [
    ("clock", 1),
    ("config", 1),
    ("content", 1),
    ("ids", 1),
    ("json_schema", 1),
    ("metrics", 1),
    ("tally", 1),
    ("tasks", 1),
    ("text", 1),
    ("trace_context", 1),
    ("outbound", 2),
    ("provider", 2),
    ("store", 2),
    ("auth", 3),
    ("backup", 3),
    ("channels", 3),
    ("definitions", 3),
    ("engine", 3),
    ("events", 3),
    ("mcp_servers", 3),
    ("memory", 3),
    ("otlp", 3),
    ("skills", 3),
    ("tools", 3),
    ("webhooks", 3),
    ("work", 3),
    ("workspace_policy", 3),
    ("app", 4),
    ("document", 4),
    ("error", 4),
    ("http", 5),
    ("openapi", 5),
    ("api", 6),
    ("host", 6),
    ("testing", 6),
    ("router", 7),
    ("serve", 8),
];

/// Which room may import which of its own floor; there is no circle among them.
const NEIGHBOURS: [(&str, &str); 25] = [
    ("app", "document"),
    ("app", "error"),
    ("backup", "auth"),
    ("channels", "auth"),
    ("channels", "engine"),
    ("channels", "webhooks"),
    ("definitions", "engine"),
    ("definitions", "skills"),
    ("document", "error"),
    ("engine", "auth"),
    ("engine", "memory"),
    ("engine", "skills"),
    ("engine", "tools"),
    ("engine", "workspace_policy"),
    ("ids", "clock"),
    ("json_schema", "text"),
    ("mcp_servers", "auth"),
    ("mcp_servers", "tools"),
    ("memory", "workspace_policy"),
    ("openapi", "http"),
    ("otlp", "engine"),
    ("provider", "outbound"),
    ("tools", "memory"),
    ("tools", "skills"),
    ("webhooks", "auth"),
];

/// What the crate's root re-exports, and the room that it comes from.
const REEXPORTS: [(&str, &str); 5] =
    [("Code", "error"), ("Error", "error"), ("FieldError", "error"), ("Result", "error"), ("params", "store")];

/// Crates that belong to some rooms alone: HTTP stays on floors 4 to 8, SQL drivers in the store, and what calls other
/// machines over HTTP in the one way out.
const CRATES: [(&[&str], &[&str]); 3] = [
    (
        &["axum", "utoipa", "utoipa_axum"],
        &["error", "app", "http", "openapi", "api", "host", "testing", "router", "serve"],
    ),
    (&["rusqlite", "tokio_postgres", "deadpool_postgres"], &["store"]),
    (&["hyper::client", "hyper_rustls", "hyper_util::client", "reqwest"], &["outbound"]),
];

/// What would make the core unfit to be embedded: the host owns its environment, its logger, its signals.
const HOST_OWNED: [&str; 5] = ["std::env::", "env::var", "tracing_subscriber", "tokio::signal", "process::exit"];

#[test]
fn nothing_imports_upwards() {
    assert_none(files("astra-core/src/").iter().flat_map(upward_imports));
}

#[test]
fn http_and_sql_stay_in_their_rooms() {
    assert_none(files("astra-core/src/").iter().flat_map(strayed_crates));
}

#[test]
fn the_core_leaves_the_process_to_its_host() {
    assert_none(files("astra-core/src/").iter().flat_map(host_business));
}

#[test]
fn the_command_line_reads_the_environment_in_one_place() {
    // What is written into clients is other people's code.
    let is_ours = |file: &File| file.path != "astra-cli/src/env.rs" && !file.path.contains("/templates/");
    let others = files("astra-cli/src/").into_iter().filter(is_ours);
    assert_none(
        others
            .filter(|file| code(&file.text).contains("env::var"))
            .map(|file| format!("{}: reads the environment", file.path)),
    );
}

/// The room of a file, and the group within `api`.
fn room_of(path: &str) -> Option<(&str, Option<&str>)> {
    let mut names = path.strip_prefix("astra-core/src/")?.trim_end_matches(".rs").split('/');
    let room = names.next().filter(|room| *room != "lib")?;
    Some((room, names.next().filter(|name| room == "api" && *name != "mod")))
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

fn may_import(room: &str, target: &str) -> bool {
    let is_below = floor(target).is_some() && floor(target) < floor(room);
    // Periodic work and the queue are for all rooms of their floor, and use none of them.
    let is_for_all = target == "work" && floor(room) == floor(target);
    room == target || is_below || is_for_all || NEIGHBOURS.contains(&(room, target))
}

fn upward_imports(file: &File) -> Vec<String> {
    let Some((room, group)) = room_of(&file.path) else { return Vec::new() };
    if floor(room).is_none() {
        return vec![format!("{}: `{room}` has no floor", file.path)];
    }
    let mut found = Vec::new();
    for (line, path) in imports(file) {
        let mut names = path.iter().map(String::as_str);
        let first = names.next().unwrap_or_default();
        let target = REEXPORTS.iter().find(|(name, _)| *name == first).map_or(first, |(_, room)| room);
        // The groups' names are in lower case; what stands beside them in `api` itself is for all of them.
        let next = names.next().filter(|name| name.starts_with(char::is_lowercase));
        let other_group =
            next.filter(|name| target == "api" && room == "api" && group.is_some() && group != Some(name));
        if !may_import(room, target) || other_group.is_some() {
            found.push(format!("{}:{line}: `{room}` must not import `crate::{}`", file.path, path.join("::")));
        }
    }
    found
}

/// Every `crate::a::b` of the file as line number and names, braces taken apart and `super` resolved.
pub(crate) fn imports(file: &File) -> Vec<(usize, Vec<String>)> {
    let code = code(&file.text);
    let modules = file.path.trim_start_matches("astra-core/src/").trim_end_matches(".rs").trim_end_matches("/mod");
    let modules: Vec<String> = modules.split('/').map(str::to_owned).collect();
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        if code[..start].ends_with(|before: char| before.is_alphanumeric() || "_:$".contains(before)) {
            continue;
        }
        let tree = code[start..].strip_prefix("crate::");
        let tree_of_super = code[start..].trim_start_matches("super::");
        let climbed = (code.len() - start - tree_of_super.len()) / "super::".len();
        let climbed = climbed.saturating_sub(inline_modules(&code[..start]));
        let base = if tree.is_some() { &[][..] } else { &modules[..modules.len().saturating_sub(climbed)] };
        let paths = expand(tree.unwrap_or(tree_of_super)).into_iter().map(|path| [base, &path].concat());
        // What `super` of a file at the top leads to may be something in that file.
        let paths = paths.filter(|path| tree.is_some() || floor(&path[0]).is_some());
        let line = code[..start].matches('\n').count() + 1;
        found.extend(paths.map(|path| (line, path)));
    }
    found
}

/// How many `mod name {` are open at the end of this code, which rustfmt has formatted.
fn inline_modules(code: &str) -> usize {
    let mut open: Vec<&str> = Vec::new();
    for line in code.lines() {
        let (indent, text) = line.split_at(line.len() - line.trim_start().len());
        if text.ends_with('{') && text.trim_start_matches("pub ").trim_start_matches("pub(crate) ").starts_with("mod ")
        {
            open.push(indent);
        } else if text == "}" && open.last() == Some(&indent) {
            open.pop();
        }
    }
    open.len()
}

/// The paths that a `use` tree stands for, as far as their first two names.
fn expand(tree: &str) -> Vec<Vec<String>> {
    if let Some(group) = tree.strip_prefix('{') {
        return members(group).into_iter().flat_map(|member| expand(member.trim())).collect();
    }
    let name: String = tree.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect();
    let rest = tree[name.len()..].strip_prefix("::");
    let tails = rest.map_or_else(|| vec![Vec::new()], expand);
    tails.into_iter().map(|tail| [vec![name.clone()], tail].concat()).collect()
}

/// The comma-separated members of a brace group whose opening brace is already gone.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => {}
            '}' | ',' => {
                found.push(&group[start..at]);
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|member| !member.trim().is_empty());
    found
}

fn strayed_crates(file: &File) -> Vec<String> {
    let Some((room, _)) = room_of(&file.path) else { return Vec::new() };
    // A derive on plain data, as serde's are: one thing has one description, whichever floor it lives on.
    let code = code(&file.text).replace("use utoipa::ToSchema;", "");
    let is_used = |name: &str| {
        code.match_indices(&format!("{name}::"))
            .any(|(at, _)| !code[..at].ends_with(|before: char| before.is_alphanumeric() || "_:".contains(before)))
    };
    let strayed = CRATES.iter().filter(|(_, rooms)| !rooms.contains(&room)).flat_map(|(names, _)| names.iter());
    strayed
        .filter(|name| is_used(name))
        .map(|name| format!("{}: `{name}` has no business in `{room}`", file.path))
        .collect()
}

fn host_business(file: &File) -> Vec<String> {
    let code = code(&file.text);
    let is_static = |line: &str| {
        line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ").starts_with("static ")
    };
    let statics = code
        .lines()
        .filter(|line| is_static(line))
        .map(|line| format!("{}: {}: state belongs in App", file.path, line.trim()));
    let owned = HOST_OWNED
        .iter()
        .filter(|name| code.contains(**name))
        .map(|name| format!("{}: `{name}` is the host's", file.path));
    statics.chain(owned).collect()
}

#[test]
fn an_import_upwards_is_found_however_it_is_written() {
    let found = |path: &str, text: &str| upward_imports(&File::example(&format!("astra-core/src/{path}"), text)).len();
    assert_eq!(found("store/db.rs", "use crate::engine::Turn;"), 1);
    assert_eq!(found("store/db.rs", "use crate::{\n    config::{Config, Secret},\n    engine::Turn,\n};"), 1);
    assert_eq!(found("store/db.rs", "fn f(turn: crate::engine::Turn) {}"), 1);
    assert_eq!(found("store/mod.rs", "use super::engine::Turn;"), 1);
    assert_eq!(found("store/db.rs", "use super::super::engine::Turn;"), 1);
    assert_eq!(found("store/db.rs", "use crate::Error;"), 1);
    assert_eq!(found("api/agents/list.rs", "use crate::api::sessions::Session;"), 1);
    assert_eq!(found("api/agents/list.rs", "use super::super::sessions::model;"), 1);
    assert_eq!(found("api/agents/mod.rs", "use super::sessions;"), 1);
    assert_eq!(found("provider/retry.rs", "mod tests {\n    use super::super::super::engine::Turn;\n}"), 1);
    assert_eq!(found("unheard_of.rs", ""), 1);
}

#[test]
fn an_import_downwards_is_none() {
    let found = |path: &str, text: &str| upward_imports(&File::example(&format!("astra-core/src/{path}"), text));
    assert_eq!(
        found("engine/turn.rs", "use super::event::Event;\nuse crate::store::{Db, Row};\n// crate::api"),
        [""; 0]
    );
    assert_eq!(
        found("api/agents/list.rs", "use crate::api::agents::model::Agent;\nuse crate::{Error, Result};"),
        [""; 0]
    );
    assert_eq!(found("api/agents/mod.rs", "use crate::api::Operations;"), [""; 0]);
    assert_eq!(found("api/mod.rs", "use crate::api::agents;"), [""; 0]);
    assert_eq!(found("provider/retry.rs", "mod tests {\n    use super::super::error::Kind;\n}"), [""; 0]);
}

#[test]
fn a_crate_in_the_wrong_room_is_found() {
    let found = |path: &str, text: &str| strayed_crates(&File::example(&format!("astra-core/src/{path}"), text)).len();
    assert_eq!(found("engine/turn.rs", "use axum::Json;"), 1);
    assert_eq!(found("api/agents/list.rs", "#[utoipa::path(get)]\nuse axum::Json;"), 0);
    assert_eq!(found("engine/agent.rs", "use utoipa::ToSchema;"), 0);
    assert_eq!(found("engine/agent.rs", "use utoipa::{IntoParams, ToSchema};"), 1);
    assert_eq!(found("api/agents/list.rs", "use tokio_postgres::Client;"), 1);
    assert_eq!(found("provider/upstream.rs", "use reqwest::Client;"), 1);
}

#[test]
fn what_belongs_to_the_host_is_found() {
    let found = |text: &str| host_business(&File::example("astra-core/src/app.rs", text)).len();
    assert_eq!(found("let home = std::env::var_os(\"HOME\");"), 2);
    assert_eq!(found("pub(crate) static CACHE: Mutex<u8> = Mutex::new(0);"), 1);
    assert_eq!(found("const LIMIT: &'static str = \"\";"), 0);
}
