//! Our verdict beside those of `skills-ref` of PyPI and of npm, the reference validators of Agent Skills.

use std::process::Command;

use serde_json::Value;

use super::{folders, write};
use crate::program::Machine;

/// Whether a validator passes the folder; `None` if it is not installed.
fn verdict(variable: &str, interpreter: Option<&str>, folder: &std::path::Path) -> Option<bool> {
    let Ok(program) = std::env::var(variable) else {
        println!("skipped: {variable} is not set");
        return None;
    };
    let mut command = match interpreter.map(std::env::var) {
        Some(Ok(interpreter)) => {
            let mut command = Command::new(interpreter);
            command.arg(program);
            command
        }
        Some(Err(_)) => return None,
        None => Command::new(program),
    };
    let output = command.arg("validate").arg(folder).output().expect("the validator runs");
    Some(output.status.success())
}

#[test]
fn verdicts_and_lines_are_as_the_table_says() {
    let machine = Machine::new();
    for folder in folders::all() {
        write(&machine, &format!("{}/SKILL.md", folder.name), &folder.text);
        let path = machine.path(folder.name);
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
    let machine = Machine::new();
    for folder in folders::all() {
        write(&machine, &format!("{}/SKILL.md", folder.name), &folder.text);
        let path = machine.path(folder.name);
        let (differs_pypi, differs_npm, why) =
            folder.other.map_or((false, false, ""), |other| (other.pypi, other.npm, other.why));
        for (name, variable, interpreter, differs) in [
            ("PyPI", "ASTRA_TEST_SKILLS_PYTHON", None, differs_pypi),
            ("npm", "ASTRA_TEST_SKILLS_NODE", Some("ASTRA_TEST_NODE"), differs_npm),
        ] {
            if let Some(verdict) = verdict(variable, interpreter, &path) {
                assert_eq!(verdict, folder.is_good != differs, "{name} on {}: {why}", folder.name);
            }
        }
    }
}
