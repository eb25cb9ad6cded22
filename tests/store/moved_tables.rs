//! Which rows are moved with a workspace: all tables have their place, and each number that is a store's own is known as one.

use std::collections::BTreeSet;

use astra_core::store::{ColumnKind, ColumnMeaning, moved_tables};

use crate::support::{TestStore, both_backends};

/// Parts of names of columns that may hold a number of this store alone.
const SUSPECT: [&str; 7] = ["workspace", "subject", "owner", "embedder", "instance", "number", "user"];

/// Columns of such names whose numbers mean the same in every store, or are written anew in the other one.
const SAME: [(&str, &str); 7] = [
    ("delivery_attempts", "number"),
    ("job_logs", "number"),
    ("job_turns", "number"),
    ("open_turns", "number"),
    ("open_turns", "owner"),
    ("turn_steps", "number"),
    ("turns", "number"),
];

both_backends! {
    async fn each_row_comes_after_those_that_it_refers_to(store: TestStore) {
        let tables = store.db.read(moved_tables).await.expect("the tables");
        let place = |name: &str| tables.iter().position(|table| table.name == name).expect("it is moved");
        for (first, then) in [
            ("workspaces", "memberships"), ("users", "memberships"), ("service_accounts", "tokens"), ("jobs", "job_steps"),
            ("deliveries", "delivery_attempts"), ("subjects", "sessions"), ("embedders", "memory_index"),
        ] {
            assert!(place(first) < place(then), "{first} comes before {then}");
        }
        let names: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names.len(), tables.len());
        for own in ["instances", "signing_keys", "counters", "leaders", "login_codes", "setup_codes"] {
            assert!(!names.contains(own), "{own} is the store's");
        }
    }

    async fn no_number_of_this_store_goes_out_as_one_of_all_stores(store: TestStore) {
        let tables = store.db.read(moved_tables).await.expect("the tables");
        let mut unknown = Vec::new();
        for table in &tables {
            for column in table.columns.iter().filter(|column| column.kind == ColumnKind::Int) {
                let is_suspect = SUSPECT.iter().any(|part| column.name.contains(part));
                let is_known = SAME.contains(&(table.name.as_str(), column.name.as_str()));
                if column.meaning == ColumnMeaning::Same && is_suspect && !is_known {
                    unknown.push(format!("{}.{}", table.name, column.name));
                }
            }
        }
        assert!(unknown.is_empty(), "store/moved_tables.rs does not say what these are in another store: {unknown:?}");
    }
}
