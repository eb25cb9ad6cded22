//! `astra spec diff`, and `astra spec --version`: what clients of one document may think of another.

use serde_json::Value;

use crate::program::{Machine, run_with_input};

/// A machine with this version's document in `a.json`, and that after `change` in `b.json`.
fn prepared(change: impl Fn(&mut Value)) -> Machine {
    let machine = Machine::new();
    machine.astra(&["spec", "--output", "a.json"]).ok();
    let mut document: Value = serde_json::from_str(&machine.astra(&["spec"]).ok()).expect("JSON");
    change(&mut document);
    machine.write("b.json", &document.to_string());
    machine
}

fn fields<'v>(document: &'v mut Value, schema: &str) -> &'v mut serde_json::Map<String, Value> {
    document["components"]["schemas"][schema]["properties"].as_object_mut().expect("fields")
}

#[test]
fn what_breaks_clients_comes_first_and_is_the_exit_code() {
    let machine = prepared(|document| {
        fields(document, "UpdateAgent").shift_remove("on_busy").expect("it was there");
        fields(document, "Health").insert("mood".into(), serde_json::json!({"type": "string"}));
    });
    let gone = "breaking\tagents.update\t#/components/schemas/UpdateAgent/properties/on_busy\trequest: field `on_busy` is gone\n";
    let new = "compatible\thealth.get\t#/components/schemas/Health/properties/mood\tanswer: field `mood` is new\n";
    let ended = machine.astra(&["spec", "diff", "a.json", "b.json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""));
    assert_eq!(ended.stdout, format!("{gone}{new}"));

    let json = machine.astra(&["spec", "diff", "a.json", "b.json", "--json"]);
    assert_eq!(json.code, Some(1));
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(json["is_breaking"], true);
    assert_eq!(json["changes"][0]["operations"], serde_json::json!(["agents.update"]));
    assert_eq!(json["changes"][1]["is_breaking"], false);
}

#[test]
fn what_breaks_nobody_is_told_and_no_failure() {
    let machine = prepared(|document| {
        fields(document, "Health").insert("mood".into(), serde_json::json!({"type": "string"}));
    });
    assert!(machine.astra(&["spec", "diff", "a.json", "b.json"]).ok().starts_with("compatible\thealth.get\t"));
    // The other way round, and with the program's own document where none is named, it is gone.
    assert_eq!(machine.astra(&["spec", "diff", "b.json"]).code, Some(1));
    assert_eq!(machine.astra(&["spec", "diff", "b.json", "built-in"]).code, Some(1));
    assert_eq!(machine.astra(&["spec", "diff", "built-in", "b.json"]).code, Some(0));
    assert_eq!(machine.astra(&["spec", "diff", "a.json"]).ok(), "");
    let same: Value = serde_json::from_str(&machine.astra(&["spec", "diff", "a.json", "--json"]).ok()).expect("JSON");
    assert_eq!(same, serde_json::json!({"is_breaking": false, "changes": []}));
}

#[test]
fn notations_and_stdin_make_no_difference() {
    let machine = prepared(|_| {});
    let yaml = machine.astra(&["spec", "--format", "yaml"]).ok();
    assert_eq!(run_with_input(&mut machine.command(&["spec", "diff", "-"]), &yaml).ok(), "");
    assert_eq!(run_with_input(&mut machine.command(&["spec", "diff", "a.json", "-"]), &yaml).ok(), "");
    machine.astra(&["spec", "diff", "-", "-"]).fails(2, &["only one of the two can be read from stdin"]);
    machine.astra(&["spec", "diff", "no.json"]).fails(1, &["cannot read no.json", "No such file"]);
    machine.astra(&["spec", "diff"]).fails(2, &["OLD"]);
    machine.astra(&["spec", "--server", "http://b", "list"]).fails(2, &["--server"]);
}

#[test]
fn each_version_is_written_checked_and_told_apart() {
    let machine = Machine::new();
    assert_eq!(machine.astra(&["spec", "--version", "3.1"]).ok(), machine.astra(&["spec"]).ok());
    for (version, full) in [("3.0", "3.0.3"), ("3.1", "3.1.0"), ("3.2", "3.2.0")] {
        let json: Value = serde_json::from_str(&machine.astra(&["spec", "--version", version]).ok()).expect("JSON");
        assert_eq!(json["openapi"], full);
        let yaml = machine.astra(&["spec", "--version", version, "--format", "yaml"]).ok();
        assert_eq!(serde_yaml::from_str::<Value>(&yaml).expect("YAML"), json);
        let name = format!("{version}.yaml");
        assert_eq!(machine.astra(&["spec", "--version", version, "--output", &name]).ok(), "");
        assert_eq!(machine.astra(&["spec", "--version", version, "--check", &name]).ok(), "");
        let other = if version == "3.2" { "3.0" } else { "3.2" };
        let checked = machine.astra(&["spec", "--version", other, "--check", &name]);
        assert_eq!(checked.code, Some(1), "{checked:?}");
        assert!(checked.stdout.contains(&format!("\n-openapi: \"{full}\"\n")), "{checked:?}");
        // No client can be broken by a document that says the same in another version. In 3.0 a body has one media type,
        // and an operation has one success, since its readers take no more; and what the gateway sends has no place there.
        let compared = machine.astra(&["spec", "diff", "built-in", &name]).stdout;
        let is_of_3_0 = |line: &&str| {
            version == "3.0"
                && (line.contains("request media type ")
                    || line.starts_with("breaking\twebhooks.") && line.contains("\t#/webhooks/")
                    || ["answer 101 is gone", "answer 204 is gone"].iter().any(|gone| line.ends_with(gone)))
        };
        let breaking: Vec<&str> =
            compared.lines().filter(|line| line.starts_with("breaking") && !is_of_3_0(line)).collect();
        assert_eq!(breaking, [] as [&str; 0], "{version}");
    }
    machine.astra(&["spec", "--version", "2.0"]).fails(2, &["2.0", "3.0, 3.1, 3.2"]);
    assert!(machine.astra(&["--version"]).ok().starts_with("astra "));
}
