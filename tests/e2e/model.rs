//! Conversations with a real model behind an agent.

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::http::User;
use crate::program::Machine;

/// Where a model speaks OpenAI's API, such as `http://127.0.0.1:8080/v1`.
const MODEL_VARIABLE: &str = "ASTRA_TEST_MODEL";
/// The agent of these tests.
pub(crate) const AGENT: &str = "guide";

/// A machine whose configuration has the model and the agent. `None` if no model is named.
pub(crate) fn machine() -> Option<Machine> {
    let Ok(url) = std::env::var(MODEL_VARIABLE) else {
        println!("skipped: {MODEL_VARIABLE} is not set");
        return None;
    };
    let machine = Machine::new();
    let provider = format!("providers:\n  real:\n    base_url: {url}\n    api_key: ${{MODEL_KEY:-none}}\n");
    machine.write("astra.yml", &provider);
    std::fs::create_dir(machine.path("agents")).expect("made");
    machine.write(&format!("agents/{AGENT}.yml"), "display_name: Guide\nmodel: {provider: real, temperature: 0}\n");
    Some(machine)
}

/// A token for the machine's gateway.
pub(crate) fn token(machine: &Machine) -> String {
    machine.astra(&["token", "issue", "--name", "test"]).ok().trim().to_owned()
}

fn text(event: &Value) -> &str {
    event["delta"].as_str().unwrap_or_default()
}

#[test]
fn a_conversation_is_answered_and_remembered() {
    let Some(machine) = machine() else { return };
    let gateway = Gateway::start(&machine);
    let user = User { gateway: &gateway, token: token(&machine) };
    let first =
        user.ok("POST", "/chat", Some(&json!({"agent_id": AGENT, "message": "What is the capital of France?"})));
    assert!(first["content"].as_str().expect("a text").contains("Paris"), "{first}");
    assert_eq!(first["status"], "completed");
    assert!(first["usage"]["input_tokens"].as_u64() > Some(0) && first["usage"]["output_tokens"].as_u64() > Some(0));

    // Without the first turn there would be no telling what is asked.
    let session = &first["session_id"];
    let question = json!({"agent_id": AGENT, "message": "And of Germany?", "session_id": session});
    let second = user.ok("POST", "/chat", Some(&question));
    assert!(second["content"].as_str().expect("a text").contains("Berlin"), "{second}");
    assert_eq!(second["session_id"], *session);
    let messages = user.ok("GET", &format!("/sessions/{}/messages", session.as_str().expect("an id")), None);
    let roles: Vec<&str> =
        messages["data"].as_array().expect("rows").iter().filter_map(|row| row["role"].as_str()).collect();
    assert_eq!(roles, ["assistant", "user", "assistant", "user"], "{messages}");
}

#[test]
fn the_same_is_answered_piece_by_piece() {
    let Some(machine) = machine() else { return };
    let gateway = Gateway::start(&machine);
    let user = User { gateway: &gateway, token: token(&machine) };
    let mut stream = user.stream(&json!({"agent_id": AGENT, "message": "What is the capital of France?"}));
    let first = stream.next().expect("an event");
    assert_eq!(first["type"], "session_resolved");
    let events = stream.rest();
    let pieces: Vec<&str> = events.iter().filter(|event| event["type"] == "content").map(text).collect();
    assert!(pieces.len() > 1, "it came in pieces: {pieces:?}");
    let done = events.last().expect("an end");
    assert_eq!((&done["type"], &done["turn"]["content"]), (&"done".into(), &pieces.concat().into()));
    assert!(pieces.concat().contains("Paris"), "{pieces:?}");

    let session = first["session_id"].as_str().expect("an id");
    let mut stream = user.stream(&json!({"agent_id": AGENT, "message": "And of Germany?", "session_id": session}));
    assert!(stream.rest().iter().map(text).collect::<String>().contains("Berlin"));
}

#[test]
fn the_terminal_has_the_same_conversation() {
    let Some(machine) = machine() else { return };
    let gateway = Gateway::start(&machine);
    let mut chat = machine.command(&["chat", AGENT, "--server", &gateway.url]);
    let answers = crate::program::run_with_input(&mut chat, "What is the capital of France?\n\nAnd of Germany?\n");
    assert_eq!(answers.stderr, "");
    let answers = answers.ok();
    let (paris, berlin) = (answers.find("Paris").expect("Paris"), answers.find("Berlin").expect("Berlin"));
    assert!(paris < berlin && answers.ends_with('\n'), "{answers}");
    assert_eq!(machine.astra(&["token", "list"]).ok(), "", "the conversation's own token is gone");
}
