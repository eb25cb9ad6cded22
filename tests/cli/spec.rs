//! `astra spec`: printed, written, held against a file; of this program and of a running gateway.

mod differences;
mod lookups;

use std::io::{BufRead, BufReader, Write};

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::Machine;

#[test]
fn the_built_in_document_needs_nothing() {
    let machine = Machine::new();
    let json: Value = serde_json::from_str(&machine.astra(&["spec"]).ok()).expect("JSON");
    assert_eq!(json["openapi"], "3.1.0");
    assert_eq!(json["info"]["version"], env!("CARGO_PKG_VERSION"));
    let yaml = machine.astra(&["spec", "--format", "yaml"]).ok();
    assert_eq!(serde_yaml::from_str::<Value>(&yaml).expect("YAML"), json);
    assert_eq!(std::fs::read_dir(machine.folder()).expect("a folder").count(), 0, "nothing was made");
}

#[test]
fn a_file_is_written_as_its_ending_says() {
    let machine = Machine::new();
    for (name, printed) in [("a.json", &["spec"][..]), ("a.yaml", &["spec", "--format", "yaml"])] {
        assert_eq!(machine.astra(&["spec", "--output", name]).ok(), "");
        assert_eq!(std::fs::read_to_string(machine.path(name)).expect("written"), machine.astra(printed).ok());
    }
    assert_eq!(machine.astra(&["spec", "--output", "-"]).ok(), machine.astra(&["spec"]).ok());
    assert!(!machine.path("-").exists(), "a dash is stdout");
    machine.astra(&["spec", "--output", "no/folder.json"]).fails(1, &["cannot write no/folder.json", "No such file"]);
}

#[test]
fn a_check_is_about_what_is_said_and_not_how_it_is_laid_out() {
    let machine = Machine::new();
    let document: Value = serde_json::from_str(&machine.astra(&["spec"]).ok()).expect("JSON");
    machine.write("short.json", &document.to_string());
    assert_eq!(machine.astra(&["spec", "--check", "short.json"]).ok(), "");
    machine.write("a.yml", &machine.astra(&["spec", "--format", "yaml"]).ok());
    assert_eq!(machine.astra(&["spec", "--check", "a.yml"]).ok(), "");

    let mut other = document;
    other["info"]["title"] = "Another".into();
    machine.write("other.json", &other.to_string());
    let checked = machine.astra(&["spec", "--check", "other.json"]);
    assert_eq!((checked.code, checked.stderr.as_str()), (Some(1), ""));
    assert!(checked.stdout.starts_with("--- other.json\n+++ the document\n@@ "), "{checked:?}");
    assert!(checked.stdout.contains("\n-    \"title\": \"Another\",\n+    \"title\": \"Astra\",\n"), "{checked:?}");
}

#[test]
fn a_file_that_cannot_be_compared_is_a_failure() {
    let machine = Machine::new();
    machine.astra(&["spec", "--check", "no.json"]).fails(1, &["cannot read no.json", "No such file"]);
    machine.write("bad.json", "{");
    machine.astra(&["spec", "--check", "bad.json"]).fails(1, &["bad.json is no JSON", "EOF"]);
    machine.astra(&["spec", "--check", "a", "--output", "b"]).fails(2, &["--check", "--output"]);
}

#[test]
fn a_reader_that_stops_after_the_first_line_is_no_failure() {
    let machine = Machine::new();
    let mut child = machine.command(&["spec"]).spawn().expect("astra runs");
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().expect("stdout")).read_line(&mut first).expect("a line");
    assert_eq!(first, "{\n");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn a_gateway_that_is_not_there_is_told_with_a_way_out() {
    let machine = Machine::new();
    let asked = |server| machine.astra_with(&[("ASTRA_TOKEN", "x")], &["spec", "--server", server]);
    asked("http://127.0.0.1:9").fails(1, &["cannot reach the gateway at http://127.0.0.1:9", "refused", "hint:"]);
    asked("localhost:3000").fails(2, &["`localhost:3000` is not the URL of a gateway"]);
    machine.astra(&["spec", "--server", "http://127.0.0.1:9"]).fails(1, &["a token is needed", "ASTRA_TOKEN"]);
}

#[test]
fn a_running_gateways_document_is_asked_for_once_and_kept() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "ci", "--scope", "spec:read"]).ok();
    let asked = |format, token: &str| {
        let args = ["spec", "--server", &gateway.url, "--format", format];
        machine.astra_with(&[("ASTRA_TOKEN", token.trim())], &args)
    };
    for format in ["json", "yaml"] {
        let built_in = machine.astra(&["spec", "--format", format]).ok();
        assert_eq!(asked(format, &token).ok(), built_in);
        // The gateway confirms the copy and does not send another: what is in the copy is what is printed.
        let name = format!("{}-openapi-{format}", gateway.url.replace([':', '/', '.'], "-"));
        let copy = machine.path(".cache/astra/spec").join(name);
        let kept = std::fs::read_to_string(&copy).expect("a copy");
        std::fs::write(&copy, kept.replace("Astra", "Astro")).expect("changed");
        assert_eq!(asked(format, &token).ok(), built_in.replace("Astra", "Astro"));
        std::fs::write(&copy, "damaged").expect("damaged");
        assert_eq!(asked(format, &token).ok(), built_in);
    }
    asked("json", "wrong").fails(1, &["No valid credential", "hint: ASTRA_TOKEN holds a token that"]);
    let other = machine.astra(&["token", "issue", "--name", "ci2", "--scope", "agents:read"]).ok();
    asked("json", &other).fails(1, &["Not allowed", "spec:read"]);
}

#[test]
fn an_answer_that_is_no_gateways_is_told_as_such() {
    let machine = Machine::new();
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", stranger.local_addr().expect("an address"));
    let pages = [
        "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: \"a\"\r\nContent-Length: 8\r\n\r\n{\"a\": 1}",
    ];
    let answering = std::thread::spawn(move || {
        for page in pages {
            let (mut connection, _) = stranger.accept().expect("a connection");
            let mut head = BufReader::new(connection.try_clone().expect("a reader")).lines();
            while head.next().is_some_and(|line| !line.expect("text").is_empty()) {}
            connection.write_all(page.as_bytes()).expect("sent");
        }
    });
    let asked = || machine.astra_with(&[("ASTRA_TOKEN", "x")], &["spec", "--server", &url]);
    asked().fails(1, &["answered 502 Bad Gateway, and not as a gateway does"]);
    asked().fails(1, &["is not a gateway's", "it is no OpenAPI document"]);
    assert!(!machine.path(".cache/astra/spec").exists(), "nor is it kept");
    answering.join().expect("it answered");
}
