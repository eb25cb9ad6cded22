//! `astra channels simulate`: platforms without an account there, answered by agents of the configuration.

use std::path::Path;
use std::process::Command;

use astra_core::channels::built_in;
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};
use crate::upstream::Hesitant;

/// A machine whose temporary files are in a folder of its own.
struct Desk {
    machine: Machine,
}

impl Desk {
    fn new() -> Self {
        let machine = Machine::new();
        std::fs::create_dir(machine.path("tmp")).expect("made");
        Self { machine }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.machine.command(&[&["channels", "simulate"], args].concat());
        // Nothing that runs on the machine of the tests: port 9 is where no program answers.
        command.env("TMPDIR", self.machine.path("tmp")).env("OLLAMA_HOST", "127.0.0.1:9");
        command
    }

    fn simulate(&self, args: &[&str]) -> Ended {
        Ended::from(self.command(args).output().expect("astra runs"))
    }

    /// What is left of simulations, by name.
    fn left(&self) -> Vec<String> {
        let names = |folder: &Path| {
            let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        let mut left = [names(&self.machine.path("tmp")), names(self.machine.folder())].concat();
        left.sort_unstable();
        left
    }
}

#[test]
fn each_platform_can_be_tried_without_an_account_and_nothing_stays() {
    let desk = Desk::new();
    for platform in built_in() {
        let kind = platform.kind();
        let ended: Value =
            serde_json::from_str(&desk.simulate(&[kind, "Hello there", "--output", "json"]).ok()).expect("JSON");
        assert_eq!((&ended["platform"], &ended["agent_id"]), (&json!(kind), &json!("assistant")));
        assert_eq!((&ended["status"], &ended["reason"]), (&json!("answered"), &Value::Null), "{ended}");
        let parts = ended["parts"].as_array().expect("parts");
        assert!(parts.len() == 1 && parts[0].as_str().is_some_and(|part| part.contains("Hello there")), "{ended}");
    }
    assert_eq!(desk.left(), ["tmp"]);
}

#[test]
fn the_answer_is_data_and_commands_are_those_of_channels() {
    let desk = Desk::new();
    let said = desk.simulate(&["generic", "one *two*"]);
    assert!(said.stderr.contains("POST /channels/chn_") && said.stderr.contains("answered"), "{said:?}");
    assert_eq!(said.ok(), "one *two*\n");
    assert!(desk.simulate(&["generic", "/help"]).ok().contains("/reset"));
    desk.simulate(&["carrier_pigeon", "Hello"]).fails(2, &["carrier_pigeon", "slack"]);
    desk.simulate(&["generic", "Hello", "--agent", "../x"]).fails(2, &["not the id of an agent"]);
    desk.simulate(&["generic", "Hello", "--agent", "support"]).fails(1, &["no agent `support`", "data"]);
    assert_eq!(desk.left(), ["tmp"]);
}

#[test]
fn agents_are_those_of_the_configuration_and_of_the_gateway() {
    let desk = Desk::new();
    desk.machine.write("astra.yml", "agents: {one: {model: {provider: echo}}, two: {model: {provider: echo}}}\n");
    desk.simulate(&["generic", "Hello"]).fails(2, &["several agents", "one, two"]);
    assert_eq!(desk.simulate(&["generic", "Hello", "--agent", "two"]).ok(), "Hello\n");
    let gateway = Gateway::start(&desk.machine);
    let token = desk.machine.astra(&["token", "issue", "--name", "me", "--role", "admin"]).ok();
    let made = gateway.post_with_token("/agents", token.trim(), r#"{"id": "support", "model": {"provider": "echo"}}"#);
    assert!(made.starts_with("HTTP/1.1 201"), "{made}");
    let args = ["generic", "Hello", "--agent", "support", "--server", gateway.url.as_str()];
    assert_eq!(desk.simulate(&args).ok(), "Hello\n");
    let channels = gateway.get_with_token("/channels", token.trim());
    assert!(channels.contains("\"data\":[]"), "the gateway that runs has no part in it: {channels}");
    let tokens = desk.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-simulation"), "{tokens}");
}

#[test]
fn an_interrupted_simulation_leaves_nothing() {
    let desk = Desk::new();
    let model = Hesitant::start();
    let provider = format!("providers: {{hesitant: {{base_url: '{}'}}}}", model.url);
    let agent = "agents: {slow: {model: {provider: hesitant, model: slow}}}";
    desk.machine.write("astra.yml", &format!("{provider}\n{agent}\n"));
    for signal in ["INT", "TERM"] {
        let child = desk.command(&["slack", "Hello"]).spawn().expect("astra runs");
        let _open = model.asked();
        let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        Ended::from(child.wait_with_output().expect("it ends")).fails(1, &["interrupted"]);
        assert_eq!(desk.left(), ["astra.yml", "tmp"]);
    }
}
