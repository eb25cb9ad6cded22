//! kill -9 in the middle of a stream: what was said is kept, what was running is marked, and nothing is corrupt.

use serde_json::json;

use crate::gateway::Gateway;
use crate::http::User;
use crate::program::Machine;
use crate::upstream::Hesitant;

#[test]
fn what_was_said_survives_and_what_ran_is_marked() {
    let model = Hesitant::start();
    let machine = Machine::new();
    let agents = "agents: {slow: {model: {provider: hesitant, model: slow}}, quick: {model: {provider: echo}}}";
    machine.write("astra.yml", &format!("providers: {{hesitant: {{base_url: '{}'}}}}\n{agents}\n", model.url));
    let mut gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "test"]).ok().trim().to_owned();
    let user = User { gateway: &gateway, token: token.clone() };
    let before = user.ok("POST", "/chat", Some(&json!({"agent_id": "quick", "message": "remember me"})));

    let mut stream = user.stream(&json!({"agent_id": "slow", "message": "take your time"}));
    let resolved = stream.next().expect("an event");
    let said = stream.next().expect("a word");
    assert_eq!((&said["type"], &said["delta"]), (&"content".into(), &"Well".into()));
    gateway.signal("KILL");
    gateway.wait();
    assert!(stream.rest().iter().all(|event| event["type"] != "done"));

    let gateway = Gateway::start(&machine);
    let user = User { gateway: &gateway, token };
    let turn = user.ok("GET", &format!("/chat/turns/{}", resolved["turn_id"].as_str().expect("an id")), None);
    assert_eq!(turn["status"], "interrupted", "{turn}");
    let session = resolved["session_id"].as_str().expect("an id");
    let messages = user.ok("GET", &format!("/sessions/{session}/messages"), None);
    let rows = messages["data"].as_array().expect("rows");
    assert!(rows.iter().any(|row| row["role"] == "user" && row["content"] == "take your time"), "{messages}");

    // The session is free again, and what was complete before is as it was.
    let kept = user.ok("GET", &format!("/chat/turns/{}", before["turn_id"].as_str().expect("an id")), None);
    assert_eq!((&kept["status"], &kept["content"]), (&"completed".into(), &"remember me".into()));
    let next = json!({"agent_id": "quick", "message": "and again", "session_id": before["session_id"]});
    assert_eq!(user.ok("POST", "/chat", Some(&next))["content"], "and again");
    let again = user.stream(&json!({"agent_id": "slow", "message": "once more", "session_id": session})).next();
    assert_eq!(again.expect("an event")["type"], "session_resolved");
    assert_eq!(machine.astra(&["migrate", "--plan"]).code, Some(0), "the schema is whole");
}
