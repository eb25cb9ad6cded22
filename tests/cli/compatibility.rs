//! Clients of the last release can talk to the next one: `tests/golden/released.json` is that release's document. A change
//! that breaks them is admitted by the word Breaking in what CHANGELOG.md says of the unreleased.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Machine;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(file(name)).expect("it can be read")
}

/// Whether the section of what is not released yet speaks of breaking.
fn is_admitted(changelog: &str) -> bool {
    let unreleased = changelog.split("\n## ").find(|section| section.starts_with("Unreleased"));
    let words = |text: &str| text.split(|letter: char| !letter.is_alphabetic()).any(|word| word == "Breaking");
    unreleased.is_some_and(words)
}

/// What breaks clients of the released document when they meet this one.
fn breaking(document: &Path) -> Vec<String> {
    let machine = Machine::new();
    let (old, new) = (file("tests/golden/released.json"), document);
    let ended = machine.astra(&["spec", "diff", &old.to_string_lossy(), &new.to_string_lossy()]);
    let lines: Vec<_> = ended.stdout.lines().filter(|line| line.starts_with("breaking\t")).map(str::to_owned).collect();
    let code = i32::from(!lines.is_empty());
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(code), ""), "{}", ended.stdout);
    lines
}

#[test]
fn clients_of_the_last_release_are_not_broken_unawares() {
    let found = breaking(&file("tests/golden/openapi.json"));
    assert!(
        found.is_empty() || is_admitted(&read("CHANGELOG.md")),
        "CHANGELOG.md must say `Breaking` under Unreleased, or this must not be:\n{}",
        found.join("\n")
    );
}

#[test]
fn a_document_with_less_is_found_to_break_them() {
    let mut document: Value = serde_json::from_str(&read("tests/golden/released.json")).expect("JSON");
    document["paths"].as_object_mut().expect("paths").shift_remove("/agents/{agent_id}/usage").expect("it was there");
    let machine = Machine::new();
    machine.write("less.json", &document.to_string());
    let found = breaking(&machine.path("less.json"));
    assert_eq!(found, ["breaking\tagents.usage\t#/paths/~1agents~1{agent_id}~1usage/get\toperation is gone"]);
}

#[test]
fn only_the_unreleased_can_admit_it() {
    let changelog = |unreleased: &str, released: &str| {
        format!("# Changelog\n\n## Unreleased\n\n### Changed\n- {unreleased}\n\n## 0.1.0\n\n- {released}\n")
    };
    assert!(is_admitted(&changelog("**Breaking**: the field `x` is gone.", "")));
    assert!(!is_admitted(&changelog("The field `x` is new.", "Breaking: all of it.")));
    assert!(!is_admitted(&changelog("No groundBreaking news; none that are breaking.", "")));
    assert!(!is_admitted("# Changelog\n"));
}
