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

/// A line of a set of questions.
fn known(question: &str, id: &str) -> String {
    json!({"question": question, "relevant": [id]}).to_string() + "\n"
}

#[test]
fn a_set_of_questions_is_measured() {
    let place = Place::new();
    let release = place.keep("Releases are made on Tuesdays.");
    let kitchen = place.keep("The kitchen is on the second floor.");
    let lines = known("When are releases made?", &release) + &known("When are releases made?", &kitchen);
    place.machine.write("questions.jsonl", &lines);
    let measured = place.memory(&["evaluate", "questions.jsonl", "--k", "1"]);
    assert!(
        measured.stderr.contains("2 questions, the first 1 hits of each; 1 questions without a relevant hit"),
        "{}",
        measured.stderr
    );
    let expected = ["precision", "recall", "mrr", "ndcg"].map(|measure| format!("{measure}\t0.500\t0.000\t1.000"));
    assert_eq!(measured.ok().lines().collect::<Vec<_>>(), expected);
    let table = place.memory(&["evaluate", "questions.jsonl", "--k", "1", "--output", "table"]).ok();
    assert_eq!(
        table.lines().next().map(|head| head.split_whitespace().collect::<Vec<_>>()),
        Some(vec!["measure", "mean", "low", "high"])
    );

    let whole: Value =
        serde_json::from_str(&place.memory(&["evaluate", "questions.jsonl", "--json"]).ok()).expect("JSON");
    assert_eq!((&whole["k"], whole["questions"].as_array().map(Vec::len)), (&json!(10), Some(2)));
    assert_eq!(whole["questions"][0], json!({"first_rank": 1, "missed": []}));
    // The body of the operation says how many hits count, and a flag has the last word.
    let body =
        json!({"questions": [{"question": "When are releases made?", "relevant": [release]}], "k": 3}).to_string();
    place.machine.write("set.json", &body);
    let of_file: Value = serde_json::from_str(&place.memory(&["evaluate", "set.json", "--json"]).ok()).expect("JSON");
    let of_flag: Value =
        serde_json::from_str(&place.memory(&["evaluate", "set.json", "--json", "--k", "2"]).ok()).expect("JSON");
    assert_eq!((&of_file["k"], &of_flag["k"]), (&json!(3), &json!(2)));
}

#[test]
fn a_large_set_of_questions_is_measured_in_parts() {
    let place = Place::new();
    let release = place.keep("Releases are made on Tuesdays.");
    place.machine.write("questions.jsonl", &known("When are releases made?", &release).repeat(250));
    let measured = place.memory(&["evaluate", "questions.jsonl", "--json"]);
    assert!(
        measured.stderr.contains("84 of 250 questions") && measured.stderr.contains("168 of 250"),
        "{}",
        measured.stderr
    );
    let whole: Value = serde_json::from_str(&measured.ok()).expect("JSON");
    assert_eq!(whole["questions"].as_array().map(Vec::len), Some(250));
    assert_eq!(whole["mrr"], json!({"mean": 1.0, "low": 1.0, "high": 1.0}));
    let bad = known("When are releases made?", &release).repeat(101) + &known("Who?", "mem_0000000000009");
    place.machine.write("questions.jsonl", &bad);
    let refused = place.memory(&["evaluate", "questions.jsonl"]);
    refused.fails(1, &["/questions/50/relevant/0", "/questions/0 is question 52 of the file"]);
}

#[test]
fn a_memory_profile_decides_what_is_measured() {
    let place = Place::new();
    let release = place.keep("Releases are made on Tuesdays.");
    place.machine.write("questions.jsonl", &known("When are releases made?", &release));
    let body = json!({"name": "No procedures", "tiers_enabled": {"procedural": false}}).to_string();
    let answer = place.gateway.post_with_token("/memory-profiles", &place.token, &body);
    let start = answer.find("mpr_").unwrap_or_else(|| panic!("{answer}"));
    let profile = &answer[start..start + 17];
    let with = place.memory(&["evaluate", "questions.jsonl", "--profile", profile, "--output", "tsv"]).ok();
    assert!(with.contains("recall\t0.000"), "{with}");
    let without = place.memory(&["evaluate", "questions.jsonl"]).ok();
    assert!(without.contains("recall\t1.000"), "{without}");
    place.memory(&["evaluate", "questions.jsonl", "--profile", "mpr_0000000000009"]).fails(1, &["/profile_id"]);
    place.memory(&["evaluate", "questions.jsonl", "--profile", "nonsense"]).fails(1, &["/profile_id"]);
}

#[test]
fn what_is_no_set_of_questions_is_not_measured() {
    let place = Place::new();
    let release = place.keep("Releases are made on Tuesdays.");
    place.memory(&["evaluate"]).fails(2, &["<FILE>"]);
    place.memory(&["evaluate", "nothing.jsonl"]).fails(1, &["cannot read nothing.jsonl"]);
    for (text, said) in [
        (String::new(), "there are no questions"),
        ("[]".to_owned(), "there are no questions"),
        (known("When?", &release) + "nonsense\n", "line 2 is no question"),
        ("{\"question\": \"When?\"}\n".to_owned(), "line 1 is no question"),
        ("[{\"question\": \"When?\"}]".to_owned(), "no set of questions"),
        (known("When?", "mem_0000000000009"), "/questions/0/relevant/0"),
        (known("", &release), "/questions/0/question"),
    ] {
        place.machine.write("questions.jsonl", &text);
        place.memory(&["evaluate", "questions.jsonl"]).fails(1, &[said]);
    }
    place.machine.write("questions.jsonl", &known("When?", &release));
    for k in ["0", "101", "many"] {
        place.memory(&["evaluate", "questions.jsonl", "--k", k]).fails(2, &["--k"]);
    }
}
