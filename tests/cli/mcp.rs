//! `astra mcp`: an MCP server on standard input and output, whose messages go to a gateway's own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Machine, run_with_input};

/// A gateway, and what `astra mcp` says to `messages`.
fn said(messages: &[Value], token: Option<&str>) -> (Vec<Value>, String) {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let issued = machine.astra(&["token", "issue", "--name", "me", "--scope", "chat:send"]).ok();
    let lines: String = messages.iter().map(|message| format!("{}\n", line(message))).collect();
    let mut command = machine.command(&["mcp", "--server", &gateway.url]);
    let ended = run_with_input(command.env("ASTRA_TOKEN", token.unwrap_or(issued.trim())), &lines);
    let complained = ended.stderr.clone();
    let said = ended.ok();
    (said.lines().map(|line| serde_json::from_str(line).expect("a message a line")).collect(), complained)
}

/// A text is a line as it is.
fn line(message: &Value) -> String {
    message.as_str().map_or_else(|| message.to_string(), str::to_owned)
}

fn request(id: u32, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn answer(said: &[Value], id: u32) -> &Value {
    said.iter().find(|message| message["id"] == id).unwrap_or_else(|| panic!("no answer to {id}: {said:?}"))
}

#[test]
fn a_handshake_leads_to_the_agents() {
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let call = json!({"name": "assistant", "arguments": {"message": "hello"}, "_meta": {"progressToken": 1}});
    let (said, complained) = said(
        &[
            request(0, "initialize", hello),
            json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
            json!(""),
            request(1, "tools/list", json!({})),
            request(2, "tools/call", call),
            request(3, "tools/call", json!({"name": "nobody"})),
            json!("{nonsense"),
        ],
        None,
    );
    assert_eq!(complained, "");
    assert_eq!(answer(&said, 0)["result"]["serverInfo"]["name"], "astra");
    let tools = answer(&said, 1)["result"]["tools"].as_array().expect("tools");
    assert!(tools.iter().any(|tool| tool["name"] == "assistant"), "{tools:?}");
    assert_eq!(answer(&said, 2)["result"]["structuredContent"]["answer"], "hello");
    assert_eq!(answer(&said, 3)["error"]["code"], -32602);
    assert!(said.iter().any(|message| message["method"] == "notifications/progress"), "{said:?}");
    assert!(said.iter().any(|message| message["error"]["code"] == -32700), "{said:?}");
}

#[test]
fn requests_that_say_all_are_sent_with_their_headers() {
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}});
    let call = json!({"name": "assistant", "arguments": {"message": "hello"}, "_meta": meta});
    let messages = [request(1, "server/discover", json!({"_meta": meta})), request(2, "tools/call", call)];
    let (said, complained) = said(&messages, None);
    assert_eq!(complained, "");
    assert_eq!(answer(&said, 1)["result"]["supportedVersions"][0], "2026-07-28");
    assert_eq!(answer(&said, 2)["result"]["structuredContent"]["answer"], "hello");
}

#[test]
fn a_gateway_that_refuses_is_an_answer() {
    let (said, complained) = said(&[request(1, "tools/list", json!({}))], Some("ast_nonsense"));
    assert_eq!(answer(&said, 1)["error"]["code"], -32603);
    assert!(complained.contains("ASTRA_TOKEN"), "{complained}");
}

#[test]
fn without_a_token_it_says_so() {
    Machine::new().astra(&["mcp"]).fails(1, &["a token is needed", "ASTRA_TOKEN"]);
}

#[test]
fn what_the_gateway_asks_is_handed_to_the_client_and_its_answer_back() {
    let machine = Machine::new();
    let tools = "{allow: [current_time], require_approval: ['*']}";
    machine.write("astra.yml", &format!("agents: {{clock: {{model: {{provider: echo}}, tools: {tools}}}}}\n"));
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "me", "--role", "admin"]).ok();
    let mut command = machine.command(&["mcp", "--server", &gateway.url]);
    let mut child = command.env("ASTRA_TOKEN", token.trim()).stdin(Stdio::piped()).spawn().expect("astra runs");
    let mut stdin = child.stdin.take().expect("stdin");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
    let mut say = |message: Value| writeln!(stdin, "{message}").expect("it reads");
    let mut next = || -> Value { serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON") };
    let capabilities = json!({"elicitation": {"form": {}}});
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": {"name": "t", "version": "1"}});
    say(request(0, "initialize", hello));
    assert_eq!(next()["id"], 0);
    say(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    say(request(1, "tools/call", json!({"name": "clock", "arguments": {"message": "/tool current_time"}})));
    let asked = next();
    assert_eq!(asked["method"], "elicitation/create", "{asked}");
    let content = json!({"decision": "deny", "note": "Not on a Friday."});
    say(json!({"jsonrpc": "2.0", "id": asked["id"], "result": {"action": "accept", "content": content}}));
    let result = next();
    assert_eq!(result["id"], 1, "{result}");
    let answer = result["result"]["structuredContent"]["answer"].as_str().expect("an answer");
    assert!(answer.ends_with("a person denied the call: Not on a Friday."), "{answer}");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}
