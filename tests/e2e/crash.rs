//! kill -9 in the middle of a stream: what was said is kept, what was running is marked, and nothing is corrupt.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use serde_json::json;

use crate::gateway::Gateway;
use crate::http::User;
use crate::program::Machine;

/// A model that says one word and then nothing more, for as long as the test holds its end of the line.
struct Hesitant {
    url: String,
    _lines: Receiver<TcpStream>,
}

impl Hesitant {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let (keep, lines) = channel();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                answer(connection.expect("a connection"), &keep);
            }
        });
        Self { url, _lines: lines }
    }
}

fn answer(mut connection: TcpStream, keep: &Sender<TcpStream>) {
    let mut lines = BufReader::new(connection.try_clone().expect("a reader")).lines();
    while lines.next().is_some_and(|line| !line.expect("text").is_empty()) {}
    let chunk = json!({"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "slow",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Well"}, "finish_reason": null}]});
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    connection.write_all(format!("{head}data: {chunk}\n\n").as_bytes()).expect("sent");
    // The test has ended when nobody takes the line any more.
    let _kept = keep.send(connection);
}

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
