//! `astra memory`: what agents remember, in a terminal and for programs.

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

struct Place {
    machine: Machine,
    gateway: Gateway,
    token: String,
}

impl Place {
    fn new() -> Self {
        let machine = Machine::new();
        let gateway = Gateway::start(&machine);
        let token = machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok().trim().to_owned();
        Self { machine, gateway, token }
    }

    /// Remembers something for all of the workspace; answers its id.
    fn keep(&self, content: &str) -> String {
        let body = json!({"tier": "procedural", "scope": "workspace", "content": content}).to_string();
        let answer = self.gateway.post_with_token("/memory", &self.token, &body);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        let start = answer.find("mem_").expect("an id");
        answer[start..start + 17].to_owned()
    }

    /// Without a token: the local store issues one.
    fn memory(&self, args: &[&str]) -> Ended {
        self.machine.astra(&[&["memory"], args, &["--server", self.gateway.url.as_str()]].concat())
    }
}

#[test]
fn each_hit_of_a_search_says_why_it_was_found() {
    let place = Place::new();
    let id = place.keep("Releases are made on Tuesdays.");
    place.keep("The kitchen is on the second floor.");
    let text = place.memory(&["search", "When are releases made?"]).ok();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with(&format!("procedural  {id}")), "{text}");
    assert_eq!(lines[1].trim(), "Releases are made on Tuesdays.");
    assert!(lines[2].contains("words: place 1") && lines[2].contains("meaning: place 1, cosine 0."), "{text}");
    let found: Value =
        serde_json::from_str(&place.memory(&["search", "releases", "--limit", "1", "--output", "json"]).ok())
            .expect("JSON");
    assert_eq!((&found["hits"][0]["memory_id"], found["hits"].as_array().map(Vec::len)), (&json!(id), Some(1)));
    let none = place.memory(&["search", "releases", "--tier", "daily"]);
    assert!(none.stderr.contains("nothing is remembered of it"), "{}", none.stderr);
    let tokens = place.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-memory"), "the token that was made for it is gone: {tokens}");
}

#[test]
fn a_memory_is_shown_with_its_history() {
    let place = Place::new();
    let id = place.keep("Releases are made on Tuesdays.");
    let text = place.memory(&["show", &id, "--history"]).ok();
    assert!(text.starts_with(&format!("{id}\nReleases are made on Tuesdays.\n")), "{text}");
    assert!(text.contains("confidence 1.00, trust 1.00") && text.contains("version 1: created"), "{text}");
    let whole: Value = serde_json::from_str(&place.memory(&["show", &id, "--output", "json"]).ok()).expect("JSON");
    assert_eq!(whole["id"], json!(id));
    place.memory(&["show", "mem_0000000000009"]).fails(1, &[]);
    place.memory(&["show", "trn_0000000000009"]).fails(1, &["no id of a memory"]);
}

#[test]
fn what_was_exported_is_imported_elsewhere() {
    let (place, other) = (Place::new(), Place::new());
    place.keep("Releases are made on Tuesdays.");
    place.keep("The kitchen is on the second floor.");
    let lines = place.memory(&["export"]).ok();
    assert_eq!(lines.lines().count(), 4, "{lines}");
    let file = other.machine.folder().join("memory.jsonl");
    std::fs::write(&file, &lines).expect("a file");
    let imported = other.memory(&["import", file.to_str().expect("a path"), "--keep-ids"]);
    assert!(
        imported.stderr.contains("2 new, 0 in place of others, 0 known already, 0 left out"),
        "{}",
        imported.stderr
    );
    imported.ok();
    assert_eq!(other.memory(&["export"]).ok(), lines);
    std::fs::write(&file, &lines[..lines.len() - 20]).expect("a file");
    other.memory(&["import", file.to_str().expect("a path")]).fails(1, &["line 3"]);
}

#[test]
fn nothing_is_taken_back_of_a_turn_that_is_not_there() {
    let place = Place::new();
    place.memory(&["undo", "--turn", "trn_0000000000009"]).fails(1, &[]);
    place.memory(&["undo"]).fails(2, &["--turn"]);
    place.memory(&["undo", "--turn", "a", "--session", "b"]).fails(2, &["--session"]);
}
