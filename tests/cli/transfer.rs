//! `astra export` and `astra import`: a workspace goes from one store to another.

use crate::gateway::Gateway;
use crate::program::Machine;

#[test]
fn a_workspace_is_moved_to_another_store() {
    let machine = Machine::new();
    let gateway = Gateway::start(&machine);
    let token = machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok();
    let me = gateway.get_with_token("/auth/me", token.trim());
    let id = me.split_once("\"workspace_id\":\"").and_then(|(_, rest)| rest.split('"').next()).expect("a workspace");
    let body = r#"{"agent_id": "assistant", "message": "Is it moved?"}"#;
    assert!(gateway.post_with_token("/chat", token.trim(), body).contains(" 200 "));
    let exported = machine.astra(&["export", "a.jsonl.gz", "--workspace", id]).ok();
    assert!(exported.lines().any(|line| line == "turns\t1"), "{exported}");
    assert_eq!(&std::fs::read(machine.path("a.jsonl.gz")).expect("a file")[..2], [0x1f, 0x8b]);
    machine.astra(&["export", "a.jsonl.gz", "--workspace", id]).fails(1, &["a.jsonl.gz", "hint: name another file"]);
    machine.astra(&["export", "b.jsonl", "--workspace", "wsp_0000000000000"]).fails(1, &["there is no workspace"]);
    assert!(!machine.path("b.jsonl").exists());
    machine.astra(&["import", "a.jsonl.gz"]).fails(1, &["a gateway serves the data folder"]);

    let to = ["--data-dir", "other"];
    std::fs::create_dir(machine.path("other")).expect("made");
    std::fs::copy(machine.path("astra-data/master.key"), machine.path("other/master.key")).expect("copied");
    let imported = machine.astra(&[&["import", "a.jsonl.gz"], &to[..]].concat());
    assert!(imported.stderr.contains(&format!("imported {id}")), "{imported:?}");
    assert_eq!(imported.ok(), exported);
    machine.astra(&[&["import", "a.jsonl.gz"], &to[..]].concat()).fails(1, &["is in this store already"]);
    let bytes = std::fs::read(machine.path("a.jsonl.gz")).expect("a file");
    std::fs::write(machine.path("half.gz"), &bytes[..bytes.len() / 2]).expect("written");
    machine.astra(&["import", "half.gz", "--data-dir", "third"]).fails(1, &["the file is truncated"]);
    machine.astra(&["import", "none.gz", "--data-dir", "third"]).fails(1, &["none.gz", "No such file"]);
    drop(gateway);
    // The workspace that was imported into an empty store is the first one of its gateway.
    let second = Gateway::start_with(&machine, &[], &to);
    let token = machine.astra(&[&["token", "issue", "--name", "new", "--role", "owner"], &to[..]].concat()).ok();
    assert!(second.get_with_token("/auth/me", token.trim()).contains(id));
    let sessions = second.get_with_token("/sessions", token.trim());
    assert!(sessions.contains("\"message_count\":2"), "{sessions}");
}
