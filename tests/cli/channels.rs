//! `astra channels`: where people meet agents, made, checked, listed and taken away from the command line.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};

use astra_core::clock::{Clock as _, SystemClock};
use astra_core::webhooks::SigningSecret;
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Ended, Machine, run_with_input};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// What takes the answers of the platform `generic`, and answers with a status of the test's.
struct Chat {
    url: String,
    status: Arc<AtomicU16>,
    bodies: Receiver<Value>,
}

impl Chat {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let status = Arc::new(AtomicU16::new(200));
        let (keep, bodies) = sync_channel(64);
        let wanted = Arc::clone(&status);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.expect("a connection");
                let mut reader = BufReader::new(connection.try_clone().expect("a reader"));
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("text");
                    let (name, value) = line.split_once(':').unwrap_or_default();
                    if name.eq_ignore_ascii_case("content-length") {
                        length = value.trim().parse().expect("a number");
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).expect("a body");
                let status = wanted.load(Ordering::SeqCst);
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
                connection.write_all(answer.as_bytes()).expect("sent");
                if keep.send(serde_json::from_slice(&body).unwrap_or_default()).is_err() {
                    return;
                }
            }
        });
        Self { url, status, bodies }
    }

    /// The next body that came.
    fn next(&self) -> Value {
        self.bodies.recv().expect("a request came")
    }
}

/// A gateway that may call this machine.
struct Workplace {
    machine: Machine,
    gateway: Gateway,
    chat: Chat,
}

impl Workplace {
    fn new() -> Self {
        let machine = Machine::new();
        machine.write("astra.yml", "outbound: {allowed_networks: [127.0.0.1/32], allowed_ports: [1-65535]}\n");
        machine.write("secret.txt", &format!("{SECRET}\n"));
        let gateway = Gateway::start(&machine);
        Self { machine, gateway, chat: Chat::start() }
    }

    /// Without a token: the local store issues one.
    fn channels(&self, args: &[&str]) -> Ended {
        self.machine.astra(&self.args(args))
    }

    fn channels_with_input(&self, args: &[&str], input: &str) -> Ended {
        run_with_input(&mut self.machine.command(&self.args(args)), input)
    }

    fn args<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        [&["channels"], args, &["--server", self.gateway.url.as_str()]].concat()
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.channels(&[args, &["--output", "json"]].concat()).ok()).expect("JSON")
    }

    fn url(&self) -> String {
        format!("url={}", self.chat.url)
    }

    /// A channel whose secret is in the file.
    fn add(&self) -> String {
        let added = self.channels(&["add", "generic", "--set", &self.url(), "--secret", "secret=@secret.txt"]).ok();
        assert_eq!(self.chat.next()["type"], "check");
        added.trim().to_owned()
    }
}

#[test]
fn a_channel_is_added_checked_listed_and_deleted_without_a_terminal() {
    let place = Workplace::new();
    assert_eq!(place.channels(&["list"]).ok(), "");
    let url = place.url();
    let added = place.channels(&["add", "generic", "--set", &url, "--secret", "secret=@secret.txt"]);
    assert_eq!(place.chat.next(), json!({"type": "check"}), "the platform is called");
    let said = added.stderr.clone();
    let id = added.ok().trim().to_owned();
    for words in [
        format!("https://<gateway>/channels/{id}/webhook").as_str(),
        "1. Send each message",
        "set public_url",
        "the platform takes the credentials: the bot is Astra (astra)",
    ] {
        assert!(said.contains(words), "{words:?} is not in\n{said}");
    }
    let listed = place.channels(&["list"]).ok();
    let row: Vec<&str> = listed.trim().split('\t').collect();
    assert_eq!(row, [id.as_str(), "generic", "Generic webhook", "assistant", "on", "0", "-", "-"]);
    assert_eq!(place.json(&["list"])[0]["health"]["queue_length"], 0);
    let shown = place.channels(&["show", &id]).ok();
    assert!(shown.starts_with(&format!("{id} generic Generic webhook\n")), "{shown}");
    assert!(shown.contains(&place.chat.url) && shown.contains("secret           set "), "{shown}");
    assert_eq!(place.json(&["check", &id])["is_ok"], true);
    assert_eq!(place.chat.next()["type"], "check");
    for text in [&said, &listed, &shown, &place.json(&["show", &id]).to_string()] {
        assert!(!text.contains(SECRET), "{text}");
    }
    place.channels(&["delete", &id]).fails(2, &["--yes"]);
    assert_eq!(place.channels(&["delete", &id, "--yes"]).ok(), "");
    assert_eq!(place.channels(&["list"]).ok(), "");
    place.channels(&["show", &id]).fails(1, &["channel"]);
    let tokens = place.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-channels"), "the token that was made for it is gone: {tokens}");
}

#[test]
fn what_is_not_asked_for_can_be_given_and_secrets_come_by_stdin() {
    let place = Workplace::new();
    let url = place.url();
    let args = [
        "add",
        "generic",
        "--name",
        "Desk",
        "--agent",
        "assistant",
        "--set",
        &url,
        "--set",
        "streaming=on",
        "--secret",
        "secret=-",
        "--groups",
        "all",
        "--person",
        "u1",
        "--person",
        "u2",
        "--conversation",
        "room-7",
        "--no-streaming",
        "--no-check",
        "--output",
        "json",
    ];
    let added = place.channels_with_input(&args, &format!("{SECRET}\nnot this\n")).ok();
    let made: Value = serde_json::from_str(&added).expect("JSON");
    let channel = &made["channel"];
    assert_eq!((&made["check"], &channel["name"], &channel["groups"]), (&Value::Null, &json!("Desk"), &json!("all")));
    assert_eq!((&channel["user_ids"], &channel["conversation_ids"]), (&json!(["u1", "u2"]), &json!(["room-7"])));
    assert_eq!((&channel["streams"], &channel["platform_settings"]["streaming"]), (&json!(false), &json!("on")));
    assert!(!added.contains(SECRET), "{added}");
}

#[test]
fn what_is_wrong_is_said_before_anything_is_made_and_without_the_secret() {
    let place = Workplace::new();
    let url = place.url();
    let url = url.as_str();
    let refused = |args: &[&str], said: &[&str]| {
        let ended = place.channels(&[&["add"], args].concat());
        assert!(!ended.stderr.contains(SECRET), "{}", ended.stderr);
        ended.fails(2, said);
    };
    refused(&[], &["no platform is named", "generic", "slack"]);
    refused(&["carrier_pigeon"], &["no platform `carrier_pigeon`", "slack"]);
    refused(&["generic"], &["needs more", "--set url=", "--secret secret=@FILE"]);
    refused(
        &["generic", "--set", url, "--secret", &format!("secret={SECRET}")],
        &["never written on the command line"],
    );
    refused(&["generic", "--set", &format!("secret={SECRET}")], &["never written on the command line", "secret=@FILE"]);
    refused(&["generic", "--set", "colour=red"], &["no field `colour`", "url, streaming, secret"]);
    refused(&["generic", "--set", url, "--set", url], &["given twice"]);
    refused(&["generic", "--secret", "url=@secret.txt"], &["is no secret", "--set url"]);
    refused(&["generic", "--set", url, "--secret", "secret=-"], &["stdin has no line for secret"]);
    place.channels(&["add", "generic", "--set", url, "--secret", "secret=@gone.txt"]).fails(1, &["gone.txt"]);
    let args = ["add", "generic", "--set", "url=http://10.0.0.1", "--secret", "secret=@secret.txt"];
    place.channels(&args).fails(1, &["/platform/url"]);
    place.channels(&["check", "chn/../agents"]).fails(2, &["not the id of a channel"]);
    place.channels(&["logs", "chn_06a1b2c3d4e5q"]).fails(1, &["channel"]);
    assert_eq!(place.channels(&["list"]).ok(), "");
}

#[test]
fn a_platform_that_refuses_is_a_failure_and_the_channel_stays() {
    let place = Workplace::new();
    place.chat.status.store(401, Ordering::SeqCst);
    let added = place.channels(&["add", "generic", "--set", &place.url(), "--secret", "secret=@secret.txt"]);
    assert_eq!(place.chat.next()["type"], "check");
    assert_eq!(added.code, Some(1), "{added:?}");
    let id = added.stdout.trim();
    assert!(added.stderr.contains("does not take the channel") && added.stderr.contains("status 401"), "{added:?}");
    assert!(added.stderr.contains(&format!("astra channels check {id}")), "{added:?}");
    let checked = place.channels(&["check", id]);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(1), ""), "{checked:?}");
    assert_eq!(checked.stdout, "the check failed: the receiver answered with status 401\n");
    place.chat.status.store(200, Ordering::SeqCst);
    place.channels(&["check", id]).ok();
}

#[test]
fn what_came_is_in_the_logs_and_secrets_are_rotated() {
    let place = Workplace::new();
    let id = place.add();
    say(&place, &id, SECRET, "m1");
    let answer = place.chat.next();
    assert_eq!((&answer["type"], &answer["text"]), (&json!("message"), &json!("Hello")));
    let row = answered(&place, &id, 1);
    assert_eq!((row[0].as_str(), row[3].as_str(), row[4].as_str()), ("m1", "room-7", "u1"));
    assert!(row[5].starts_with("ses_") && row[6] == "-", "{row:?}");
    assert_eq!(place.json(&["logs", &id, "--status", "failed"]), json!([]));
    place.channels(&["rotate", &id]).fails(2, &["no secret is given", "NAME=@FILE"]);
    let rotated = place.channels_with_input(&["rotate", &id, "--secret", "secret=-"], &format!("{OTHER}\n"));
    assert!(rotated.stderr.contains("24 hours") && !rotated.stderr.contains(OTHER), "{rotated:?}");
    assert_eq!(rotated.ok().trim(), id);
    assert!(place.json(&["show", &id])["channel"]["secrets"][0]["previous_until"].is_string());
    // What the platform signs with the secret of before is believed as well.
    for (secret, event) in [(SECRET, "m2"), (OTHER, "m3")] {
        say(&place, &id, secret, event);
        assert_eq!(place.chat.next()["text"], "Hello");
    }
    answered(&place, &id, 3);
}

/// A message of the platform, signed with `secret`.
fn say(place: &Workplace, id: &str, secret: &str, event: &str) {
    let body = json!({"type": "message", "conversation": "room-7", "user": {"id": "u1"}, "text": "Hello"}).to_string();
    let at_s = SystemClock.now_ms().div_euclid(1_000);
    let signature = SigningSecret::parse(secret).expect("a secret").sign(event, at_s, body.as_bytes());
    let mut connection = place.gateway.connect();
    let request = format!(
        "POST /channels/{id}/webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nwebhook-id: {event}\r\nwebhook-timestamp: {at_s}\r\nwebhook-signature: {signature}\r\n\r\n{body}",
        body.len()
    );
    connection.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// The newest row of the logs, once `count` messages are answered.
fn answered(place: &Workplace, id: &str, count: usize) -> Vec<String> {
    loop {
        let listed = place.channels(&["logs", id, "--status", "answered"]).ok();
        if listed.lines().count() == count {
            return listed.lines().next().unwrap_or_default().split('\t').map(str::to_owned).collect();
        }
    }
}

#[test]
fn a_code_that_links_needs_the_token_of_a_person() {
    let place = Workplace::new();
    let id = place.add();
    place.channels(&["link-code", &id]).fails(1, &["a token is needed"]);
    let token = place.machine.astra(&["token", "issue", "--name", "me", "--role", "member"]).ok();
    let mut command = place.machine.command(&place.args(&["link-code", &id]));
    let made = Ended::from(command.env("ASTRA_TOKEN", token.trim()).output().expect("astra runs"));
    assert!(made.stderr.contains("direct message"), "{made:?}");
    let code = made.ok();
    assert!(code.starts_with("/link ") && code.trim().len() == 22, "{code}");
}

/// Runs `astra channels` in a terminal, as `script` of util-linux makes one; types an answer at each question, and
/// answers what is seen.
#[cfg(target_os = "linux")]
fn typed(place: &Workplace, args: &[&str], answers: &[(&str, &str)]) -> (Option<i32>, String) {
    let line = format!("{} {}", env!("CARGO_BIN_EXE_astra"), place.args(args).join(" "));
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(place.machine.folder());
    script.env_clear().env("TERM", "xterm").env("HOME", place.machine.folder());
    script.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = script.spawn().expect("script runs");
    let (mut stdin, mut stdout) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
    let (mut seen, mut piece, mut read) = (String::new(), [0; 4096], 0);
    let mut answers = answers.iter().peekable();
    while let Ok(length @ 1..) = stdout.read(&mut piece) {
        seen.push_str(&String::from_utf8_lossy(&piece[..length]));
        if let Some((question, answer)) = answers.peek()
            && let Some(start) = seen[read..].find(question)
        {
            read += start + question.len();
            stdin.write_all(format!("{answer}\r").as_bytes()).expect("it reads");
            answers.next();
        }
    }
    assert!(answers.next().is_none(), "not all questions were asked:\n{seen}");
    (child.wait().expect("it ends").code(), seen)
}

#[cfg(target_os = "linux")]
#[test]
fn in_a_terminal_it_asks_for_what_the_platform_needs() {
    let place = Workplace::new();
    let answers = [
        ("Platform (", "generic"),
        ("Name of the channel [Generic webhook]: ", "Desk"),
        ("Agent that answers (assistant) [assistant]: ", ""),
        ("url: ", ""),
        ("it must be given", "not a URL"),
        ("must match", place.chat.url.as_str()),
    ];
    // The secret is in a file: a terminal forgets what is typed before it hides what is typed.
    let (code, seen) = typed(&place, &["add", "--secret", "secret=@secret.txt"], &answers);
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("Where answers are sent") && seen.contains("1. Send each message"), "{seen}");
    assert!(seen.contains("the bot is Astra (astra)") && !seen.contains(SECRET), "{seen}");
    let listed = place.json(&["list"]);
    assert_eq!((&listed[0]["name"], &listed[0]["platform_settings"]["url"]), (&json!("Desk"), &json!(place.chat.url)));
    let id = listed[0]["id"].as_str().expect("an id");
    let (code, seen) = typed(&place, &["delete", id], &[("Write its name to go on: ", "Desc")]);
    assert!(code == Some(1) && seen.contains("that is not its name"), "{seen}");
    let (code, seen) = typed(&place, &["delete", id], &[("Write its name to go on: ", "Desk")]);
    assert!(code == Some(0) && seen.contains("is deleted"), "{seen}");
}
