//! `astra jobs`: work that is done later, in a terminal and for programs.

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Ended, Machine, run_with_input};

struct Place {
    machine: Machine,
    gateway: Gateway,
}

impl Place {
    fn new() -> Self {
        let machine = Machine::new();
        let gateway = Gateway::start(&machine);
        Self { machine, gateway }
    }

    /// Without a token: the local store issues one.
    fn jobs(&self, args: &[&str]) -> Ended {
        self.machine.astra(&[&["jobs"], args, &["--server", self.gateway.url.as_str()]].concat())
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.jobs(&[args, &["--output", "json"]].concat()).ok()).expect("JSON")
    }
}

fn question(message: &str) -> String {
    json!({"agent_id": "assistant", "message": message}).to_string()
}

#[test]
fn a_job_is_enqueued_and_followed_to_its_end() {
    let place = Place::new();
    let ended = place.jobs(&["run", "agent_run", &question("Hello"), "--watch"]);
    assert!(ended.stderr.contains("job_"), "its changes are lines where no bar is seen: {}", ended.stderr);
    let result: Value = serde_json::from_str(&ended.ok()).expect("JSON");
    assert!(result["answer"].as_str().is_some_and(|answer| answer.contains("Hello")), "{result}");
    let id = place.jobs(&["run", "agent_run", &question("Again")]).ok().trim().to_owned();
    let job: Value = serde_json::from_str(&place.jobs(&["watch", &id, "--output", "json"]).ok()).expect("JSON");
    assert_eq!((&job["id"], &job["status"], &job["progress"]), (&json!(id), &json!("succeeded"), &json!(100)));
    let shown = place.jobs(&["show", &id]).ok();
    assert!(shown.starts_with(&format!("{id} agent_run\n")) && shown.contains("succeeded"), "{shown}");
    assert!(shown.contains("\npayload\n") && shown.contains("\nresult\n"), "{shown}");
    assert!(shown.contains("\nlog\n") && shown.contains("Z attempt 1: its turn is trn_"), "{shown}");
    let listed: Value = place.json(&["list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    let lines = place.jobs(&["list", "--type", "agent_run", "--status", "succeeded", "--limit", "1"]).ok();
    let columns: Vec<&str> = lines.trim_end_matches('\n').split('\t').collect();
    assert_eq!((columns[0], columns[1], columns[3], columns.len()), (id.as_str(), "agent_run", "100 %", 7), "{lines}");
    assert_eq!(place.json(&["list", "--status", "failed"]), json!([]));
    let tokens = place.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-jobs"), "the token that was made for it is gone: {tokens}");
}

#[test]
fn questions_are_read_from_a_file_and_their_results_are_lines() {
    let place = Place::new();
    let questions = json!({"agent_id": "assistant", "questions": ["one", {"id": "b", "message": "two"}]}).to_string();
    let mut command = place.machine.command(&["jobs", "run", "batch_chat", "-", "--watch", "--output", "json"]);
    let ended = run_with_input(command.args(["--server", &place.gateway.url]), &questions);
    let job: Value = serde_json::from_str(&ended.ok()).expect("JSON");
    assert_eq!(job["result"], json!({"questions": 2, "answered": 2, "failed": 0}));
    let lines = place.jobs(&["show", job["id"].as_str().expect("an id"), "--results"]).ok();
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((rows.len(), &rows[0]["number"], &rows[1]["id"]), (2, &json!(0), &json!("b")));
}

#[test]
fn a_job_is_cancelled_and_done_again() {
    let place = Place::new();
    let later = ["--run-at", "2099-01-01T00:00:00Z", "--priority", "9", "--dedupe-key", "k"];
    let run =
        |output: &[&str]| place.jobs(&[&["run", "agent_run", &question("Hello")], &later[..], output].concat()).ok();
    let id = run(&[]).trim().to_owned();
    assert_eq!(run(&[]).trim(), id, "one job has the key");
    assert!(place.jobs(&["show", &id]).ok().contains("2099-01-01"));
    let cancelled = place.jobs(&["cancel", &id]);
    assert!(cancelled.stderr.contains(&format!("{id} is cancelled")), "{}", cancelled.stderr);
    place.jobs(&["cancel", &id]).fails(1, &["ended already"]);
    place.jobs(&["watch", &id]).fails(1, &["is cancelled"]);
    let again = place.jobs(&["retry", &id, "--watch", "--output", "json"]).ok();
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!((&again["origin_id"], &again["status"]), (&json!(id), &json!("succeeded")), "{again}");
}

#[test]
fn what_cannot_be_done_is_told() {
    let place = Place::new();
    assert_eq!(place.jobs(&["list"]).ok(), "");
    place.jobs(&["show", "job_0000000000001"]).fails(1, &["Not found"]);
    place.jobs(&["watch", "job_0000000000001"]).fails(1, &["Not found"]);
    for wrong in ["trn_1", "job_", "job_../../agents"] {
        place.jobs(&["show", wrong]).fails(2, &["not the id of a job"]);
    }
    place.jobs(&["run", "agent_run", "[]"]).fails(2, &["no JSON object"]);
    place.jobs(&["run", "agent_run", "{}"]).fails(1, &["does not fit"]);
    place.jobs(&["run", "no_type"]).fails(1, &["/type"]);
    place.jobs(&["list", "--status", "gone"]).fails(2, &["succeeded"]);
    let nobody = json!({"agent_id": "nobody", "message": "Hello"}).to_string();
    place.jobs(&["run", "agent_run", &nobody, "--watch"]).fails(1, &["is failed", "There is no such agent"]);
    let failed = place.jobs(&["run", "agent_run", &nobody, "--watch", "--output", "json"]);
    let job: Value = serde_json::from_str(&failed.stdout).expect("JSON");
    assert_eq!((failed.code, job["status"].as_str()), (Some(1), Some("failed")));
    let shown = place.jobs(&["show", job["id"].as_str().expect("an id")]).ok();
    let log = shown.split("\nlog\n").nth(1).unwrap_or_default();
    assert!(log.contains("attempt 1: ") && log.contains("There is no such agent"), "{shown}");
}
