//! `astra token` on the local store: beside a running gateway, which obeys at once, and without one.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::Machine;

/// A machine whose gateway has been started once.
fn prepared() -> Machine {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    machine
}

fn issue(machine: &Machine, args: &[&str]) -> String {
    let printed = machine.astra(&[&["token", "issue", "--name"], args].concat()).ok();
    let token = printed.strip_suffix('\n').expect("one line").to_owned();
    assert_eq!(token.split('.').count(), 3, "the token alone: {printed:?}");
    token
}

/// Whether the gateway gives the document for this token.
fn opens(gateway: &Gateway, token: &str) -> bool {
    let answer = gateway.get_with_token("/openapi.json", token);
    assert!(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 401"), "{answer}");
    answer.starts_with("HTTP/1.1 200")
}

fn listed(machine: &Machine) -> Vec<Value> {
    serde_json::from_str(&machine.astra(&["token", "list", "--json"]).ok()).expect("a JSON array")
}

#[test]
fn what_is_issued_rotated_and_revoked_holds_in_the_running_gateway_at_once() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let first = issue(&machine, &["ci", "--role", "viewer", "--scope", "spec:read", "--expires-in", "30d"]);
    assert!(opens(&gateway, &first));

    let second = machine.astra(&["token", "rotate", "ci", "--grace", "1h"]).ok();
    let second = second.trim();
    assert!(second != first && opens(&gateway, second));
    assert!(opens(&gateway, &first), "within its grace");
    let third = machine.astra(&["token", "rotate", "ci"]).ok();
    assert!(opens(&gateway, third.trim()) && !opens(&gateway, second) && !opens(&gateway, &first));

    let revoked = machine.astra(&["token", "revoke", "ci"]);
    assert!(revoked.stderr.starts_with("revoked tok_"), "{revoked:?}");
    assert_eq!(revoked.ok(), "");
    assert!(!opens(&gateway, third.trim()));
    assert!(listed(&machine).is_empty());
}

#[test]
fn a_token_may_do_what_it_was_issued_for_and_no_more() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let narrow = issue(&machine, &["ci", "--scope", "agents:read", "--scope", "inference:read"]);
    assert!(gateway.get_with_token("/openapi.json", &narrow).starts_with("HTTP/1.1 403"));
    let tokens = listed(&machine);
    assert_eq!(tokens[0]["scopes"], serde_json::json!(["agents:read", "inference:read"]));
    assert_eq!((&tokens[0]["name"], &tokens[0]["role"]), (&"ci".into(), &"member".into()));
}

#[test]
fn a_list_is_lines_in_a_pipe_and_json_on_request() {
    let machine = prepared();
    assert_eq!(machine.astra(&["token", "list"]).ok(), "");
    assert_eq!(machine.astra(&["token", "list", "--json"]).ok(), "[]\n");
    issue(&machine, &["one", "--role", "viewer", "--scope", "spec:read"]);
    issue(&machine, &["two", "--role", "owner"]);
    let lines = machine.astra(&["token", "list"]).ok();
    let rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.len() == 6 && row[2].starts_with("tok_") && row[3].ends_with('Z')), "{rows:?}");
    let of_one = rows.iter().find(|row| row[0] == "one").expect("it is listed");
    assert_eq!((of_one[1], of_one[4], of_one[5]), ("viewer", "never", "spec:read"));
}

#[test]
fn a_name_that_fits_several_tokens_is_not_guessed_at() {
    let machine = prepared();
    issue(&machine, &["ci"]);
    issue(&machine, &["ci"]);
    let id = listed(&machine)[0]["id"].as_str().expect("an id").to_owned();
    machine.astra(&["token", "rotate", "ci"]).fails(1, &["ci has 2 tokens", &id]);
    machine.astra(&["token", "rotate", &id]).ok();
    machine.astra(&["token", "revoke", &id]).ok();
    assert_eq!(listed(&machine).len(), 1);
    issue(&machine, &["ci"]);
    machine.astra(&["token", "revoke", "ci"]).ok();
    assert!(listed(&machine).is_empty());
    for action in ["rotate", "revoke"] {
        machine.astra(&["token", action, "nobody"]).fails(1, &["called nobody", "hint: `astra token list`"]);
    }
}

#[test]
fn an_account_keeps_the_role_that_it_has() {
    let machine = prepared();
    issue(&machine, &["ops", "--role", "owner"]);
    issue(&machine, &["ops"]);
    assert!(listed(&machine).iter().all(|token| token["role"] == "owner"));
    let other = machine.astra(&["token", "issue", "--name", "ops", "--role", "viewer"]);
    other.fails(1, &["no token was issued", "ops exists and has the role owner"]);
}

#[test]
fn a_wrong_call_is_refused_with_words() {
    let machine = prepared();
    let issue = |args: &[&str]| machine.astra(&[&["token", "issue"], args].concat());
    issue(&[]).fails(2, &["--name"]);
    issue(&["--name", ""]).fails(2, &["1 to 64 letters"]);
    issue(&["--name", "x", "--role", "king"]).fails(2, &["'king'", "viewer, member, admin, owner"]);
    issue(&["--name", "x", "--scope", "agent:read"]).fails(2, &["'agent:read'", "agents:read"]);
    issue(&["--name", "x", "--expires-in", "30"]).fails(2, &["a number and a unit", "30d"]);
    issue(&["--name", "x", "--expires-in", "3s"]).fails(2, &["'3s'", "it is shorter than 1m"]);
    issue(&["--name", "x", "--expires-in", "4000d"]).fails(2, &["'4000d'", "it is longer than 3650d"]);
    machine.astra(&["token", "rotate", "x", "--grace", "8d"]).fails(2, &["'8d'", "it is longer than 7d"]);
    machine.astra(&["token", "rotate", "x", "--grace", "soon"]).fails(2, &["--grace"]);
    machine.astra(&["token"]).fails(2, &["Usage: astra token <COMMAND>"]);
    assert!(listed(&machine).is_empty());
    // None of it has left an account behind, whose role would be in the way.
    issue(&["--name", "x", "--role", "viewer"]).ok();
}

#[test]
fn a_folder_without_a_store_is_not_made_into_one() {
    let machine = Machine::new();
    for args in [&["token", "list"][..], &["token", "issue", "--name", "x"], &["token", "revoke", "x"]] {
        machine.astra(args).fails(1, &["there is no gateway's data in astra-data", "hint: `astra serve`"]);
    }
    assert!(!machine.path("astra-data").exists());
}

#[test]
fn keys_that_do_not_fit_the_store_are_refused() {
    let machine = prepared();
    issue(&machine, &["x"]);
    let other = [("ASTRA_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")];
    machine.astra_with(&other, &["token", "list"]).fails(1, &["cannot read the store's keys", "master key"]);
    let bad = [("ASTRA_MASTER_KEY", "short")];
    machine.astra_with(&bad, &["token", "list"]).fails(1, &["cannot read the store's keys", "32 bytes in base64"]);
}
