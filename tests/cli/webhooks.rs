//! `astra webhooks`: what a gateway sends, and a receiver that verifies it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command};

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

/// A gateway that may send to this machine, and a machine with an admin's token for it.
struct Workplace {
    machine: Machine,
    gateway: Gateway,
    token: String,
}

/// `astra webhooks listen`, and where it listens.
struct Listening {
    child: Child,
    said: BufReader<ChildStderr>,
    address: String,
}

impl Workplace {
    fn new() -> Self {
        let machine = Machine::new();
        machine.write("astra.yml", "outbound: {allowed_networks: [127.0.0.1/32], allowed_ports: [1-65535]}\n");
        let gateway = Gateway::start(&machine);
        let token = machine.astra(&["token", "issue", "--name", "me", "--role", "admin"]).ok().trim().to_owned();
        Self { machine, gateway, token }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.machine.command(&[&["webhooks"], args].concat());
        command.env("ASTRA_SERVER", &self.gateway.url).env("ASTRA_TOKEN", &self.token);
        command
    }

    fn webhooks(&self, args: &[&str]) -> Ended {
        Ended::from(self.command(args).output().expect("astra runs"))
    }

    /// The JSON of the answer to a POST.
    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.gateway.post_with_token(path, &self.token, &body.to_string());
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
        serde_json::from_str(body).expect("JSON")
    }

    fn listen(&self, args: &[&str], secret: Option<&str>) -> Listening {
        let mut command = self.command(&[&["listen", "--listen", "127.0.0.1:0"], args].concat());
        if let Some(secret) = secret {
            command.env("ASTRA_WEBHOOK_SECRET", secret);
        }
        let mut child = command.spawn().expect("astra runs");
        let mut listening =
            Listening { said: BufReader::new(child.stderr.take().expect("stderr")), child, address: String::new() };
        let line = listening.line_with("listening on ");
        let (_, rest) = line.split_once("http://").expect("a URL");
        listening.address = rest.trim().trim_end_matches('/').to_owned();
        listening
    }
}

impl Listening {
    /// The next line on stderr that has these words.
    fn line_with(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.said.read_line(&mut line).expect("text"), 0, "it ended without {words:?}");
            if line.contains(words) {
                return line;
            }
        }
    }

    /// What it printed, once it has ended well.
    fn printed(mut self) -> String {
        let mut printed = String::new();
        self.child.stdout.take().expect("stdout").read_to_string(&mut printed).expect("text");
        assert!(self.child.wait().expect("it ends").success());
        printed
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // It has ended already when the test waited for it.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

#[test]
fn listen_makes_a_webhook_verifies_prints_and_takes_it_away() {
    let place = Workplace::new();
    assert_eq!(place.webhooks(&["list"]).ok(), "");
    let args = ["--register", "--event", "agent.updated", "--count", "2", "--output", "json"];
    let mut listening = place.listen(&args, None);
    let line = listening.line_with("sends events to");
    let id = line.split_whitespace().find(|word| word.starts_with("hok_")).expect("an id").to_owned();
    let listed = place.webhooks(&["list"]).ok();
    let row: Vec<&str> = listed.trim().split('\t').collect();
    let url = format!("http://{}/", listening.address);
    assert_eq!(row, [id.as_str(), "on", "0", "agent.updated", url.as_str()]);
    place.post(&format!("/webhooks/{id}/test"), &json!({}));
    place.post("/agents", &json!({"id": "new", "model": {"provider": "echo"}}));
    let printed = listening.printed();
    let lines: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(lines.iter().all(|line| line["verdict"] == "good"), "{printed}");
    let mut events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    events.sort_unstable();
    assert_eq!(events, ["agent.updated", "webhook.test"]);
    assert!(lines[0]["id"].as_str().is_some_and(|id| id.starts_with("dlv_")), "{printed}");
    assert_eq!(place.webhooks(&["list"]).ok(), "", "it is deleted");
}

#[test]
fn what_another_has_signed_is_printed_and_refused() {
    let place = Workplace::new();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let listening = place.listen(&["--count", "1"], Some(secret));
    let send = |request: &str| {
        let mut connection = TcpStream::connect(&listening.address).expect("it listens");
        connection.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("answered");
        answer
    };
    assert!(send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 405"));
    let forged = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\nwebhook-id: dlv_1\r\nwebhook-timestamp: 1\r\n\r\n{\"type\":\"forged\"}";
    assert!(send(&forged.replace("16", "17")).starts_with("HTTP/1.1 401"));
    let printed = listening.printed();
    assert!(printed.contains("dlv_1  forged  wrong_time"), "{printed}");
}

#[test]
fn deliveries_are_listed_with_what_came_of_them() {
    let place = Workplace::new();
    let mut listening = place.listen(&["--register", "--answer", "500", "--count", "1"], None);
    let line = listening.line_with("sends events to");
    let id = line.split_whitespace().find(|word| word.starts_with("hok_")).expect("an id").to_owned();
    let made = place.post("/webhooks", &json!({"url": format!("http://{}/", listening.address)}));
    let own = made["webhook"]["id"].as_str().expect("an id").to_owned();
    let test = place.post(&format!("/webhooks/{id}/test"), &json!({}));
    listening.printed();
    place.webhooks(&["deliveries", &id]).fails(1, &["webhook"]);
    place.webhooks(&["deliveries", "hok/../agents"]).fails(2, &["not the id of a webhook"]);
    place.webhooks(&["deliveries", &own, "--status", "late"]).fails(2, &["late"]);
    assert_eq!(place.webhooks(&["deliveries", &own, "--since", "1h"]).ok(), "");
    let test_of_own = place.post(&format!("/webhooks/{own}/test"), &json!({}));
    assert_ne!(test["id"], test_of_own["id"]);
    loop {
        let listed = place.webhooks(&["deliveries", &own, "--status", "failed"]).ok();
        let row: Vec<&str> = listed.trim().split('\t').collect();
        if row.len() == 7 {
            assert_eq!(
                (row[0], row[2], row[3], row[4]),
                (test_of_own["id"].as_str().expect("an id"), "webhook.test", "failed", "1")
            );
            assert!(row[5] == "-" && row[6].contains("cannot be reached"), "{row:?}");
            break;
        }
    }
}

#[test]
fn what_cannot_work_is_told() {
    let place = Workplace::new();
    place.webhooks(&["listen"]).fails(2, &["no secret", "ASTRA_WEBHOOK_SECRET"]);
    let mut command = place.command(&["listen"]);
    Ended::from(command.env("ASTRA_WEBHOOK_SECRET", "nonsense").output().expect("astra runs"))
        .fails(2, &["holds no secret"]);
    place.webhooks(&["listen", "--event", "agent.updated"]).fails(2, &["--register"]);
    let args = ["listen", "--listen", "127.0.0.1:0", "--register", "http://10.0.0.1/"];
    place.webhooks(&args).fails(1, &["/url", "may not be reached"]);
    place.webhooks(&["listen", "--listen", "127.0.0.1:0", "--register", "--event", "a.b"]).fails(1, &["/events/0"]);
}
