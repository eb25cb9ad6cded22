//! Which tables hold something of a user: each of them is purged, or stays for a reason that stands here.

use std::collections::BTreeSet;

use crate::source::{assert_none, files};

const SCHEMA: &str = "astra-core/migrations/";
const PURGED: &str = "astra-core/src/store/purge_tables.rs";

/// Columns that name a user, or what is a user's.
const COLUMNS: [&str; 12] = [
    "subject",
    "user_id",
    "owner",
    "caller",
    "author",
    "created_by",
    "turn_id",
    "session_id",
    "memory_id",
    "job_id",
    "delivery_id",
    "question",
];

/// Tables that stay, and why.
const KEPT: [(&str, &str); 26] = [
    ("subjects", "the number of a user, which the audit names"),
    ("users", "the account: the group `auth` ends it"),
    ("sign_in_networks", "goes with the account"),
    ("memberships", "the account"),
    ("invitations", "the workspace's"),
    ("service_accounts", "the account"),
    ("tokens", "go with the account"),
    ("families", "go with the account"),
    ("login_codes", "go with the account"),
    ("audit", "who changed what, without what was said"),
    ("agents", "the workspace's"),
    ("agent_versions", "the workspace's"),
    ("agent_grants", "the workspace's"),
    ("mcp_servers", "the workspace's"),
    ("schedules", "the workspace's"),
    ("schedule_runs", "the workspace's"),
    ("webhooks", "the workspace's"),
    ("memory_profiles", "the workspace's"),
    ("leaders", "of gateways"),
    ("instances", "of gateways"),
    ("job_steps", "go with their jobs"),
    ("job_logs", "go with their jobs"),
    ("delivery_attempts", "go with their deliveries"),
    ("memory_heads", "numbers of changes"),
    ("counters", "numbers"),
    ("workspaces", "the workspace itself"),
];

#[test]
fn each_table_that_names_a_user_is_purged_or_kept_for_a_reason() {
    let tables = tables();
    assert!(tables.len() > 40, "the schema cannot be read: {tables:?}");
    let (purged, names) = (purged(), tables.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>());
    let is_kept = |table: &str| KEPT.iter().any(|(name, _)| *name == table);
    let names_users = |columns: &[String]| columns.iter().any(|column| COLUMNS.contains(&column.as_str()));
    let known = |table: &str| purged.contains(table) || is_kept(table);
    let forgotten = tables.iter().filter(|(table, columns)| names_users(columns) && !known(table));
    assert_none(forgotten.map(|(table, _)| format!("a purge of a user forgets the table {table}: {PURGED}")));
    let listed = purged.iter().map(String::as_str).chain(KEPT.iter().map(|(table, _)| *table));
    assert_none(listed.filter(|table| !names.contains(*table)).map(|table| format!("there is no table {table}")));
    assert_none(purged.iter().filter(|table| is_kept(table)).map(|table| format!("{table} is purged and kept")));
}

#[test]
fn what_is_purged_goes_before_what_it_is_found_by() {
    let order: Vec<String> = listed();
    let place = |table: &str| order.iter().position(|name| name == table);
    for (first, then) in
        [("memory_versions", "memories"), ("deliveries", "outbox"), ("turn_events", "turns"), ("turns", "sessions")]
    {
        assert!(place(first) < place(then) && place(first).is_some(), "{first} is found by {then}");
    }
}

/// The tables of the schema with their columns.
fn tables() -> Vec<(String, Vec<String>)> {
    let schema: String = files(SCHEMA).iter().map(|file| file.text.clone()).collect();
    let tables = schema.split("CREATE TABLE ").skip(1);
    let read = |text: &str| {
        let (name, body) = text.split_once(" (")?;
        let body = body.split_once("\n)")?.0;
        let columns = body.lines().map(str::trim).filter(|line| !line.starts_with("--"));
        let columns = columns.filter_map(|line| line.split_whitespace().next()).map(str::to_owned);
        Some((name.to_owned(), columns.collect()))
    };
    tables.filter_map(read).collect()
}

/// The tables of the list, in its order.
fn listed() -> Vec<String> {
    let text = files(PURGED).pop().expect("the list is there").text;
    let list = text.split("const PURGED").nth(1).expect("the list").to_owned();
    let rows = list.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    let name =
        |line: &str| line.trim_start_matches('(').strip_prefix('"')?.split_once("\",").map(|(name, _)| name.to_owned());
    let names = rows.filter_map(name);
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')).collect()
}

fn purged() -> BTreeSet<String> {
    listed().into_iter().collect()
}
