//! The official clients of MCP, unmodified, against the gateway as its operator starts it.

use std::process::Command;

use crate::gateway::Gateway;
use crate::model::token;
use crate::program::Machine;

/// Runs one of `tests/e2e/clients` with the interpreter that `variable` names.
fn run_client(variable: &str, script: &str, agent: &str) {
    let Ok(interpreter) = std::env::var(variable) else {
        println!("skipped: {variable} is not set");
        return;
    };
    let machine = Machine::new();
    machine.write("astra.yml", "{}\n");
    std::fs::create_dir(machine.path("agents")).expect("made");
    machine.write("agents/parrot.yml", "display_name: Parrot\n");
    let asks = "tools: {allow: [current_time], require_approval: ['*']}";
    machine.write("agents/clock.yml", &format!("model: {{provider: echo}}\n{asks}\n"));
    let gateway = Gateway::start(&machine);
    let script = format!("{}/../tests/e2e/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut client = Command::new(interpreter);
    // Who decides on calls is an admin.
    let admin = || machine.astra(&["token", "issue", "--name", "admin", "--role", "admin"]).ok().trim().to_owned();
    let token = if agent == "clock" { admin() } else { token(&machine) };
    client.arg(script).env("ASTRA_URL", &gateway.url).env("ASTRA_TOKEN", token).env("ASTRA_AGENT", agent);
    let output = client.output().expect("the client runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("Paris"), "{said}\n{complained}");
}

#[test]
fn mcp_for_python() {
    run_client("ASTRA_TEST_MCP_PYTHON", "mcp_python.py", "parrot");
}

#[test]
fn mcp_for_python_asks_its_user() {
    run_client("ASTRA_TEST_MCP_PYTHON", "mcp_approvals_python.py", "clock");
}

#[test]
fn mcp_for_node() {
    // The modules are installed where the interpreter is.
    if std::env::var_os("ASTRA_TEST_MCP_NODE_MODULES").is_some() {
        run_client("ASTRA_TEST_NODE", "mcp_node.mjs", "parrot");
    }
}

#[test]
fn mcp_for_node_asks_its_user() {
    if std::env::var_os("ASTRA_TEST_MCP_NODE_MODULES").is_some() {
        run_client("ASTRA_TEST_NODE", "mcp_approvals_node.mjs", "clock");
    }
}
