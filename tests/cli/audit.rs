//! `astra audit`: who changed what, in a terminal and for programs, and what a hand has changed in the database.

use astra_core::config::StoreConfig;
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::program::{Ended, Machine};

struct Place {
    machine: Machine,
    gateway: Gateway,
}

impl Place {
    /// A gateway on which an agent was made.
    fn new() -> Self {
        let machine = Machine::new();
        let gateway = Gateway::start(&machine);
        let token = machine.astra(&["token", "issue", "--name", "me", "--role", "owner"]).ok().trim().to_owned();
        let agent = json!({"id": "own", "model": {"provider": "echo"}}).to_string();
        let answer = gateway.post_with_token("/agents", &token, &agent);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        Self { machine, gateway }
    }

    /// Without a token: the local store issues one.
    fn audit(&self, args: &[&str]) -> Ended {
        let server = ["--server", self.gateway.url.as_str()];
        self.machine.astra(&[&["audit"], args, &server].concat())
    }

    /// Runs a statement in the gateway's database.
    fn by_hand(&self, sql: &'static str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = self.machine.path("astra-data");
        let db = astra_core::store::open(&StoreConfig::default(), &folder).expect("the store opens");
        runtime.block_on(db.write(move |tx| tx.execute(sql, &[]))).expect("the statement runs");
    }
}

#[test]
fn entries_are_listed_and_exported() {
    let place = Place::new();
    let lines = place.audit(&["list", "--operation", "agents.create"]).ok();
    let columns: Vec<&str> = lines.trim_end().split('\t').collect();
    assert_eq!(
        (columns.len(), columns[3], columns[4], columns[5]),
        (7, "127.0.0.1", "agents.create", "agent own"),
        "{lines}"
    );
    let rows = place.audit(&["list", "--target-id", "own", "--since", "1h", "--output", "json"]).ok();
    let rows: Vec<Value> = serde_json::from_str(&rows).expect("a JSON array");
    assert_eq!((rows.len(), &rows[0]["changes"]), (1, &json!({"version": 1})));
    assert_eq!(place.audit(&["list", "--actor", "usr_nobody"]).ok(), "");
    let exported = place.audit(&["export", "--target-kind", "agent"]).ok();
    let entry: Value = serde_json::from_str(exported.trim_end()).expect("one line of JSON");
    assert_eq!(entry, rows[0]);
    // The token that was made for it is gone.
    let tokens = place.machine.astra(&["token", "list"]).ok();
    assert!(!tokens.contains("astra-audit"), "{tokens}");
}

#[test]
fn a_hand_in_the_database_is_found() {
    let place = Place::new();
    let good = place.audit(&["verify"]).ok();
    assert!(good.contains("entries up to number"), "{good}");
    let report: Value = serde_json::from_str(&place.audit(&["verify", "--json"]).ok()).expect("JSON");
    assert_eq!((&report["is_intact"], &report["faults"]), (&json!(true), &json!([])));
    place.by_hand("UPDATE audit SET actor = 'usr_mallory' WHERE action = 'agents.create'");
    place.audit(&["verify"]).fails(1, &["changed: entry", "not as it was written"]);
}
