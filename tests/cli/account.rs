//! `astra account` on the local store: beside a running gateway, which obeys at once, and without one.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::{Ended, Machine, run_with_input};

const PASSWORD: &str = "correct horse battery";

fn account(machine: &Machine, args: &[&str], input: &str) -> Ended {
    run_with_input(&mut machine.command(&[&["account"], args].concat()), input)
}

fn sign_in(gateway: &Gateway, password: &str) -> (u16, Value) {
    let grant = format!(r#"{{"grant_type":"password","username":"ada@example.org","password":"{password}"}}"#);
    let answer = gateway.post("/auth/token", &grant);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

fn set_up_code(gateway: &Gateway) -> String {
    let line = gateway.greeting.lines().find(|line| line.trim_start().starts_with("setup ")).expect("a set-up code");
    line.split_whitespace().nth(1).expect("a code").to_owned()
}

#[test]
fn the_operator_makes_the_owner_and_the_set_up_code_ends() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let code = set_up_code(&gateway);
    assert!(gateway.greeting.contains("account create EMAIL --role owner"), "{}", gateway.greeting);
    let make = ["create", "Ada@Example.org", "--role", "owner", "--display-name", "Ada", "--password-stdin"];
    let made = account(&machine, &make, &format!("{PASSWORD}\n"));
    assert!(made.stderr.contains("made ada@example.org with the role owner"), "{made:?}");
    assert!(made.ok().starts_with("usr_"));
    let (status, tokens) = sign_in(&gateway, PASSWORD);
    assert_eq!(status, 200);
    let me = gateway.get_with_token("/auth/me", tokens["access_token"].as_str().expect("a token"));
    assert!(me.contains("\"role\":\"owner\""), "{me}");
    let evil = format!(r#"{{"email":"evil@example.org","password":"{PASSWORD}","setup_code":"{code}"}}"#);
    assert!(gateway.post("/auth/register", &evil).starts_with("HTTP/1.1 403"));
    drop(gateway);
    assert!(!Gateway::start(&machine).greeting.contains("setup "), "there is an owner");
}

#[test]
fn a_token_of_an_owner_ends_the_set_up_code_too_and_a_restart_replaces_it() {
    let machine = Machine::new();
    let first = set_up_code(&Gateway::start(&machine));
    let gateway = Gateway::start(&machine);
    let second = set_up_code(&gateway);
    assert_ne!(first, second);
    let register = |code: &str| {
        let account = format!(r#"{{"email":"ada@example.org","password":"{PASSWORD}","setup_code":"{code}"}}"#);
        gateway.post("/auth/register", &account)
    };
    assert!(register(&first).starts_with("HTTP/1.1 403"));
    machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok();
    assert!(register(&second).starts_with("HTTP/1.1 403"));
}

#[test]
fn a_configured_set_up_code_is_not_shown_and_makes_the_owner() {
    let machine = Machine::new();
    let code = "a-code-of-the-operators-own";
    let gateway = Gateway::start_with(&machine, &[("ASTRA_SETUP_CODE", code)], &[]);
    assert!(gateway.greeting.contains("setup   the configured one") && !gateway.greeting.contains(code));
    let account = format!(r#"{{"email":"ada@example.org","password":"{PASSWORD}","setup_code":"{code}"}}"#);
    assert!(gateway.post("/auth/register", &account).starts_with("HTTP/1.1 201"));
    let short = machine.astra_with(&[("ASTRA_SETUP_CODE", "short")], &["config", "check"]);
    short.fails(1, &["auth.setup_code must have 16 to 256"]);
}

#[test]
fn a_reset_ends_every_sign_in_at_once() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    account(&machine, &["create", "ada@example.org", "--password-stdin"], PASSWORD).ok();
    let tokens = [sign_in(&gateway, PASSWORD).1, sign_in(&gateway, PASSWORD).1];
    let access = |tokens: &Value| tokens["access_token"].as_str().expect("a token").to_owned();
    assert!(
        tokens.iter().all(|tokens| gateway.get_with_token("/auth/me", &access(tokens)).starts_with("HTTP/1.1 200"))
    );
    let reset = account(&machine, &["reset", "ADA@example.org", "--password-stdin"], "another good password\r\n");
    assert!(reset.stderr.contains("sign-ins ended: 2"), "{reset:?}");
    assert_eq!(reset.ok(), "");
    assert!(
        tokens.iter().all(|tokens| gateway.get_with_token("/auth/me", &access(tokens)).starts_with("HTTP/1.1 401"))
    );
    assert_eq!(sign_in(&gateway, PASSWORD).0, 400);
    assert_eq!(sign_in(&gateway, "another good password").0, 200);
    let made = account(&machine, &["reset", "ada@example.org", "--generate"], "").ok();
    assert_eq!(sign_in(&gateway, made.trim_end()).0, 200);
}

#[test]
fn a_list_is_lines_in_a_pipe_and_json_on_request() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    assert_eq!(machine.astra(&["account", "list"]).ok(), "");
    account(&machine, &["create", "ada@example.org", "--role", "owner", "--password-stdin"], PASSWORD).ok();
    account(&machine, &["create", "bob@example.org", "--display-name", "Bob", "--password-stdin"], PASSWORD).ok();
    let lines = machine.astra(&["account", "list"]).ok();
    let mut rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    rows.sort_unstable();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0][..3], ["ada@example.org", "owner", "-"]);
    assert_eq!(rows[1][..3], ["bob@example.org", "member", "Bob"]);
    assert!(rows.iter().all(|row| row[3].starts_with("usr_") && row[4].ends_with('Z')), "{rows:?}");
    let json: Value =
        serde_json::from_str(&machine.astra(&["account", "list", "--output", "json"]).ok()).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(2));
    assert!(json[0]["email"].is_string() && json[0].get("password_hash").is_none());
}

#[test]
fn a_wrong_call_is_refused_with_words() {
    let machine = Machine::new();
    account(&machine, &["create", "ada@example.org", "--password-stdin"], PASSWORD)
        .fails(1, &["there is no gateway's data in astra-data"]);
    machine.astra(&["migrate"]).ok();
    let create = |email: &str, password: &str| account(&machine, &["create", email, "--password-stdin"], password);
    create("ada", PASSWORD).fails(1, &["the account was not made", "the e-mail address is not an e-mail address"]);
    create("ada@example.org", "short").fails(1, &["the password has 5 characters"]);
    create("ada@example.org", PASSWORD).ok();
    create("ADA@example.org", PASSWORD).fails(1, &["this e-mail address has an account", "astra account reset"]);
    account(&machine, &["create", "bob@example.org"], "").fails(2, &["no terminal", "--password-stdin"]);
    account(&machine, &["create", "bob@example.org", "--role", "king"], "").fails(2, &["'king'", "owner"]);
    account(&machine, &["reset", "bob@example.org", "--generate"], "").fails(1, &["no account", "astra account list"]);
    account(&machine, &["reset", "ada@example.org"], "").fails(2, &["no terminal"]);
    machine.astra(&["account"]).fails(2, &["Usage: astra account <COMMAND>"]);
}
