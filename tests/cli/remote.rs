//! `astra token` by a gateway's API: what an admin far from the data folder does.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

/// An admin on a machine of its own.
struct Admin<'a> {
    machine: Machine,
    gateway: &'a Gateway,
    token: String,
}

impl Admin<'_> {
    fn astra(&self, args: &[&str]) -> Ended {
        let variables = [("ASTRA_SERVER", self.gateway.url.as_str()), ("ASTRA_TOKEN", self.token.as_str())];
        self.machine.astra_with(&variables, args)
    }

    fn listed(&self) -> Vec<Value> {
        serde_json::from_str(&self.astra(&["token", "list", "--json"]).ok()).expect("a JSON array")
    }
}

fn admin<'a>(server: &Machine, gateway: &'a Gateway, role: &str) -> Admin<'a> {
    let token = server.astra(&["token", "issue", "--name", role, "--role", role]).ok().trim().to_owned();
    Admin { machine: Machine::new(), gateway, token }
}

fn is_good(gateway: &Gateway, token: &str) -> bool {
    gateway.get_with_token("/auth/me", token.trim()).starts_with("HTTP/1.1 200")
}

#[test]
fn tokens_are_issued_rotated_listed_and_revoked() {
    let server = Machine::new();
    let gateway = Gateway::start(&server);
    let admin = admin(&server, &gateway, "admin");
    let args = ["token", "issue", "--name", "ci", "--role", "viewer", "--scope", "spec:read", "--scope", "auth:read"];
    let first = admin.astra(&[&args[..], &["--expires-in", "1d"]].concat()).ok();
    assert!(is_good(&gateway, &first));
    let ci = admin.listed().into_iter().find(|token| token["name"] == "ci").expect("it is listed");
    assert_eq!((&ci["role"], &ci["scopes"]), (&"viewer".into(), &serde_json::json!(["auth:read", "spec:read"])));

    let second = admin.astra(&["token", "rotate", "ci", "--grace", "1h"]).ok();
    assert!(is_good(&gateway, &first) && is_good(&gateway, &second));
    let third = admin.astra(&["token", "rotate", "ci"]).ok();
    assert!(!is_good(&gateway, &second) && is_good(&gateway, &third));
    // The store on the server and the API tell the same.
    assert_eq!(admin.listed(), {
        let local = server.astra(&["token", "list", "--json"]).ok();
        serde_json::from_str::<Vec<Value>>(&local).expect("a JSON array")
    });
    assert_eq!(admin.astra(&["token", "revoke", "ci"]).ok(), "");
    assert!(!is_good(&gateway, &third));
    assert!(admin.listed().iter().all(|token| token["name"] != "ci"));
}

#[test]
fn the_gateways_refusals_are_told_in_its_words() {
    let server = Machine::new();
    let gateway = Gateway::start(&server);
    let admin = admin(&server, &gateway, "admin");
    let issue = |args: &[&str]| admin.astra(&[&["token", "issue", "--name"], args].concat());
    issue(&["boss", "--role", "owner"]).fails(1, &["Not allowed", "owner is higher than the caller's"]);
    issue(&["admin", "--role", "viewer"]).fails(1, &["admin exists and has the role admin"]);
    issue(&["admin", "--scope", "users:act"]).fails(1, &["/scopes", "the gateway's log has it as req_"]);
    let viewer = Admin { token: issue(&["v", "--role", "viewer"]).ok().trim().to_owned(), ..admin };
    viewer.astra(&["token", "list"]).fails(1, &["Not allowed"]);
    let stranger = Admin { token: "wrong".into(), ..viewer };
    stranger.astra(&["token", "list"]).fails(1, &["No valid credential", "hint: ASTRA_TOKEN holds a token"]);
}

#[test]
fn more_tokens_than_a_page_are_all_there() {
    let server = Machine::new();
    let gateway = Gateway::start(&server);
    let owner = admin(&server, &gateway, "owner");
    let me: Value = serde_json::from_str(
        gateway.get_with_token("/auth/service-accounts", &owner.token).split("\r\n\r\n").nth(1).expect("a body"),
    )
    .expect("JSON");
    let path = format!("/auth/service-accounts/{}/tokens", me["data"][0]["id"].as_str().expect("an id"));
    for _ in 0..205 {
        let answer = gateway.post_with_token(&path, &owner.token, "{}");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
    assert_eq!(owner.listed().len(), 206);
    assert_eq!(server.astra(&["token", "list"]).ok().lines().count(), 206);
}

#[test]
fn a_flag_that_names_a_store_goes_before_a_server_in_the_environment() {
    let server = Machine::new();
    server.astra(&["migrate"]).ok();
    let variables = [("ASTRA_SERVER", "http://127.0.0.1:9")];
    assert_eq!(server.astra_with(&variables, &["token", "list", "--data-dir", "astra-data"]).ok(), "");
    server
        .astra_with(&variables, &["token", "list"])
        .fails(1, &["a token is needed", "unset ASTRA_SERVER or give --data-dir"]);
    let flag = ["token", "list", "--server", "http://127.0.0.1:9"];
    server.astra(&flag).fails(1, &["a token is needed", "`astra token issue --name me --role owner` without --server"]);
    let both = ["token", "list", "--server", "http://127.0.0.1:9", "--data-dir", "x"];
    server.astra(&both).fails(2, &["--server", "--data-dir"]);
}

#[test]
fn the_gateway_of_this_machine_is_where_its_configuration_says() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let list = ["workspace", "list"];
    let address = gateway.url.trim_start_matches("http://");
    assert!(machine.astra_with(&[("ASTRA_LISTEN", address)], &list).ok().contains("default"));
    machine.write("astra.yml", &format!("listen: {address}\n"));
    assert!(machine.astra(&list).ok().contains("default"));
    let token = machine.astra(&["token", "issue", "--name", "admin", "--role", "admin"]).ok();
    assert!(machine.astra_with(&[("ASTRA_TOKEN", &token)], &["tools", "list"]).ok().contains("calculate"));
    // A server that is named comes first.
    machine
        .astra_with(&[("ASTRA_SERVER", "http://127.0.0.1:9")], &list)
        .fails(1, &["cannot reach the gateway at http://127.0.0.1:9"]);
    machine.write("astra.yml", "listen: [\n");
    machine.astra(&list).fails(1, &["astra.yml"]);
}

#[test]
fn a_variable_may_end_with_a_line_end_and_must_be_what_it_says() {
    let server = Machine::new();
    let gateway = Gateway::start(&server);
    let token = server.astra(&["token", "issue", "--name", "owner", "--role", "owner"]).ok();
    let elsewhere = Machine::new();
    let list = |token: &str, url: &str| {
        elsewhere.astra_with(&[("ASTRA_TOKEN", token), ("ASTRA_SERVER", url)], &["token", "list"])
    };
    assert!(token.ends_with('\n'));
    assert!(list(&token, &format!(" {}/\r\n", gateway.url)).ok().starts_with("owner\t"));
    list("two words", &gateway.url).fails(1, &["ASTRA_TOKEN holds no token: there is a space"]);
    list("a\nb", &gateway.url).fails(1, &["ASTRA_TOKEN holds no token"]);
    for url in ["127.0.0.1:3000", "ftp://x", "http://a b", "http://localhost/?x=1"] {
        list("x", url).fails(2, &[&format!("`{url}` is not the URL of a gateway (--server or ASTRA_SERVER)")]);
    }
}

#[test]
fn a_gateway_that_is_not_there_is_told_with_one_cause() {
    let machine = Machine::new();
    let said = machine.astra_with(&[("ASTRA_TOKEN", "x")], &["token", "list", "--server", "http://127.0.0.1:9"]);
    assert_eq!(said.stderr.matches("cause:").count(), 1, "{said:?}");
    said.fails(
        1,
        &["cannot reach the gateway at http://127.0.0.1:9", "cause: Connection refused", "hint: `astra serve`"],
    );
}

#[test]
fn a_list_is_json_by_either_flag() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    machine.astra(&["token", "issue", "--name", "ci", "--scope", "spec:read"]).ok();
    for args in [&["token", "list"][..], &["spec", "list"]] {
        let with = |flags: &[&str]| machine.astra(&[args, flags].concat());
        let json = with(&["--output", "json"]).ok();
        assert!(serde_json::from_str::<Vec<Value>>(&json).is_ok_and(|rows| !rows.is_empty()), "{json}");
        assert_eq!(json, with(&["--json"]).ok());
        assert!(with(&["--output", "table"]).ok().contains(if args[0] == "token" { "LAST USED" } else { "OPERATION" }));
        assert_eq!(with(&["--output", "tsv"]).ok(), with(&[]).ok());
        with(&["--output", "json", "--json"]).fails(2, &["--json", "--output"]);
        with(&["--output", "xml"]).fails(2, &["table", "tsv", "json"]);
    }
}

/// A server that answers everything with this status and body.
fn stranger(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.expect("a client");
            let _head = client.read(&mut [0; 4096]).expect("a request");
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            client.write_all(format!("{head}{body}").as_bytes()).expect("sent");
        }
    });
    url
}

#[test]
fn what_a_gateway_says_steers_no_terminal() {
    let machine = Machine::new();
    let problem = r#"{"title": "No", "detail": "\u001b]0;title\u0007 \u001b[2J\u009b31m \u202egnp.exe", "request_id": "req\u001b[5m"}"#;
    let said = machine
        .astra_with(&[("ASTRA_TOKEN", "x"), ("ASTRA_SERVER", &stranger("403 Forbidden", problem))], &["token", "list"]);
    assert!(!said.stderr.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{said:?}");
    said.fails(1, &["No: ]0;title [2J31m gnp.exe", "req[5m"]);

    let accounts = r#"{"data": [{"id": "svc_1", "name": "a\u001b[31m\tb\nc\u2066", "role": "admin", "scopes": [], "created_at": "x", "expires_at": "y", "last_used_at": null}], "next_cursor": null}"#;
    let listed = machine
        .astra_with(&[("ASTRA_TOKEN", "x"), ("ASTRA_SERVER", &stranger("200 OK", accounts))], &["token", "list"]);
    assert_eq!(listed.ok(), "a [31m b c\tadmin\tsvc_1\ty\tnever\t\n");
}
