//! What things are called: no junk drawers, a first line that says what the file is for, and one address for each
//! operation: its id, its file and its test file bear the same name.

use std::collections::BTreeSet;

use crate::source::{File, assert_none, files, rust_files};

/// Names that say nothing, so that everything ends up there.
const BANNED: [&str; 12] = [
    "common",
    "core",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "shared",
    "types",
    "util",
    "utilities",
    "utils",
];

/// Files of a group's folder that are not operations.
const NOT_OPERATIONS: [&str; 3] = ["lookup", "mod", "model"];

#[test]
fn no_module_has_a_name_that_says_nothing() {
    assert_none(rust_files().iter().filter_map(banned_name));
}

#[test]
fn every_file_says_what_it_is_for() {
    assert_none(rust_files().iter().filter_map(without_purpose));
}

#[test]
fn every_operation_is_in_the_file_of_its_name() {
    assert_none(files("astra-core/src/api/").iter().filter_map(misplaced_operation));
}

#[test]
fn every_operation_has_the_test_file_of_its_name_and_no_test_file_is_left_over() {
    let sources = files("astra-core/src/api/").into_iter().map(|file| file.path).collect();
    let tests = files("tests/api/").into_iter().map(|file| file.path).collect();
    assert_none(unpaired(&sources, &tests));
}

#[test]
fn no_file_below_the_operations_names_one() {
    let ids: Vec<String> = files("astra-core/src/api/").iter().flat_map(operation_ids).collect();
    assert!(ids.len() > 50, "the ids cannot be read: {ids:?}");
    assert_none(files("astra-core/src/").iter().flat_map(|file| named_operations(file, &ids)));
}

/// What belongs to operations, and the tables of what they need.
const ABOVE: [&str; 4] = ["api/", "auth/access/", "host/", "testing/"];

fn operation_ids(file: &File) -> Vec<String> {
    let ids = file.text.split("operation_id = \"").skip(1).filter_map(|rest| rest.split('"').next());
    ids.map(str::to_owned).collect()
}

/// Literals that are the id of an operation: what it is allowed to be is said in its own file. Texts may mention it.
fn named_operations(file: &File, ids: &[String]) -> Vec<String> {
    let path = file.path.trim_start_matches("astra-core/src/");
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let found =
        ids.iter().filter(|id| file.text.lines().filter(is_code).any(|line| line.contains(&format!("\"{id}\""))));
    let is_above = ABOVE.iter().any(|folder| path.starts_with(folder));
    found.filter(|_| !is_above).map(|id| format!("{}: names the operation {id:?}", file.path)).collect()
}

#[test]
fn a_named_operation_is_found() {
    let ids = ["auth.token".to_owned()];
    let found =
        |path: &str, text: &str| named_operations(&File::example(&format!("astra-core/src/{path}"), text), &ids);
    assert_eq!(found("http/limit.rs", "if operation.id == \"auth.token\" {").len(), 1);
    assert_eq!(found("http/limit.rs", "// \"auth.token\"\nlet text = \"Call auth.token.\";"), [""; 0]);
    assert_eq!(found("auth/access/auth.rs", "(\"auth.token\", Public),"), [""; 0]);
}

#[test]
fn models_hold_wire_types_alone() {
    let models = files("astra-core/src/api/").into_iter().filter(|file| file.path.ends_with("/model.rs"));
    assert_none(models.flat_map(|file| free_functions(&file)));
}

/// Functions that are no method of a type.
fn free_functions(file: &File) -> Vec<String> {
    let free = |line: &&str| {
        let line = line.trim_start_matches("pub ").trim_start_matches("pub(super) ").trim_start_matches("pub(crate) ");
        line.trim_start_matches("const ").trim_start_matches("async ").starts_with("fn ")
    };
    let found = file.text.lines().filter(free);
    found.map(|line| format!("{}: `{line}` belongs in lookup.rs", file.path)).collect()
}

#[test]
fn a_function_among_wire_types_is_found() {
    let found = |text: &str| free_functions(&File::example("astra-core/src/api/agents/model.rs", text)).len();
    assert_eq!(found("pub async fn find() {\n}\nfn page() {}\npub(super) const fn one() {}"), 3);
    assert_eq!(found("impl Agent {\n    pub fn read() {}\n}"), 0);
}

fn banned_name(file: &File) -> Option<String> {
    let name = file.path.trim_end_matches(".rs").split('/').find(|name| BANNED.contains(name))?;
    Some(format!("{}: `{name}` says nothing about what is in it", file.path))
}

fn without_purpose(file: &File) -> Option<String> {
    let is_said = file
        .text
        .strip_prefix("//! ")
        .is_some_and(|text| text.starts_with(|first: char| first.is_alphanumeric() || first == '`'));
    (!is_said).then(|| format!("{}: does not begin with `//!` and what it is for", file.path))
}

/// `(group, verb)` of an operation's source or test file: `<root>/<group>/<verb>.rs`.
fn operation_of<'a>(root: &str, path: &'a str) -> Option<(&'a str, &'a str)> {
    let (group, verb) = path.strip_prefix(root)?.strip_suffix(".rs")?.split_once('/')?;
    (!NOT_OPERATIONS.contains(&verb)).then_some((group, verb))
}

fn misplaced_operation(file: &File) -> Option<String> {
    let ids: Vec<&str> =
        file.text.split("operation_id = \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let Some((group, verb)) = operation_of("astra-core/src/api/", &file.path) else {
        return (!ids.is_empty()).then(|| format!("{}: {ids:?} belong in files of their own", file.path));
    };
    let id = format!("{}.{verb}", group.replace('_', "-"));
    (ids != [&id]).then(|| format!("{}: should define the operation {id:?} and no other, has {ids:?}", file.path))
}

fn unpaired(sources: &BTreeSet<String>, tests: &BTreeSet<String>) -> Vec<String> {
    let operations: BTreeSet<_> = sources.iter().filter_map(|path| operation_of("astra-core/src/api/", path)).collect();
    let groups: BTreeSet<_> = operations.iter().map(|(group, _)| group).collect();
    let tested: BTreeSet<_> = tests.iter().filter_map(|path| operation_of("tests/api/", path)).collect();
    let untested =
        operations.difference(&tested).map(|(group, verb)| format!("tests/api/{group}/{verb}.rs is missing"));
    let left_over = tested.difference(&operations).filter(|(group, _)| groups.contains(group));
    let left_over = left_over.map(|(group, verb)| format!("tests/api/{group}/{verb}.rs tests no operation"));
    untested.chain(left_over).collect()
}

#[test]
fn a_junk_drawer_is_found() {
    let found = |path| banned_name(&File::example(path, "")).is_some();
    assert!(found("astra-core/src/http/util.rs") && found("tests/common/mod.rs"));
    assert!(!found("astra-core/src/http/sse.rs"));
}

#[test]
fn a_file_without_a_purpose_is_found() {
    let found = |text| without_purpose(&File::example("a.rs", text)).is_some();
    assert!(found("use std::fs;\n") && found("//!\n\nuse std::fs;\n"));
    assert!(!found("//! Reads files.\n"));
}

#[test]
fn a_misplaced_operation_is_found() {
    let found = |path, id| misplaced_operation(&File::example(path, &format!("operation_id = \"{id}\""))).is_some();
    assert!(found("astra-core/src/api/agents/list.rs", "agents.get"));
    assert!(found("astra-core/src/api/agents/mod.rs", "agents.list"));
    assert!(!found("astra-core/src/api/agents/list.rs", "agents.list"));
    assert!(!found("astra-core/src/api/memory_profiles/list.rs", "memory-profiles.list"));
}

#[test]
fn a_missing_and_a_left_over_test_file_are_found() {
    let set = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<BTreeSet<_>>();
    let sources = set(&[
        "astra-core/src/api/agents/mod.rs",
        "astra-core/src/api/agents/get.rs",
        "astra-core/src/api/agents/list.rs",
    ]);
    let tests =
        set(&["tests/api/main.rs", "tests/api/agents/mod.rs", "tests/api/agents/get.rs", "tests/api/agents/old.rs"]);
    assert_eq!(
        unpaired(&sources, &tests),
        ["tests/api/agents/list.rs is missing", "tests/api/agents/old.rs tests no operation"]
    );
}
