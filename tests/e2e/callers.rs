//! Official clients and frameworks, unmodified, with tools of their own: against agents whose models speak OpenAI's and
//! Anthropic's protocols, and that have a tool of their own beside.

use std::process::Command;

use crate::calling;
use crate::gateway::Gateway;
use crate::model::token;
use crate::program::Machine;

/// The agents, by the protocol of their models.
const AGENTS: [&str; 2] = ["openai", "anthropic"];

/// Runs one of `tests/e2e/clients` with the interpreter that `variable` names, once for each agent.
fn calls_tools(variable: &str, script: &str) {
    let Ok(interpreter) = std::env::var(variable) else {
        println!("skipped: {variable} is not set");
        return;
    };
    let (machine, model) = (Machine::new(), calling::start());
    let provider = |name: &str| {
        let base = if name == "openai" { "/v1" } else { "" };
        format!("  {name}: {{protocol: {name}, base_url: \"{model}{base}\", api_key: none, default_model: scripted}}\n")
    };
    // The model calls what the message names, and one that is recalled names more.
    machine.write("astra.yml", &format!("memory: {{enabled: false}}\nproviders:\n{}", AGENTS.map(provider).concat()));
    std::fs::create_dir(machine.path("agents")).expect("made");
    for name in AGENTS {
        let agent = format!("model: {{provider: {name}}}\ntools: {{allow: [current_time]}}\n");
        machine.write(&format!("agents/{name}.yml"), &agent);
    }
    let gateway = Gateway::start(&machine);
    let token = token(&machine);
    let script = format!("{}/../tests/e2e/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    for name in AGENTS {
        let mut client = Command::new(&interpreter);
        client.arg(&script).env("ASTRA_URL", &gateway.url).env("ASTRA_TOKEN", &token).env("ASTRA_AGENT", name);
        client.env("LITELLM_LOCAL_MODEL_COST_MAP", "True");
        let output = client.output().expect("the client runs");
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {said}\n{complained}");
        assert!(said.contains("Paris: 18 degrees; Rome: 25 degrees"), "{name}: {said}\n{complained}");
    }
}

#[test]
fn openai_for_python() {
    calls_tools("ASTRA_TEST_PYTHON", "tools_openai.py");
}

#[test]
fn openai_for_node() {
    calls_tools("ASTRA_TEST_NODE", "tools_openai.mjs");
}

#[test]
fn the_ai_sdk() {
    calls_tools("ASTRA_TEST_NODE", "tools_ai_sdk.mjs");
}

#[test]
fn langchain_for_python() {
    calls_tools("ASTRA_TEST_PYTHON", "tools_langchain.py");
}

#[test]
fn langchain_for_node() {
    calls_tools("ASTRA_TEST_NODE", "tools_langchain.mjs");
}

#[test]
fn pydantic_ai() {
    calls_tools("ASTRA_TEST_PYTHON", "tools_pydantic_ai.py");
}

#[test]
fn litellm() {
    calls_tools("ASTRA_TEST_PYTHON", "tools_litellm.py");
}
