//! The official libraries that verify webhooks, unmodified, against what a gateway sends as its operator starts it.

use std::process::Command;

use crate::gateway::Gateway;
use crate::program::Machine;

/// Runs one of `tests/e2e/clients` with the interpreter that `variable` names.
fn run_client(variable: &str, script: &str) {
    let Ok(interpreter) = std::env::var(variable) else {
        println!("skipped: {variable} is not set");
        return;
    };
    let machine = Machine::new();
    machine.write("astra.yml", "outbound: {allowed_networks: [127.0.0.1/32], allowed_ports: [1-65535]}\n");
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "admin", "--role", "admin"]).ok();
    let script = format!("{}/../tests/e2e/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut client = Command::new(interpreter);
    client.arg(script).env("ASTRA_URL", &gateway.url).env("ASTRA_TOKEN", token.trim());
    let output = client.output().expect("the client runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("verified"), "{said}\n{complained}");
}

#[test]
fn standardwebhooks_for_python() {
    run_client("ASTRA_TEST_WEBHOOKS_PYTHON", "webhooks_python.py");
}

#[test]
fn standardwebhooks_for_node() {
    // The modules are installed where the interpreter is.
    if std::env::var_os("ASTRA_TEST_WEBHOOKS_NODE_MODULES").is_some() {
        run_client("ASTRA_TEST_NODE", "webhooks_node.mjs");
    }
}
