//! Our verdict beside those of `skills-ref` of PyPI and of npm, the reference validators of Agent Skills.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::folders::{self, Folder};
use super::write;
use crate::program::Machine;

/// A program of this folder.
fn script(name: &str) -> String {
    format!("{}/../tests/cli/skills/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The verdicts of a validator on `paths`; `None` if the variables that name it are not set.
fn verdicts(variables: &[&str], name: &str, paths: &[PathBuf]) -> Option<Vec<bool>> {
    let Ok(found) = variables.iter().map(std::env::var).collect::<Result<Vec<_>, _>>() else {
        println!("skipped: {} is not set", variables.join(" or "));
        return None;
    };
    let output = Command::new(&found[0]).arg(script(name)).args(&found[1..]).args(paths).output();
    let output = output.expect("the validator runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{complained}");
    Some(said.lines().map(|line| line == "good").collect())
}

/// All folders on a machine.
fn written() -> (Machine, Vec<(Folder, PathBuf)>) {
    let machine = Machine::new();
    let place = |folder: Folder| {
        write(&machine, &format!("{}/SKILL.md", folder.name), &folder.text);
        let path = machine.path(folder.name);
        (folder, path)
    };
    let folders = folders::all().into_iter().map(place).collect();
    (machine, folders)
}

#[test]
fn verdicts_and_lines_are_as_the_table_says() {
    let (machine, folders) = written();
    for (folder, path) in folders {
        let ended = machine.astra(&["skills", "check", "--json", &path.to_string_lossy()]);
        let report: Value =
            serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}: {ended:?}", folder.name));
        assert_eq!(ended.code, Some(i32::from(!folder.is_good)), "{}: {report}", folder.name);
        let findings = report["findings"].as_array().expect("a list");
        let error = findings.iter().find(|finding| finding["severity"] == "error");
        assert_eq!(error.is_none(), folder.is_good, "{}: {report}", folder.name);
        assert_eq!(error.and_then(|error| error["line"].as_u64()), folder.line, "{}: {report}", folder.name);
    }
}

#[test]
fn the_reference_validators_come_to_the_same_verdicts_but_where_the_table_says_otherwise() {
    let (_machine, folders) = written();
    let paths: Vec<PathBuf> = folders.iter().map(|(_, path)| path.clone()).collect();
    let pypi = verdicts(&["ASTRA_TEST_SKILLS_PYTHON"], "validate.py", &paths);
    let npm = verdicts(&["ASTRA_TEST_NODE", "ASTRA_TEST_SKILLS_NODE"], "validate.mjs", &paths);
    for (place, (folder, _)) in folders.iter().enumerate() {
        let other = folder.other.as_ref();
        for (name, verdicts, differs) in [
            ("PyPI", &pypi, other.is_some_and(|other| other.pypi)),
            ("npm", &npm, other.is_some_and(|other| other.npm)),
        ] {
            let Some(verdicts) = verdicts else { continue };
            let why = other.map_or("", |other| other.why);
            assert_eq!(verdicts[place], folder.is_good != differs, "{name} on {}: {why}", folder.name);
        }
    }
}
