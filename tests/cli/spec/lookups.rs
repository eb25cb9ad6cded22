//! `astra spec list` and `astra spec show`: of this program, of a file, of a running gateway.

use std::io::Write as _;

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Machine, run_with_input};

#[test]
fn every_operation_is_a_line() {
    let machine = Machine::new();
    let document: Value = serde_json::from_str(&machine.astra(&["spec"]).ok()).expect("JSON");
    let items = document["paths"].as_object().expect("paths").values();
    let all: usize = items.map(|item| item.as_object().expect("an item").len()).sum();
    let lines = machine.astra(&["spec", "list"]).ok();
    assert_eq!(lines.lines().count(), all);
    let expected = "agents.update\tPATCH\t/agents/{agent_id}\tagents:write\tadmin\tUpdate an agent";
    assert!(lines.lines().any(|line| line == expected), "{lines}");
    assert!(lines.starts_with("health.get\tGET\t/health\t-\t-\t"), "{lines}");
}

#[test]
fn a_tag_narrows_them() {
    let machine = Machine::new();
    let lines = machine.astra(&["spec", "list", "--tag", "chat"]).ok();
    assert!(lines.lines().count() > 3 && lines.lines().all(|line| line.starts_with("chat.")), "{lines}");
    let json: Value =
        serde_json::from_str(&machine.astra(&["spec", "list", "--tag", "chat", "--json"]).ok()).expect("JSON");
    assert_eq!(json.as_array().expect("an array").len(), lines.lines().count());
    assert_eq!(json[0]["scopes"], serde_json::json!(["chat:send"]));
    machine
        .astra(&["spec", "list", "--tag", "agent"])
        .fails(1, &["no operation has the tag `agent`", "did you mean `agents`?"]);
    machine
        .astra(&["spec", "list", "--tag", "xyz"])
        .fails(1, &["no operation has the tag `xyz`", "health, auth, agents"]);
}

#[test]
fn an_operation_is_shown_with_all_that_its_caller_must_know() {
    let shown = Machine::new().astra(&["spec", "show", "agents.update"]).ok();
    for words in [
        "PATCH /agents/{agent_id}\nUpdate an agent\n",
        "\nNeeds\n  scope agents:write, role admin\n",
        "\n  agent_id  path, string, 1 to 64 characters, /^[a-z0-9][a-z0-9_-]{0,63}$/, required\n      The agent's id.\n",
        "\nBody, required\n  application/json, application/merge-patch+json: UpdateAgent\n",
        "\n    model  UpdateAgentModel or null\n        The model that answers; by default the built-in echo.\n      provider  string or null, 1 to 64 characters\n",
        "\nAnswer 200\n  The agent.\n  Headers: ETag, ",
        "\n    on_busy  string, queue | reject | interrupt, required\n",
        "\nErrors\n  400  ",
        "\n  412  The resource has changed",
        "\nExample\n  curl --request PATCH http://127.0.0.1:3000/agents/support \\\n    --header \"Authorization: Bearer $ASTRA_TOKEN\" \\\n",
    ] {
        assert!(shown.contains(words), "{words:?} is not in\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'), "no colours where nobody looks");
    assert!(shown.lines().all(|line| line.trim_end() == line));
}

#[test]
fn operations_of_each_tag_can_be_shown() {
    let machine = Machine::new();
    let listed = machine.astra(&["spec", "list"]).ok();
    // The document is made once, and not for each operation.
    machine.write("astra.json", &machine.astra(&["spec", "--format", "json"]).ok());
    let mut names: Vec<&str> = listed.lines().filter_map(|line| line.split('\t').next()).collect();
    names.dedup_by_key(|name| name.split('.').next());
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let shown = machine.astra(&["spec", "show", name, "--file", "astra.json"]).ok();
        assert!(shown.contains("\nNeeds\n") && shown.contains("\nExample\n  curl "), "{name}: {shown}");
        assert!(shown.contains("\nAnswer 2") || shown.contains("\nAnswer 3"), "{name}: {shown}");
    }
    let stream = machine.astra(&["spec", "show", "chat.stream"]).ok();
    assert!(stream.contains("if type is content  ChatEventContent\n"), "{stream}");
    let public = machine.astra(&["spec", "show", "health.get"]).ok();
    assert!(public.contains("nothing: it is public") && !public.contains("Authorization"), "{public}");
}

#[test]
fn an_operation_that_there_is_not_is_told_with_its_likeness() {
    let machine = Machine::new();
    machine
        .astra(&["spec", "show", "agents.updat"])
        .fails(1, &["no operation `agents.updat`", "did you mean `agents.update`?"]);
    machine
        .astra(&["spec", "show", "nonsense"])
        .fails(1, &["no operation `nonsense`", "`astra spec list` names them all"]);
    machine.astra(&["spec", "show"]).fails(2, &["OPERATION"]);
}

#[test]
fn another_document_is_read_from_a_file_and_from_stdin() {
    let machine = Machine::new();
    let document = "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      operationId: a.get\n      responses:\n        200:\n          description: Fine.\n";
    machine.write("other.yaml", document);
    let expected = "a.get\tGET\t/a\t-\t-\t-\n";
    assert_eq!(machine.astra(&["spec", "list", "--file", "other.yaml"]).ok(), expected);
    assert_eq!(run_with_input(&mut machine.command(&["spec", "list", "--file", "-"]), document).ok(), expected);
    let shown = machine.astra(&["spec", "show", "a.get", "--file", "other.yaml"]).ok();
    assert!(shown.contains("Answer 200\n  Fine.\n"), "{shown}");
    machine.astra(&["spec", "list", "--file", "no.json"]).fails(1, &["cannot read no.json", "No such file"]);
    machine.astra(&["spec", "list", "--file", "a", "--server", "http://b"]).fails(2, &["--file", "--server"]);
}

#[test]
fn a_stranger_can_steer_no_terminal_and_add_no_column() {
    let machine = Machine::new();
    let operation = serde_json::json!({"operationId": "a", "summary": "x\u{1b}[2Jy\tz", "deprecated": true});
    let document = |operation: Value| {
        serde_json::json!({"openapi": "3.1.0", "paths": {"/a\u{7}": {"get": operation}}}).to_string()
    };
    machine.write("a.json", &document(operation));
    assert_eq!(machine.astra(&["spec", "list", "--file", "a.json"]).ok(), "a\tGET\t/a\t-\t-\tx[2Jy z\n");
    assert!(
        machine.astra(&["spec", "show", "a", "--file", "a.json"]).ok().starts_with("GET /a\nx[2Jy\tz\nDeprecated.\n")
    );
    machine.write("b.json", &document(serde_json::json!({"operationId": "b\u{1b}[2J"})));
    let found = machine.astra(&["spec", "diff", "a.json", "b.json"]).stdout;
    assert_eq!(found, "breaking\ta\t#/paths/~1a /get/operationId\toperation is called `b [2J`\n");
}

#[test]
fn what_is_no_openapi_document_is_refused() {
    let machine = Machine::new();
    for (text, why) in [
        ("{\"a\": 1}", "it has no field `openapi`"),
        ("{\"swagger\": \"2.0\"}", "it is Swagger 2"),
        ("{\"openapi\": \"4.0.0\"}", "it is of version 4.0.0"),
        ("[]", "it has no field `openapi`"),
    ] {
        machine.write("a.json", text);
        machine.astra(&["spec", "list", "--file", "a.json"]).fails(1, &["a.json is no document of OpenAPI 3", why]);
    }
    machine.write("a.json", "{");
    machine.astra(&["spec", "show", "a", "--file", "a.json"]).fails(1, &["a.json is no JSON", "EOF"]);
    machine.write("a.yaml", "a: [");
    machine.astra(&["spec", "diff", "a.yaml"]).fails(1, &["a.yaml is no YAML"]);
    std::fs::File::create(machine.path("bytes")).and_then(|mut file| file.write_all(&[0xff, 0xfe])).expect("written");
    machine.astra(&["spec", "diff", "bytes"]).fails(1, &["cannot read bytes", "UTF-8"]);
}

#[test]
fn a_running_gateways_document_is_looked_into() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "ci", "--scope", "spec:read"]).ok();
    let asked =
        |args: &[&str]| machine.astra_with(&[("ASTRA_TOKEN", token.trim()), ("ASTRA_SERVER", &gateway.url)], args);
    assert_eq!(asked(&["spec", "list"]).ok(), machine.astra(&["spec", "list"]).ok());
    assert!(asked(&["spec", "show", "health.get"]).ok().contains(&format!("curl {}/health\n", gateway.url)));
    assert_eq!(asked(&["spec", "diff", "built-in", &gateway.url]).ok(), "");
    let three = asked(&["spec", "--version", "3.0"]).ok();
    assert_eq!(three, machine.astra(&["spec", "--version", "3.0"]).ok());
}
