//! `astra backup` and `astra restore`: beside a running gateway, and what they refuse.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::program::Machine;

const CHAT: &str = r#"{"agent_id": "assistant", "message": "Is it kept?"}"#;

fn owner(machine: &Machine) -> String {
    machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok().trim().to_owned()
}

/// The id of the turn that an answer of `POST /chat` has.
fn turn_id(answer: &str) -> String {
    let (_, rest) = answer.split_once("\"turn_id\":\"").unwrap_or_else(|| panic!("no turn in {answer}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn a_backup_beside_a_gateway_is_restored_beside_it() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let token = owner(&machine);
    let turn = turn_id(&gateway.post_with_token("/chat", &token, CHAT));
    let printed = machine.astra(&["backup", "a.db", "--json"]).ok();
    let made: Value = serde_json::from_str(&printed).expect("a JSON array");
    assert_eq!((&made[0]["path"], &made[0]["last_turn_id"]), (&Value::from("a.db"), &Value::from(turn.as_str())));
    assert_eq!(made[0]["bytes"].as_u64(), machine.path("a.db").metadata().map(|found| found.len()).ok());
    let sum = std::fs::read_to_string(machine.path("a.db.sha256")).expect("a checksum");
    assert_eq!(sum.split("  ").next(), made[0]["sha256"].as_str());
    machine.astra(&["backup", "a.db"]).fails(1, &["there is a file a.db already"]);
    machine.astra(&["restore", "a.db"]).fails(1, &["a gateway serves the data folder", "hint: stop it first"]);

    let elsewhere = ["--data-dir", "elsewhere"];
    machine.astra(&[&["restore", "a.db"], &elsewhere[..]].concat()).fails(1, &["no master key", "master.key"]);
    std::fs::create_dir_all(machine.path("elsewhere")).expect("made");
    std::fs::copy(machine.path("astra-data/master.key"), machine.path("elsewhere/master.key")).expect("copied");
    let restored = machine.astra(&[&["restore", "a.db"], &elsewhere[..]].concat());
    assert!(restored.stderr.contains("every change that was acknowledged before"), "{restored:?}");
    assert!(restored.stderr.contains("astra keys rotate --revoke-old"), "{restored:?}");
    assert_eq!(restored.ok(), "elsewhere/astra.db\n");
    machine
        .astra(&[&["restore", "a.db"], &elsewhere[..]].concat())
        .fails(1, &["there is a store already", "move astra.db"]);
    let second = Gateway::start_with(&machine, &[], &elsewhere);
    let answer = second.get_with_token(&format!("/chat/turns/{turn}"), &token);
    assert!(answer.contains("Is it kept?"), "{answer}");
    assert!(gateway.post_with_token("/chat", &token, CHAT).contains(" 200 "));
    assert!(second.post_with_token("/chat", &token, CHAT).contains(" 200 "));
}

#[test]
fn what_is_no_backup_of_this_store_is_refused() {
    let machine = Machine::new();
    machine.astra(&["backup", "a.db"]).fails(1, &["there is no gateway's data in astra-data"]);
    owner_of_new_store(&machine);
    machine.astra(&["backup", "no/such/folder.db"]).fails(1, &["the store was not backed up", "no/such/folder.db"]);
    machine.astra(&["backup", "a.db"]).ok();
    let key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let other = [("ASTRA_MASTER_KEY", key)];
    let into = ["--data-dir", "b"];
    machine.astra_with(&other, &[&["restore", "a.db"], &into[..]].concat()).fails(1, &["another master key", "hint:"]);
    machine.astra(&["restore", "none.db", "--data-dir", "b"]).fails(1, &["none.db", "No such file"]);
    machine.astra(&["restore", "a.db", "--sha256", "abc"]).fails(2, &["64 hexadecimal digits"]);
    std::fs::copy(machine.path("astra-data/master.key"), machine.path("b/master.key")).expect("copied");
    let wrong = "0".repeat(64);
    machine.astra(&["restore", "a.db", "--data-dir", "b", "--sha256", &wrong]).fails(1, &["changed or truncated"]);
    std::fs::remove_file(machine.path("a.db.sha256")).expect("removed");
    let bytes = std::fs::read(machine.path("a.db")).expect("a backup");
    std::fs::write(machine.path("half.db"), &bytes[..bytes.len() / 2]).expect("written");
    machine.astra(&["restore", "half.db", "--data-dir", "b"]).fails(1, &["nothing was restored", "cause: the file"]);
    machine.write("text.db", "no database");
    machine.astra(&["restore", "text.db", "--data-dir", "b"]).fails(1, &["cannot be read as a database"]);
    assert!(!machine.path("b/astra.db").exists());
    let restored = machine.astra(&["restore", "a.db", "--data-dir", "b"]);
    assert!(restored.stderr.contains("there was no checksum"), "{restored:?}");
    restored.ok();
}

fn owner_of_new_store(machine: &Machine) {
    machine.astra(&["migrate"]).ok();
    owner(machine);
}

#[test]
fn on_postgresql_both_name_its_own_programs() {
    let machine = Machine::new();
    let url = ["--database-url", "postgres://nobody@127.0.0.1:9/nothing"];
    machine.astra(&[&["backup", "a.db"], &url[..]].concat()).fails(1, &["pg_dump"]);
    machine.astra(&[&["restore", "a.db"], &url[..]].concat()).fails(1, &["pg_restore"]);
}
