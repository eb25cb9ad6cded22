//! README.md's commands, word for word, in a fresh folder: only the port is another, so that tests run side by side.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::{Command, Stdio};

use crate::gateway::Gateway;
use crate::program::Machine;

/// Stands between the outputs of two blocks.
const SEPARATOR: &str = "\u{1e}";

/// A block of commands, and what the text under it says that they print.
struct Step {
    commands: String,
    printed: Option<String>,
}

/// The fenced blocks of `text` as language and content.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            found.push((language.to_owned(), inside.map(|line| format!("{line}\n")).collect()));
        }
    }
    found
}

fn steps(readme: &str) -> Vec<Step> {
    let tour = readme.split("\n## ").find(|section| section.starts_with("Tour\n")).expect("the section Tour");
    let mut steps: Vec<Step> = Vec::new();
    for (language, content) in blocks(tour) {
        match language.as_str() {
            "sh" => steps.push(Step { commands: content, printed: None }),
            "text" => steps.last_mut().expect("commands above").printed = Some(content),
            other => panic!("a block of {other:?} in the tour"),
        }
    }
    steps
}

/// Whether `printed` is `expected`, in which `…` stands for anything.
fn fits(expected: &str, printed: &str) -> bool {
    let (expected, mut rest) = (expected.trim_end(), printed.trim_end());
    let Some((start, others)) = expected.split_once('…') else { return expected == rest };
    let Some(behind) = rest.strip_prefix(start) else { return false };
    rest = behind;
    let (between, end) = others.rsplit_once('…').unwrap_or(("", others));
    for part in between.split('…') {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(end)
}

#[test]
fn the_readmes_tour_works_word_for_word() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("README.md");
    let first = &blocks(&readme)[0];
    assert_eq!((first.0.as_str(), first.1.as_str()), ("sh", "cargo run --release -- serve\n"));
    let machine = Machine::new();
    let folder = machine.path("target/release");
    std::fs::create_dir_all(&folder).expect("made");
    symlink(env!("CARGO_BIN_EXE_astra"), folder.join("astra")).expect("linked");
    let gateway = Gateway::start(&machine);

    let steps = steps(&readme);
    assert!(steps.len() >= 8 && steps.iter().filter(|step| step.printed.is_some()).count() >= 7);
    let mut script = String::from("set -euo pipefail\n");
    for (place, step) in steps.iter().enumerate() {
        script.push_str(&step.commands);
        if place == 0 {
            // The port again: what a user has who configures another one.
            script.push_str("export ASTRA_SERVER=http://127.0.0.1:3000\n");
        }
        script.push_str(&format!("printf '{SEPARATOR}'\n"));
    }
    let script = script.replace("http://127.0.0.1:3000", &gateway.url);
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).current_dir(machine.folder()).stdin(Stdio::null());
    let path = std::env::var("PATH").expect("a path");
    shell.env_clear().env("PATH", path).env("HOME", machine.folder());
    let output = shell.output().expect("bash runs");
    let (printed, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{printed}\n{complained}");
    for (step, printed) in steps.iter().zip(printed.split(SEPARATOR)) {
        if let Some(expected) = &step.printed {
            assert!(fits(expected, printed), "{}prints\n{printed}\ninstead of\n{expected}", step.commands);
        }
    }
}

#[test]
fn the_binary_that_the_readme_names_is_the_one_that_cargo_runs() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("default-run = \"astra\""));
    let tests = std::fs::metadata(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/run")).expect("tests/run");
    assert_eq!(tests.permissions().mode() & 0o111, 0o111, "./tests/run can be run");
}

#[test]
fn a_pattern_is_held_against_the_whole_output() {
    assert!(fits("{\"a\":…}\n", "{\"a\":1}\n") && fits("a…b…c…", "a1b2c3") && fits("a\n…\nb…", "a\nx\nb\n"));
    assert!(!fits("a…b", "a1c") && !fits("a", "ab") && !fits("a…b", "xa1b") && !fits("a…b", "a1bc"));
}
