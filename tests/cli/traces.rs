//! `astra traces`: how turns went, in a terminal and for programs.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

struct Place {
    machine: Machine,
    gateway: Gateway,
}

impl Place {
    /// A gateway that has answered `questions`.
    fn with(questions: &[&str]) -> Self {
        let machine = Machine::new();
        let gateway = Gateway::start(&machine);
        let token = machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok().trim().to_owned();
        for question in questions {
            let body = serde_json::json!({"agent_id": "assistant", "message": question}).to_string();
            let answer = gateway.post_with_token("/chat", &token, &body);
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        Self { machine, gateway }
    }

    /// Without a token: the local store issues one.
    fn traces(&self, args: &[&str]) -> Ended {
        let server = ["--server", self.gateway.url.as_str()];
        self.machine.astra(&[&["traces"], args, &server].concat())
    }

    fn listed(&self, args: &[&str]) -> Vec<Value> {
        let text = self.traces(&[&["list", "--output", "json"], args].concat()).ok();
        serde_json::from_str(&text).expect("a JSON array")
    }
}

#[test]
fn turns_are_listed_for_people_and_programs() {
    let place = Place::with(&["one", "two\twords", "three"]);
    let rows = place.listed(&[]);
    let questions: Vec<_> = rows.iter().map(|row| &row["question"]).collect();
    assert_eq!(questions, ["three", "two\twords", "one"]);
    assert_eq!(place.listed(&["--limit", "2"]).len(), 2);
    assert_eq!(place.listed(&["--status", "failed"]).len(), 0);
    assert_eq!(place.listed(&["--since", "1h", "--agent", "assistant"]).len(), 3);
    assert_eq!(place.listed(&["--min-duration-ms", "3600000"]).len(), 0);
    let lines = place.traces(&["list"]).ok();
    let columns: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert!(columns.iter().all(|row| row.len() == 8 && row[0].starts_with("trc_") && row[3] == "completed"), "{lines}");
    assert_eq!(columns[1][7], "two words");
    // The token that was made for it is gone.
    let tokens = place.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-traces"), "{tokens}");
}

#[test]
fn a_trace_is_shown_as_bars_under_each_other() {
    let place = Place::with(&["What is the capital of France?"]);
    let row = place.listed(&[]).remove(0);
    let id = row["trace_id"].as_str().expect("an id");
    let shown = place.traces(&["show", id]).ok();
    assert!(shown.starts_with("What is the capital of France?\n") && shown.contains("total "), "{shown}");
    let bars: Vec<_> = shown.lines().filter(|line| line.contains('\u{2588}')).collect();
    assert!(
        ["storage", "context", "inference echo/echo"].iter().all(|name| bars.iter().any(|bar| bar.starts_with(name))),
        "{shown}"
    );
    let widths: Vec<_> = bars.iter().map(|bar| bar.chars().count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{shown}");
    assert!(!shown.contains("\nuser\n"), "{shown}");
    let turn = row["turn_id"].as_str().expect("an id");
    let said = place.traces(&["show", turn, "--messages"]).ok();
    assert!(said.contains("\nuser\nWhat is the capital of France?\n") && said.contains("\nassistant\n"), "{said}");
    let whole: Value = serde_json::from_str(&place.traces(&["show", id, "--output", "json"]).ok()).expect("JSON");
    assert_eq!((&whole["trace_id"], whole["spans"].as_array().map(Vec::len)), (&row["trace_id"], Some(3)));
}

#[test]
fn what_is_not_there_is_told() {
    let place = Place::with(&[]);
    assert_eq!(place.traces(&["list"]).ok(), "");
    place.traces(&["show", "trc_0000000000001"]).fails(1, &["Not found"]);
    place.traces(&["show", "ses_1"]).fails(2, &["not the id of a trace or a turn"]);
    place.traces(&["show", "trc_../../agents"]).fails(2, &["not the id of a trace"]);
    place.traces(&["list", "--status", "gone"]).fails(2, &["completed"]);
}
