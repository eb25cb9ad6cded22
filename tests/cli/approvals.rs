//! Calls of tools that need an approval: `astra chat` shows them and asks, `astra approvals` lists them and decides.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStderr, Stdio};

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

const CALL: &str = "/tool current_time {\"time_zone\": \"UTC\"}\n";

/// A gateway whose agent's calls need an approval.
fn place() -> (Machine, Gateway) {
    let machine = Machine::new();
    let tools = "{allow: [current_time], require_approval: ['*']}";
    machine.write("astra.yml", &format!("agents: {{clock: {{model: {{provider: echo}}, tools: {tools}}}}}\n"));
    let gateway = Gateway::start(&machine);
    (machine, gateway)
}

/// A conversation in a pipe in which something was said that waits for an approval.
struct Waiting {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// The line that says that it waits.
    told: String,
    /// The approval's id.
    id: String,
}

fn waiting(machine: &Machine, gateway: &Gateway, args: &[&str]) -> Waiting {
    let mut command = machine.command(&[&["chat", "clock", "--server", &gateway.url], args].concat());
    let mut child = command.stdin(Stdio::piped()).spawn().expect("astra runs");
    child.stdin.as_mut().expect("stdin").write_all(CALL.as_bytes()).expect("it reads");
    let mut stderr = BufReader::new(child.stderr.take().expect("stderr"));
    let mut told = String::new();
    while !told.contains("waits for an approval") {
        told.clear();
        assert_ne!(stderr.read_line(&mut told).expect("text"), 0, "it ended");
    }
    let id =
        told.split_whitespace().find(|word| word.starts_with("apr_")).expect("an id").trim_end_matches(',').to_owned();
    Waiting { child, stderr, told, id }
}

impl Waiting {
    /// What is said to the end: stdout, and the rest of stderr.
    fn ended(mut self) -> Ended {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.stderr, &mut rest).expect("text");
        let ended = Ended::from(self.child.wait_with_output().expect("it ends"));
        Ended { stderr: rest, ..ended }
    }
}

fn approvals(machine: &Machine, gateway: &Gateway, args: &[&str]) -> Ended {
    machine.astra(&[&["approvals"], args, &["--server", &gateway.url]].concat())
}

#[test]
fn in_a_pipe_the_commands_that_decide_are_told_and_decide() {
    let (machine, gateway) = place();
    let waits = waiting(&machine, &gateway, &[]);
    assert!(waits.told.contains("approvals approve apr_"), "{}", waits.told);
    let listed = approvals(&machine, &gateway, &["list"]).ok();
    let columns: Vec<&str> = listed.trim_end().split('\t').collect();
    assert_eq!(
        (columns[0], columns[1], columns[2], columns[4]),
        (waits.id.as_str(), "pending", "clock", "current_time")
    );
    assert_eq!(columns[6], r#"{"time_zone":"UTC"}"#);
    let id = waits.id.clone();
    let approved = approvals(&machine, &gateway, &["approve", &id, "--note", "go on"]);
    assert!(approved.stderr.contains("the call of current_time is approved"), "{approved:?}");
    let ended = waits.ended();
    assert!(ended.stdout.starts_with(r#"{"time":""#) && ended.code == Some(0), "{ended:?}");
    assert!(ended.stderr.contains("current_time answered after "), "{ended:?}");
    assert_eq!(approvals(&machine, &gateway, &["list"]).ok(), "");
    let all = approvals(&machine, &gateway, &["list", "--status", "all", "--output", "json"]).ok();
    let all: Vec<Value> = serde_json::from_str(&all).expect("a JSON array");
    assert_eq!((&all[0]["status"], &all[0]["note"]), (&"approved".into(), &"go on".into()));
    approvals(&machine, &gateway, &["deny", &id]).fails(1, &["Conflict", "has approved the call"]);
    approvals(&machine, &gateway, &["deny", "apr_0000000000000"]).fails(1, &["no such approval"]);
    approvals(&machine, &gateway, &["deny", "../etc"]).fails(2, &["`../etc` is not the id of an approval"]);
    assert_eq!(machine.astra(&["token", "list"]).ok(), "", "the tokens that they issued for themselves are gone");
}

#[test]
fn a_call_is_denied_with_a_note_and_a_member_may_not_decide() {
    let (machine, gateway) = place();
    let waits = waiting(&machine, &gateway, &[]);
    let member = machine.astra(&["token", "issue", "--name", "me", "--role", "member"]).ok().trim().to_owned();
    let args = ["approvals", "deny", &waits.id, "--server", &gateway.url];
    machine.astra_with(&[("ASTRA_TOKEN", &member)], &args).fails(1, &["Not allowed", "the role admin"]);
    approvals(&machine, &gateway, &["deny", &waits.id, "--note", "Not on a Friday."]).ok();
    let ended = waits.ended();
    assert!(ended.stderr.contains("current_time failed after 0 ms"), "{ended:?}");
    assert!(ended.stdout.contains("a person denied the call: Not on a Friday."), "{ended:?}");
}

#[test]
fn for_programs_the_events_are_printed() {
    let (machine, gateway) = place();
    let waits = waiting(&machine, &gateway, &["--output", "json"]);
    approvals(&machine, &gateway, &["approve", &waits.id]).ok();
    let id = waits.id.clone();
    let printed = waits.ended().ok();
    let events: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("an event a line")).collect();
    let pieces = ["content", "tool_call"];
    let kinds = events.iter().filter_map(|event| event["type"].as_str()).filter(|kind| !pieces.contains(kind));
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        ["session_resolved", "tool_call_complete", "approval_required", "tool_result", "done"],
        "{printed}"
    );
    let asked = events.iter().find(|event| event["type"] == "approval_required").expect("it is asked");
    assert_eq!(asked["approval_id"], id.as_str());
}
