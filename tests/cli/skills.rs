//! `astra skills check`: findings with file and line, the exit code, and the verdicts of the reference validators.

mod folders;
mod oracles;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::program::Machine;

/// A good SKILL.md of this name.
fn good(name: &str) -> String {
    format!("---\nname: {name}\ndescription: Does it.\n---\nDo it.\n")
}

/// Writes a file in the folder `skill` of the machine.
fn write(machine: &Machine, path: &str, bytes: impl AsRef<[u8]>) {
    let path = machine.path(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, bytes).expect("a file");
}

fn link(target: impl AsRef<Path>, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a link");
}

#[test]
fn a_good_skill_is_passed_in_silence() {
    let machine = Machine::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/skills/release-notes");
    for path in [example.to_owned(), format!("{example}/SKILL.md"), format!("{example}/..")] {
        let ended = machine.astra(&["skills", "check", &path]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{path}: {}", ended.stderr);
        assert!(ended.stderr.contains("1 skill usable, 0 errors, 0 warnings"), "{}", ended.stderr);
    }
}

#[test]
fn findings_have_file_and_line_and_decide_the_exit_code() {
    let machine = Machine::new();
    write(&machine, "all/pdf/SKILL.md", "---\nname: PDF\ndescription: |\n  Fills forms.\nmodel: opus\n---\nFill.\n");
    write(&machine, "all/warned/SKILL.md", "---\nname: warned\ndescription: x\nhooks: {}\n---\r\nDo.\r\n");
    write(&machine, "all/notes.txt", "no skill");
    let ended = machine.astra(&["skills", "check", "all"]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.stdout,
        "all/pdf/SKILL.md:5: warning: `model` is no key of Agent Skills: it is ignored\n\
         all/pdf/SKILL.md:2: error: the name is not in lower case: write `pdf`\n\
         all/warned/SKILL.md:1: warning: the lines end in CR and LF: the model is given LF alone\n\
         all/warned/SKILL.md:4: warning: `hooks` is no key of Agent Skills: it is ignored\n"
    );
    assert!(ended.stderr.contains("1 skill usable, 1 error, 3 warnings"), "{}", ended.stderr);
    let ended = machine.astra(&["skills", "check", "all/warned", "--output", "json"]);
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((ended.code, &report["usable"]), (Some(0), &json!(["warned"])));
    assert_eq!(
        report["findings"][1],
        json!({"severity": "warning", "file": "all/warned/SKILL.md", "line": 4, "reason": "`hooks` is no key of Agent Skills: it is ignored"})
    );
    machine.astra(&["skills", "check", "nowhere"]).fails(1, &["cannot check nowhere"]);
    machine.astra(&["skills", "check"]).fails(2, &["FOLDER"]);
}

#[test]
fn nothing_is_followed_out_of_the_folder() {
    let machine = Machine::new();
    write(&machine, "secret/SKILL.md", good("linked"));
    write(&machine, "all/good/SKILL.md", good("good"));
    write(&machine, "all/good/references/a.md", "a");
    std::fs::create_dir(machine.path("all/linked-file")).expect("a folder");
    link("../../secret/SKILL.md", &machine.path("all/linked-file/SKILL.md"));
    link("..", &machine.path("all/good/references/loop"));
    link("../../secret", &machine.path("all/good/outside"));
    assert!(Command::new("mkfifo").arg(machine.path("all/good/pipe")).status().expect("mkfifo").success());
    std::fs::create_dir(machine.path("all/piped")).expect("a folder");
    assert!(Command::new("mkfifo").arg(machine.path("all/piped/SKILL.md")).status().expect("mkfifo").success());
    let ended = machine.astra(&["skills", "check", "all"]);
    assert_eq!(ended.code, Some(1));
    let left_out =
        "is not offered to the model: it is a symbolic link, which is not followed: put the file itself there";
    assert_eq!(
        ended.stdout,
        format!(
            "all/good/outside: warning: {left_out}\n\
             all/good/pipe: warning: is not offered to the model: it is no regular file\n\
             all/good/references/loop: warning: {left_out}\n\
             all/linked-file/SKILL.md: error: the file is a symbolic link, which is not followed: put the file itself there\n\
             all/piped/SKILL.md: error: the file is no regular file\n"
        )
    );
}
