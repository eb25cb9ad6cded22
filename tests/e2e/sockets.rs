//! The WebSocket of Node.js against the gateway as its operator starts it: turns that wait go on by frames.

use std::process::Command;

use crate::gateway::Gateway;
use crate::program::Machine;

#[test]
fn turns_that_wait_go_on_by_frames_of_node() {
    let Ok(interpreter) = std::env::var("ASTRA_TEST_NODE") else {
        println!("skipped: ASTRA_TEST_NODE is not set");
        return;
    };
    let machine = Machine::new();
    let tools = "{allow: [current_time], require_approval: ['*']}";
    machine.write("astra.yml", &format!("agents: {{acting: {{model: {{provider: echo}}, tools: {tools}}}}}\n"));
    let gateway = Gateway::start(&machine);
    let token = |role: &str| {
        let issued = machine.astra(&["token", "issue", "--name", role, "--role", role]);
        issued.ok().trim().to_owned()
    };
    let script = format!("{}/../tests/e2e/clients/websocket_waits_node.mjs", env!("CARGO_MANIFEST_DIR"));
    let mut client = Command::new(interpreter);
    client.arg(script).env("ASTRA_URL", &gateway.url).env("ASTRA_AGENT", "acting");
    client.env("ASTRA_TOKEN", token("admin")).env("ASTRA_MEMBER", token("member"));
    let output = client.output().expect("the client runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("Not on a Friday"), "{said}\n{complained}");
}
