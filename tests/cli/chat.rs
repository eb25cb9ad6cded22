//! `astra chat` in a pipe: one message a line, the answers alone on stdout.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine, run_with_input};
use crate::upstream::Hesitant;

fn chat(machine: &Machine, url: &str, args: &[&str], input: &str) -> Ended {
    run_with_input(&mut machine.command(&[&["chat", "--server", url], args].concat()), input)
}

/// A machine with an agent behind a model that hesitates.
fn hesitating() -> (Machine, Hesitant) {
    let (machine, model) = (Machine::new(), Hesitant::start());
    let provider = format!("providers: {{hesitant: {{base_url: '{}'}}}}", model.url);
    machine
        .write("astra.yml", &format!("{provider}\nagents: {{slow: {{model: {{provider: hesitant, model: slow}}}}}}\n"));
    (machine, model)
}

#[test]
fn each_line_is_a_message_and_each_answer_a_line() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let chatted = chat(&machine, &gateway.url, &[], "one\n\n  \ntwo words\n");
    assert_eq!(chatted.stderr, "");
    assert_eq!(chatted.ok(), "one\ntwo words\n");
    assert_eq!(chat(&machine, &gateway.url, &["assistant"], "").ok(), "");
    assert_eq!(machine.astra(&["token", "list"]).ok(), "", "the token that it issued for itself is gone");
}

#[test]
fn the_calls_of_tools_and_their_results_are_told_beside_the_answer() {
    let machine = Machine::new();
    machine.write("astra.yml", "agents: {clock: {model: {provider: echo}, tools: {allow: [current_time]}}}\n");
    let gateway = Gateway::start(&machine);
    let call = |arguments: &str| chat(&machine, &gateway.url, &["clock"], &format!("/tool current_time {arguments}\n"));
    let chatted = call(r#"{"time_zone": "UTC"}"#);
    let lines: Vec<&str> = chatted.stderr.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, r#"calls current_time with {"time_zone":"UTC"}"#), "{lines:?}");
    assert!(
        lines[1].starts_with("current_time answered after ") && lines[1].contains(r#" ms: {"time":""#),
        "{lines:?}"
    );
    assert!(chatted.stdout.starts_with(r#"{"time":""#), "{}", chatted.stdout);
    let failed = call(&format!(r#"{{"time_zone": "{}"}}"#, "x".repeat(500)));
    let lines: Vec<&str> = failed.stderr.lines().collect();
    assert!(lines[0].ends_with("xxx ..") && lines[0].len() < 300, "{lines:?}");
    assert!(lines[1].starts_with("current_time failed after ") && lines[1].len() < 300, "{lines:?}");
}

#[test]
fn a_token_of_ones_own_is_used_and_a_session_is_taken_up() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "me"]).ok().trim().to_owned();
    let elsewhere = Machine::new();
    let ask = |args: &[&str], input| {
        let mut command = elsewhere.command(&[&["chat"], args].concat());
        run_with_input(command.env("ASTRA_TOKEN", &token).env("ASTRA_SERVER", &gateway.url), input)
    };
    assert_eq!(ask(&["assistant"], "first\n").ok(), "first\n");
    let sessions = || {
        let answer = gateway.get_with_token("/sessions", &token);
        let body = answer.split("\r\n\r\n").nth(1).expect("a body").to_owned();
        serde_json::from_str::<Value>(&body).expect("JSON")["data"].as_array().expect("rows").clone()
    };
    let session = sessions()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(ask(&["assistant", "--session", &session], "second\n").ok(), "second\n");
    assert_eq!(sessions().len(), 1);
    assert_eq!(ask(&["assistant"], "third\n").ok(), "third\n");
    assert_eq!(sessions().len(), 2, "without a session a conversation is a new one");
}

#[test]
fn what_cannot_be_asked_is_told() {
    let machine = Machine::new();
    chat(&machine, "http://127.0.0.1:9", &[], "x\n").fails(1, &["no gateway's data in astra-data", "ASTRA_TOKEN"]);
    let gateway = Gateway::start(&machine);
    chat(&machine, &gateway.url, &["nobody"], "x\n").fails(1, &["Not found: There is no such agent"]);
    chat(&machine, "http://127.0.0.1:9", &["x"], "x\n").fails(1, &["cannot reach the gateway", "hint: `astra serve`"]);
    let session = ["assistant", "--session", "ses_0000000000000"];
    chat(&machine, &gateway.url, &session, "x\n").fails(1, &["Not found: There is no such session"]);
    let mut wrong = machine.command(&["chat", "assistant", "--server", &gateway.url]);
    run_with_input(wrong.env("ASTRA_TOKEN", "wrong"), "x\n")
        .fails(1, &["No valid credential", "ASTRA_TOKEN holds a token"]);
}

#[test]
fn no_stranger_is_shown_a_token_of_the_local_store() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    let told = ["a token is needed to talk to http://192.0.2.1:9", "ASTRA_TOKEN"];
    chat(&machine, "http://192.0.2.1:9", &["assistant"], "hello\n").fails(1, &told);
}

#[test]
fn among_several_agents_one_must_be_named() {
    let machine = Machine::new();
    machine.write("astra.yml", "agents: {one: {}, two: {}}\n");
    let gateway = Gateway::start(&machine);
    chat(&machine, &gateway.url, &[], "x\n").fails(2, &["has several agents", "one", "two"]);
    assert_eq!(chat(&machine, &gateway.url, &["two"], "x\n").ok(), "x\n");
}

#[test]
fn an_upstream_that_fails_is_told_as_the_gateway_tells_it() {
    let machine = Machine::new();
    machine.write("astra.yml", "providers: {gone: {base_url: 'http://127.0.0.1:9/v1', max_retries: 0}}\nagents: {a: {model: {provider: gone, model: m}}}\n");
    let gateway = Gateway::start(&machine);
    chat(&machine, &gateway.url, &["a"], "x\ny\n").fails(1, &["error: The model's provider "]);
}

#[test]
fn ctrl_c_ends_the_running_turn_in_the_gateway() {
    let (machine, _model) = hesitating();
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "me"]).ok().trim().to_owned();
    let mut command = machine.command(&["chat", "slow", "--server", &gateway.url]);
    let mut child = command.env("ASTRA_TOKEN", &token).stdin(Stdio::piped()).spawn().expect("astra runs");
    child.stdin.as_mut().expect("stdin").write_all(b"take your time\n").expect("it reads");
    let mut word = [0; 4];
    child.stdout.as_mut().expect("stdout").read_exact(&mut word).expect("it speaks");
    assert_eq!(&word, b"Well");
    let interrupted = std::process::Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill runs").success());
    let ended = Ended::from(child.wait_with_output().expect("it ends"));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), "\n"), "{ended:?}");

    let body = |path: &str| {
        let answer = gateway.get_with_token(path, &token);
        serde_json::from_str::<Value>(answer.split("\r\n\r\n").nth(1).expect("a body")).expect("JSON")
    };
    let session = body("/sessions")["data"][0]["id"].as_str().expect("an id").to_owned();
    let messages = body(&format!("/sessions/{session}/messages"));
    let turn = messages["data"][0]["turn_id"].as_str().expect("an id").to_owned();
    assert_eq!(body(&format!("/chat/turns/{turn}"))["status"], "cancelled");
}

/// A line to the gateway that breaks behind the first word of the first answer, and holds from then on.
fn breaking_line(gateway: &Gateway) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let address = gateway.url.trim_start_matches("http://").to_owned();
    std::thread::spawn(move || {
        let mut has_broken = false;
        for client in listener.incoming() {
            let (mut client, mut server) =
                (client.expect("a client"), TcpStream::connect(&address).expect("a gateway"));
            let (mut from_client, mut to_server) =
                (client.try_clone().expect("a clone"), server.try_clone().expect("a clone"));
            std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = server.read(&mut piece) {
                client.write_all(&piece[..length]).expect("forwarded");
                if !has_broken && String::from_utf8_lossy(&piece[..length]).contains("Well") {
                    has_broken = true;
                    break;
                }
            }
            let _closed = client.shutdown(std::net::Shutdown::Both);
        }
    });
    url
}

#[test]
fn a_line_that_breaks_costs_no_word_and_repeats_none() {
    let (machine, model) = hesitating();
    let gateway = Gateway::start(&machine);
    let url = breaking_line(&gateway);
    let mut command = machine.command(&["chat", "slow", "--server", &url]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("astra runs");
    child.stdin.take().expect("stdin").write_all(b"go on\n").expect("it reads");
    let mut word = [0; 4];
    child.stdout.as_mut().expect("stdout").read_exact(&mut word).expect("it speaks");
    model.finish(", yes.");
    let ended = Ended::from(child.wait_with_output().expect("it ends"));
    assert_eq!((&word, ended.ok().as_str()), (b"Well", ", yes.\n"));
}

/// What a line editor says when it begins to read: pasted text is to be marked.
const READS: &str = "\u{1b}[?2004h";

/// `astra chat` in a terminal, as `script` of util-linux makes one, with what is typed there, a piece at each prompt;
/// answers what is seen.
#[cfg(target_os = "linux")]
fn typed(machine: &Machine, args: &str, keys: &[&str]) -> (Option<i32>, String) {
    let line = format!("{} chat {args}", env!("CARGO_BIN_EXE_astra"));
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).current_dir(machine.folder());
    script.env_clear().env("TERM", "xterm").env("HOME", machine.folder());
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script runs");
    let (mut stdin, mut stdout) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
    let (mut seen, mut piece, mut keys) = (String::new(), [0; 4096], keys.iter());
    let mut prompts = 0;
    while let Ok(length @ 1..) = stdout.read(&mut piece) {
        seen.push_str(&String::from_utf8_lossy(&piece[..length]));
        if seen.matches(READS).count() > prompts {
            prompts += 1;
            stdin.write_all(keys.next().expect("no prompt more than keys").as_bytes()).expect("it reads");
        }
    }
    (child.wait().expect("it ends").code(), seen)
}

#[cfg(target_os = "linux")]
#[test]
fn in_a_terminal_there_are_commands_lines_and_a_history() {
    let machine = Machine::new();
    machine.write("astra.yml", "agents: {one: {}, two: {}}\n");
    let gateway = Gateway::start(&machine);
    let keys = [
        "/help\r",
        "/nonsense\r",
        "//slashed\r",
        "/agent nowhere\r",
        "/agent two\r",
        "said to two\r",
        "first \\\rsecond\r",
        "/agent\r",
        "/new\r",
        "/exit\r",
    ];
    let (code, seen) = typed(&machine, &format!("one --server {}", gateway.url), &keys);
    assert_eq!(code, Some(0), "{seen}");
    for words in [
        "/new           start a new session",
        "there is no command /nonsense: /help lists them",
        "\n/slashed\r\n",
        "there is no agent `nowhere`",
        "a new session with two",
        "\nsaid to two\r\n",
        "\nfirst \r\nsecond\r\n",
    ] {
        assert!(seen.contains(words), "{words:?} is not in\n{seen}");
    }
    let history = machine.path(".local/state/astra/chat-history");
    let kept = std::fs::read_to_string(&history).expect("a history");
    assert!(kept.contains("said to two\nfirst \\\\\\nsecond\n"), "{kept}");
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&history).expect("a file"));
    assert_eq!(mode & 0o777, 0o600);
    // Ctrl-r finds what was said in an earlier conversation; ctrl-d leaves.
    let (code, seen) = typed(&machine, &format!("one --server {}", gateway.url), &["\u{12}said to\r", "\u{4}"]);
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.matches("said to two").count() >= 2, "{seen}");
}

#[cfg(target_os = "linux")]
#[test]
fn in_a_terminal_what_does_not_exist_is_told_before_the_prompt() {
    let machine = Machine::new();
    machine.write("astra.yml", "agents: {one: {}, two: {}}\n");
    let gateway = Gateway::start(&machine);
    for (args, told) in [
        (format!("nobody --server {}", gateway.url), "there is no agent `nobody`"),
        (format!("../etc --server {}", gateway.url), "there is no agent `../etc`"),
        (format!("one --session ses_1 --server {}", gateway.url), "there is no session `ses_1`"),
        ("one --server http://127.0.0.1:9".to_owned(), "cannot reach the gateway"),
    ] {
        let (code, seen) = typed(&machine, &args, &[]);
        assert_eq!(code, Some(1), "{seen}");
        assert!(seen.contains(told) && !seen.contains("> "), "{told:?} is not alone in\n{seen}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn in_a_terminal_calls_that_need_an_approval_are_asked_for() {
    let machine = Machine::new();
    let tools = "{allow: [current_time], require_approval: ['*']}";
    machine.write("astra.yml", &format!("agents: {{clock: {{model: {{provider: echo}}, tools: {tools}}}}}\n"));
    let gateway = Gateway::start(&machine);
    let call = "/tool current_time {\"time_zone\": \"UTC\"}\r".replacen('/', "//", 1);
    let call = call.as_str();
    let keys = [call, "\r", "y\r", call, "not on a Friday\r", call, "\u{3}", "/exit\r"];
    let (code, seen) = typed(&machine, &format!("clock --server {}", gateway.url), &keys);
    assert_eq!(code, Some(0), "{seen}");
    for words in [
        "calls current_time with {\"time_zone\":\"UTC\"}",
        "approve? [y/n/why not] ",
        "current_time answered after ",
        "current_time failed after 0 ms: The tool was not called: a person denied the call: not on a Friday",
        "stopped",
    ] {
        assert!(seen.contains(words), "{words:?} is not in\n{seen}");
    }
    let kept = std::fs::read_to_string(machine.path(".local/state/astra/chat-history")).expect("a history");
    assert!(!kept.contains("Friday"), "decisions are no messages: {kept}");
}
