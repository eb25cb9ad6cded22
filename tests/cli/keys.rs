//! `astra keys` on the local store, beside a running gateway, which obeys at once.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::Machine;

fn listed(machine: &Machine) -> Vec<Value> {
    serde_json::from_str(&machine.astra(&["keys", "list", "--json"]).ok()).expect("a JSON array")
}

/// The status of the document for this token.
fn status(gateway: &Gateway, token: &str) -> String {
    let answer = gateway.get_with_token("/openapi.json", token);
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_rotation_keeps_earlier_tokens_unless_they_are_revoked() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let issue = |name: &str| {
        let args = ["token", "issue", "--name", name, "--role", "viewer", "--scope", "spec:read"];
        machine.astra(&args).ok().trim().to_owned()
    };
    let first = issue("one");
    let rotated = machine.astra(&["keys", "rotate"]).ok();
    let keys = listed(&machine);
    assert_eq!((keys.len(), &keys[0]["kid"]), (2, &Value::from(rotated.trim())));
    assert!(keys[0]["retired_at"].is_null() && keys[1]["retired_at"].is_string(), "{keys:?}");
    let second = issue("two");
    assert_eq!((status(&gateway, &first), status(&gateway, &second)), ("200".into(), "200".into()));

    let revoked = machine.astra(&["keys", "rotate", "--revoke-old"]);
    assert!(revoked.stderr.contains("tokens of all earlier keys are refused"), "{revoked:?}");
    let kid = revoked.ok();
    assert_eq!((status(&gateway, &first), status(&gateway, &second)), ("401".into(), "401".into()));
    let lines = machine.astra(&["keys", "list"]).ok();
    let columns: Vec<&str> = lines.trim_end().split('\t').collect();
    assert_eq!((columns[0], columns[2], lines.lines().count()), (kid.trim(), "-", 1));
    assert_eq!(status(&gateway, &issue("three")), "200");
}

#[test]
fn a_shared_secret_is_rotated_in_the_configuration() {
    let machine = Machine::new();
    machine.astra(&["migrate"]).ok();
    let secret = [("ASTRA_JWT_SECRET", "QJ1rN0S8m6U5o0l7j3xv8TqzM1cYw2Zr4aB9dEfGhIk=")];
    machine.astra_with(&secret, &["keys", "rotate"]).fails(1, &["the keys were not rotated", "auth.jwt_secret_prev"]);
    assert_eq!(machine.astra_with(&secret, &["keys", "list"]).ok(), "");
}
