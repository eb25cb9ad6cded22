//! Official clients and frameworks, unmodified and with their own settings, against the gateway and a model's server that
//! refuses: what was refused is sent once, and an answer in JSON arrives as what the framework makes of it.

use std::process::Command;

use crate::gateway::Gateway;
use crate::model::token;
use crate::program::Machine;
use crate::refusing::Refusing;

const AGENT: &str = "guide";

/// Questions that are refused in a way that every client understands.
const REFUSED: [&str; 6] = ["too long", "no such value", "no such model", "too large", "not understood", "no credit"];
/// Questions whose refusal the operator has to mend: 502, which some clients send again whatever `x-should-retry` says.
const MISCONFIGURED: [&str; 2] = ["wrong key", "not allowed"];

/// Runs one of `tests/e2e/clients` with the interpreter that `variable` names, and counts what it sent of `questions`.
fn sends_once(variable: &str, script: &str, questions: &[&str]) {
    let Ok(interpreter) = std::env::var(variable) else {
        println!("skipped: {variable} is not set");
        return;
    };
    let (machine, model) = (Machine::new(), Refusing::start());
    machine.write(
        "astra.yml",
        &format!("providers:\n  refusing: {{base_url: \"{}\", default_model: refusing}}\n", model.url),
    );
    std::fs::create_dir(machine.path("agents")).expect("made");
    machine.write(&format!("agents/{AGENT}.yml"), "model: {provider: refusing}\n");
    let gateway = Gateway::start(&machine);
    let script = format!("{}/../tests/e2e/clients/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut client = Command::new(interpreter);
    client.arg(script).env("ASTRA_URL", &gateway.url).env("ASTRA_TOKEN", token(&machine)).env("ASTRA_AGENT", AGENT);
    // It has its table of prices with it, and need not fetch another.
    client.env("LITELLM_LOCAL_MODEL_COST_MAP", "True").env("ASTRA_REFUSED", questions.join(","));
    let output = client.output().expect("the client runs");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(said.contains("Paris"), "{said}\n{complained}");
    let calls = model.calls();
    for question in questions {
        assert_eq!(calls.get(*question), Some(&1), "{question}: {calls:?}\n{said}\n{complained}");
    }
}

fn all() -> Vec<&'static str> {
    [REFUSED.as_slice(), MISCONFIGURED.as_slice()].concat()
}

#[test]
fn openai_for_python() {
    sends_once("ASTRA_TEST_PYTHON", "refused_openai.py", &all());
}

#[test]
fn openai_for_node() {
    sends_once("ASTRA_TEST_NODE", "refused_openai.mjs", &all());
}

#[test]
fn the_websocket_of_node() {
    sends_once("ASTRA_TEST_NODE", "websocket_node.mjs", &all());
}

#[test]
fn langchain_for_python() {
    sends_once("ASTRA_TEST_PYTHON", "langchain_python.py", &all());
}

#[test]
fn langchain_for_node() {
    sends_once("ASTRA_TEST_NODE", "langchain_node.mjs", &REFUSED);
}

#[test]
fn litellm() {
    sends_once("ASTRA_TEST_PYTHON", "litellm_python.py", &all());
}

#[test]
fn pydantic_ai() {
    sends_once("ASTRA_TEST_PYTHON", "pydantic_ai_python.py", &all());
}

#[test]
fn the_ai_sdk() {
    sends_once("ASTRA_TEST_NODE", "refused_ai_sdk.mjs", &REFUSED);
}
