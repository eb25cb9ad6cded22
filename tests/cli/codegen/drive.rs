//! `astra codegen --drive`: the story of `tests/contract` is one of the document, and what is no story of it is refused. That
//! the programs run is the business of `tests/contract/clients`.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::{LANGUAGES, files};
use crate::program::Machine;

fn story_file() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/contract/story.json").display().to_string()
}

fn story() -> Map<String, Value> {
    let text = std::fs::read_to_string(story_file()).expect("the story");
    serde_json::from_str(&text).expect("a JSON object")
}

/// Runs the command with another story than the project's own.
#[track_caller]
fn refused(story: &Map<String, Value>, language: &str, told: &[&str]) {
    let machine = Machine::new();
    machine.write("story.json", &Value::from(story.clone()).to_string());
    let ended = machine.astra(&["codegen", language, "--out", "driver", "--drive", "story.json"]);
    ended.fails(1, told);
    assert!(!machine.path("driver").exists(), "nothing is written");
}

#[test]
fn the_story_has_a_row_for_each_operation_and_no_other() {
    let document = include_str!("../../golden/openapi.json");
    let document: Value = serde_json::from_str(document).expect("JSON");
    let items = document["paths"].as_object().expect("paths").values();
    let operations = items.flat_map(|item| item.as_object().expect("one").values());
    let ids: Vec<&str> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
    let story = story();
    let missing: Vec<_> = ids.iter().filter(|id| !story.contains_key(**id)).collect();
    assert!(missing.is_empty(), "tests/contract/story.json has no row for {missing:?}: `\"{}\": {{}}`", missing[0]);
    let gone: Vec<_> = story.keys().filter(|id| !ids.contains(&id.as_str())).collect();
    assert!(gone.is_empty(), "tests/contract/story.json has rows for {gone:?}, which the document does not have");
}

#[test]
fn each_language_has_a_program_that_calls_every_operation_of_the_story() {
    let machine = Machine::new();
    let out = |language| ["codegen", language, "--out", language, "--drive"].map(str::to_owned);
    for (language, _) in LANGUAGES {
        let mut arguments = out(language).to_vec();
        arguments.push(story_file());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let said = machine.astra(&arguments);
        assert!(said.stderr.contains(": astra-client, calls of ") || language == "go", "{said:?}");
        said.ok();
        let written = files(&machine.path(language));
        let programs = written.iter().filter(|(name, _)| name.contains("story") || name.contains("main"));
        for (name, text) in programs {
            for (id, _) in story().iter().filter(|(_, row)| !row.is_null()) {
                assert!(text.contains(&format!("\"{id}\"")), "{id} is not called in {language}/{name}");
            }
            // A variable of the story is never sent as it stands there.
            let literal =
                |line: &str| line.contains("\"{{session_id}}\"") && !line.contains("text(\"{{session_id}}\")");
            let found = text.lines().find(|line| literal(line) && !line.contains("expect("));
            assert_eq!(found, None, "{language}/{name}");
        }
        let checked = machine.astra(&[&arguments[..], &["--check"]].concat());
        assert_eq!(checked.ok(), "", "{language} is the same each time");
    }
}

#[test]
fn a_story_of_another_document_is_refused_with_all_its_faults() {
    let mut story = story();
    story.shift_remove("agents.get");
    story.insert("agents.invent".to_owned(), json!({}));
    story.insert("agents.list".to_owned(), json!({"parameters": {"lines": 5}}));
    story.insert("agents.usage".to_owned(), json!({"expect": {"/a": "{{unheard_of}}"}}));
    refused(
        &story,
        "rust",
        &[
            "story.json does not fit the document",
            "agents.get has no row in the story",
            "agents.invent is no operation of the document",
            "agents.list: it has no parameter `lines` that a client takes",
            "agents.usage: no earlier row remembers `unheard_of`",
            "hint: a row is `\"agents.get\": {}`",
        ],
    );
}

#[test]
fn a_variable_stands_where_a_call_takes_text() {
    let mut story = story();
    let number = json!({"parameters": {"version": "{{kid}}"}});
    story.insert("agents.get_version".to_owned(), number);
    for language in ["rust", "go"] {
        refused(&story, language, &["agents.get_version: `{{kid}}` stands where the call takes no text"]);
    }
}

#[test]
fn what_is_no_story_is_refused() {
    let machine = Machine::new();
    let drive = ["codegen", "go", "--out", "driver", "--drive", "story.json"];
    machine.astra(&drive).fails(1, &["cannot read the story story.json"]);
    for (text, told) in [
        ("{", "EOF"),
        (r#"{"health.get": {}, "health.get": {}}"#, "health.get has two rows"),
        (r#"{"health.get": {"wait": 1}}"#, "health.get: a row has no `wait`"),
    ] {
        machine.write("story.json", text);
        machine.astra(&drive).fails(1, &["cannot read the story story.json", told]);
    }
    machine.astra(&["codegen", "--list", "--drive", "story.json"]).fails(2, &["--drive"]);
}
