//! `astra tools`: what a running gateway's tools are, and the call of one.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine, run_with_input};

/// A gateway, and a machine with a token for it.
struct Workplace {
    machine: Machine,
    gateway: Gateway,
    token: String,
}

impl Workplace {
    fn new(role: &str) -> Self {
        let machine = Machine::new();
        let gateway = Gateway::start(&machine);
        let token = machine.astra(&["token", "issue", "--name", "me", "--role", role]).ok().trim().to_owned();
        Self { machine, gateway, token }
    }

    fn tools(&self, args: &[&str], input: &str) -> Ended {
        let mut command = self.machine.command(&[&["tools"], args].concat());
        command.env("ASTRA_SERVER", &self.gateway.url).env("ASTRA_TOKEN", &self.token);
        run_with_input(&mut command, input)
    }
}

#[test]
fn tools_are_listed_and_called() {
    let place = Workplace::new("member");
    let listed = place.tools(&["list"], "").ok();
    let rows: Vec<Vec<&str>> = listed.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(
        rows.iter().map(|row| row[..4].to_vec()).collect::<Vec<_>>(),
        [
            ["calculate", "built_in", "-", "reads"],
            ["current_time", "built_in", "-", "reads"],
            ["graph_traverse", "built_in", "-", "reads"],
            ["memory_search", "built_in", "-", "reads"],
            ["memory_write", "built_in", "-", "changes"],
            ["spawn_agent", "built_in", "-", "changes"]
        ]
    );
    let json = place.tools(&["list", "--agent", "assistant", "--output", "json"], "").ok();
    let json: Vec<Value> = serde_json::from_str(&json).expect("a JSON array");
    assert_eq!((&json[0]["name"], &json[0]["decision"]), (&"calculate".into(), &"denied".into()));
    assert_eq!(
        place.tools(&["call", "calculate", r#"{"expression": "0.1 + 0.2"}"#], "").ok(),
        "{\"result\":\"0.3\"}\n"
    );
    assert_eq!(place.tools(&["call", "calculate", "-"], r#"{"expression": "6 * 7"}"#).ok(), "{\"result\":\"42\"}\n");
    let json = place.tools(&["call", "current_time", "--output", "json"], "").ok();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert!(
        json["is_error"] == false && json["content"].as_str().is_some_and(|content| content.contains("UTC")),
        "{json}"
    );
}

#[test]
fn mcp_servers_are_connected_listed_and_disconnected() {
    let place = Workplace::new("admin");
    assert_eq!(place.tools(&["servers"], "").ok(), "");
    let connected =
        place.tools(&["connect", "crm", "https://mcp.example/mcp", "--header", "X-Team: ${ASTRA_SERVER}"], "");
    assert!(connected.stderr.contains("crm "), "{connected:?}");
    connected.ok();
    let listed = place.tools(&["servers"], "").ok();
    let row: Vec<&str> = listed.trim().split('\t').collect();
    assert_eq!((row[0], row[1], row[4]), ("crm", "workspace", "https://mcp.example"));
    let json: Vec<Value> =
        serde_json::from_str(&place.tools(&["servers", "--output", "json"], "").ok()).expect("a JSON array");
    assert_eq!((&json[0]["name"], &json[0]["header_names"][0]), (&"crm".into(), &"X-Team".into()));
    place.tools(&["connect", "crm", "https://mcp.example/mcp"], "").fails(1, &["of this name exists"]);
    place.tools(&["connect", "a", "http://127.0.0.1/mcp"], "").fails(1, &["/transport/url", "may not be reached"]);
    place.tools(&["connect", "a", "--command", "npx", "--env", "A=b", "--", "-y"], "").fails(1, &["mcp.allow_stdio"]);
    place
        .tools(&["connect", "a", "https://mcp.example/${NO_SUCH_VARIABLE}"], "")
        .fails(2, &["NO_SUCH_VARIABLE is not set"]);
    place.tools(&["connect", "a", "https://mcp.example", "--header", "nonsense"], "").fails(2, &["NAME:VALUE"]);
    place.tools(&["connect", "a"], "").fails(2, &["URL"]);
    place.tools(&["disconnect", "a/b"], "").fails(2, &["no name of a server"]);
    place.tools(&["disconnect", "crm"], "").ok();
    place.tools(&["disconnect", "crm"], "").fails(1, &["MCP server"]);
    Workplace::new("member").tools(&["servers"], "").fails(1, &["Not allowed"]);
}

#[test]
fn what_goes_wrong_is_told() {
    let place = Workplace::new("member");
    place
        .tools(&["call", "calculate", r#"{"expression": "1 / 0"}"#], "")
        .fails(1, &["the tool failed", "division by 0"]);
    let json = place.tools(&["call", "calculate", r#"{"expression": "1 / 0"}"#, "--output", "json"], "");
    assert!(json.code == Some(1) && json.stderr.is_empty() && json.stdout.contains("\"is_error\": true"), "{json:?}");
    place.tools(&["call", "calculate"], "").fails(1, &["/arguments", "expression"]);
    place.tools(&["call", "calculate", "[1]"], "").fails(2, &["no JSON object"]);
    place.tools(&["call", "calculate", "-"], "{").fails(2, &["on stdin are no JSON object"]);
    place.tools(&["call", "not_there"], "").fails(1, &["tool"]);
    place.tools(&["call", "a/b"], "").fails(2, &["no name of a tool"]);
    place.tools(&["call", "calculate", r#"{"expression": "1"}"#, "--agent", "assistant"], "").fails(1, &["policy"]);
    place.tools(&["list", "--agent", "nobody"], "").fails(1, &["agent"]);
    Workplace::new("viewer").tools(&["call", "current_time"], "").fails(1, &["Not allowed"]);
}
