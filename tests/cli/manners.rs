//! What all commands have in common: help, exit codes, who may stop reading.

use std::io::{BufRead, BufReader};

use crate::program::Machine;

const COMMANDS: [&[&str]; 28] = [
    &["serve"],
    &["token", "issue"],
    &["token", "rotate"],
    &["token", "list"],
    &["token", "revoke"],
    &["workspace", "list"],
    &["workspace", "invite"],
    &["workspace", "delete"],
    &["chat"],
    &["channels", "list"],
    &["channels", "add"],
    &["channels", "rotate"],
    &["channels", "link-code"],
    &["channels", "simulate"],
    &["approvals", "list"],
    &["approvals", "approve"],
    &["approvals", "deny"],
    &["spec"],
    &["migrate"],
    &["backup"],
    &["restore"],
    &["export"],
    &["import"],
    &["doctor"],
    &["config"],
    &["config", "check"],
    &["completions"],
    &["man"],
];

#[test]
fn help_and_version_are_data() {
    let machine = Machine::new();
    assert_eq!(machine.astra(&["--version"]).ok(), format!("astra {}\n", env!("CARGO_PKG_VERSION")));
    let help = machine.astra(&["--help"]).ok();
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {} ", command[0])), "{command:?} is not in\n{help}");
    }
    assert!(help.contains("Examples:"), "{help}");
}

#[test]
fn every_command_explains_itself_and_refuses_what_it_does_not_know() {
    let machine = Machine::new();
    for command in COMMANDS {
        let with = |argument| [command, &[argument]].concat();
        let help = machine.astra(&with("--help")).ok();
        assert!(help.contains(&format!("Usage: astra {}", command.join(" "))), "{help}");
        machine.astra(&with("--colour-of-the-sky")).fails(2, &["--colour-of-the-sky", "Usage: astra"]);
    }
    assert_eq!(std::fs::read_dir(machine.folder()).expect("a folder").count(), 0, "nothing was made");
}

#[test]
fn a_wrong_call_is_told_what_was_probably_meant() {
    let machine = Machine::new();
    machine.astra(&["migarte"]).fails(2, &["unrecognized subcommand 'migarte'", "'migrate'"]);
    machine.astra(&["migrate", "--plam"]).fails(2, &["--plam", "--plan"]);
    machine.astra(&["completions", "tcsh"]).fails(2, &["invalid value 'tcsh'", "bash"]);
    assert_eq!(machine.astra(&[]).code, Some(2));
}

/// `astra config | head -1`, with a reader that is gone for certain: the text is longer than a line, not than a pipe.
#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let machine = Machine::new();
    for args in [&["config"][..], &["man"], &["completions", "zsh"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = machine.command(args).stdout(writer).spawn().expect("astra runs");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
    let mut child = machine.command(&["config"]).spawn().expect("astra runs");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut first).expect("a line");
    assert!(first.starts_with("# The configuration"), "{first}");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let machine = Machine::new();
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the device that is always full");
    let child = machine.command(&["config"]).stdout(full).spawn().expect("astra runs");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("error: cannot write the output") && told.contains("No space left"), "{told}");
}

/// Runs a command line in a terminal, as `script` of util-linux makes one; answers what is seen there.
#[cfg(target_os = "linux")]
fn seen_in_a_terminal(machine: &Machine, variables: &[(&str, &str)], args: &str) -> String {
    let line = format!("{} {args}", env!("CARGO_BIN_EXE_astra"));
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--command", &line, "/dev/null"]).current_dir(machine.folder());
    script.env_clear().env("TERM", "xterm").env("HOME", machine.folder()).envs(variables.iter().copied());
    String::from_utf8(script.stdin(std::process::Stdio::null()).output().expect("script runs").stdout).expect("text")
}

#[cfg(target_os = "linux")]
#[test]
fn people_see_colours_and_tables_unless_they_do_not_want_them() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    machine.astra(&["token", "issue", "--name", "ci", "--scope", "spec:read"]).ok();
    let table = seen_in_a_terminal(&machine, &[], "token list");
    assert!(table.contains("NAME") && table.contains("LAST USED") && !table.contains('\t'), "{table}");
    let coloured = seen_in_a_terminal(&machine, &[], "token revoke nobody");
    assert!(coloured.contains("\u{1b}[1;31merror:\u{1b}[0m there is no token"), "{coloured:?}");
    let plain = seen_in_a_terminal(&machine, &[("NO_COLOR", "1")], "token revoke nobody");
    assert!(plain.contains("error: there is no token") && !plain.contains('\u{1b}'), "{plain:?}");
    let help = seen_in_a_terminal(&machine, &[("NO_COLOR", "1")], "--help");
    assert!(help.contains("Usage: astra") && !help.contains('\u{1b}'), "{help:?}");
}
