//! The official clients, unmodified, against the gateway and a real model.

use std::process::Command;

use crate::gateway::Gateway;
use crate::model::{AGENT, machine, token};

/// Runs one of `tests/e2e/clients` with the interpreter that `variable` names.
fn run_client(variable: &str, script: &str) {
    let Ok(interpreter) = std::env::var(variable) else {
        println!("skipped: {variable} is not set");
        return;
    };
    let Some(machine) = machine() else { return };
    let gateway = Gateway::start(&machine);
    let script = format!("{}/../tests/e2e/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut client = Command::new(interpreter);
    client.arg(script).env("ASTRA_URL", &gateway.url).env("ASTRA_TOKEN", token(&machine)).env("ASTRA_AGENT", AGENT);
    let output = client.output().expect("the client runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("Paris"), "{said}\n{complained}");
}

#[test]
fn openai_for_python() {
    run_client("ASTRA_TEST_PYTHON", "openai_python.py");
}

#[test]
fn openai_for_node() {
    run_client("ASTRA_TEST_NODE", "openai_node.mjs");
}

#[test]
fn the_ai_sdk() {
    run_client("ASTRA_TEST_NODE", "ai_sdk.mjs");
}

#[test]
fn openai_for_python_with_a_tool() {
    run_client("ASTRA_TEST_PYTHON", "model_tools_openai.py");
}
