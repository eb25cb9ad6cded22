//! The end of a workspace: no table that names a workspace keeps a row of it, and no other workspace loses one.

use std::collections::BTreeMap;

use astra_core::params;
use astra_core::store::{Db, Manager, Param, Precondition, Removal, RoleOrder, Rows};

use crate::support::{START_MS, TestStore, both_backends};

const GONE_MS: i64 = START_MS + 15 * 60_000;

/// The columns of each table that names a workspace, with their types, as the database itself says.
async fn tables(db: &Db) -> BTreeMap<String, Vec<(String, String)>> {
    let sql = if db.is_shared() {
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns
            WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
    } else {
        "SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid"
    };
    let rows = db.read(move |tx| {
        let rows = tx.query(sql, params![])?.into_iter();
        rows.map(|mut row| Ok((row.next_text()?, row.next_text()?, row.next_text()?))).collect::<Result<Vec<_>, _>>()
    });
    let mut tables = BTreeMap::<_, Vec<_>>::new();
    for (table, column, kind) in rows.await.expect("the schema") {
        tables.entry(table).or_default().push((column, kind.to_uppercase()));
    }
    tables.retain(|_, columns| columns.iter().any(|(column, _)| column == "workspace_id"));
    assert!(tables.len() > 40, "the schema cannot be read: {tables:?}");
    tables
}

/// How many rows each of the tables has of a workspace.
async fn counts(db: &Db, tables: &BTreeMap<String, Vec<(String, String)>>, number: i64) -> BTreeMap<String, i64> {
    let names: Vec<String> = tables.keys().cloned().collect();
    let counts = db.read(move |tx| {
        let mut counts = BTreeMap::new();
        for table in &names {
            let sql = format!("SELECT COUNT(*) FROM {table} WHERE workspace_id = $1");
            counts.insert(table.clone(), tx.one(&sql, params![number])?.next_int()?);
        }
        Ok(counts)
    });
    counts.await.expect("counts")
}

/// Puts a row into each table for each of these workspaces, whatever its columns are.
async fn fill(db: &Db, tables: &BTreeMap<String, Vec<(String, String)>>, workspaces: &[i64]) {
    let (mut tables, workspaces) = (tables.clone().into_iter().collect::<Vec<_>>(), workspaces.to_vec());
    // What others refer to comes first.
    tables.sort_by_key(|(table, _)| !["service_accounts", "jobs"].contains(&table.as_str()));
    let filled = db.write(move |tx| {
        let mut key = 10_000;
        for workspace in &workspaces {
            let user = "INSERT INTO users (id, email, created_at) VALUES ($1, $1, 0)";
            tx.execute(user, params![&format!("usr_{workspace}")])?;
            for (table, columns) in &tables {
                let mut values = Vec::new();
                for (column, kind) in columns {
                    key += 1;
                    values.push(match (column.as_str(), kind.as_str()) {
                        ("workspace_id", _) => Filled::Int(*workspace),
                        ("user_id", "TEXT") => Filled::Text(format!("usr_{workspace}")),
                        ("service_account_id", _) => Filled::Text(format!("svc_{workspace}")),
                        ("id", _) if table == "service_accounts" => Filled::Text(format!("svc_{workspace}")),
                        ("job_id", "BIGINT") => Filled::Int(1_000 + workspace),
                        ("id", _) if table == "jobs" => Filled::Int(1_000 + workspace),
                        (_, "BIGINT" | "INTEGER") => Filled::Int(key),
                        (_, "DOUBLE PRECISION") => Filled::Float(0.5),
                        (_, "BYTEA") => Filled::Bytes(key.to_be_bytes().to_vec()),
                        _ => Filled::Text(format!("text {key}")),
                    });
                }
                let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
                let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
                let sql = format!(
                    "INSERT INTO {table} ({}) VALUES ({}) ON CONFLICT DO NOTHING",
                    names.join(", "),
                    places.join(", ")
                );
                let params: Vec<Param<'_>> = values.iter().map(Filled::param).collect();
                tx.execute(&sql, &params)?;
            }
        }
        Ok(())
    });
    filled.await.expect("rows");
}

enum Filled {
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Filled {
    fn param(&self) -> Param<'_> {
        match self {
            Self::Int(value) => Param::Int(*value),
            Self::Float(value) => Param::Float(*value),
            Self::Text(value) => Param::Text(value),
            Self::Bytes(value) => Param::Bytes(value),
        }
    }
}

async fn workspace(db: &Db, id: &'static str) -> Rows {
    db.rows(&db.ensure_workspace(id, START_MS).await.expect("a workspace"))
}

async fn delete(rows: &Rows) {
    let by = Manager { subject: None, role: "owner", order: RoleOrder(["viewer", "member", "admin", "owner"]) };
    let deleted = rows.workspaces().delete(by, Precondition::Any, START_MS).await;
    assert!(deleted.expect("an answer").is_some());
}

/// Removes rows until none are found; answers in how many transactions, and how it ended.
async fn sweep(db: &Db, number: i64, now_ms: i64) -> (u32, Removal) {
    let mut steps = 0;
    loop {
        match db.remove_deleted_workspace(number, now_ms).await.expect("a removal") {
            Removal::More => steps += 1,
            end => return (steps, end),
        }
    }
}

both_backends! {
    async fn no_table_that_names_a_workspace_keeps_a_row(store: TestStore) {
        workspace(&store.db, "wsp_a").await;
        let (other, gone) = (workspace(&store.db, "wsp_b").await, workspace(&store.db, "wsp_c").await);
        let (kept, number) = (other.workspace().number(), gone.workspace().number());
        let tables = tables(&store.db).await;
        fill(&store.db, &tables, &[kept, number]).await;
        let before = counts(&store.db, &tables, kept).await;
        assert!(before.values().all(|count| *count == 1), "a table has no row: {before:?}");
        assert_eq!(counts(&store.db, &tables, number).await, before);
        delete(&gone).await;
        let (_, end) = sweep(&store.db, number, START_MS).await;
        assert_eq!(end, Removal::NoneFound);
        let left = counts(&store.db, &tables, number).await;
        let left: Vec<_> = left.into_iter().filter(|(_, count)| *count > 0).collect();
        assert!(left.is_empty(), "the list of store/workspace_tables.rs forgets {left:?}");
        assert_eq!(counts(&store.db, &tables, kept).await, before);
        let Removal::Gone(removed) = sweep(&store.db, number, GONE_MS).await.1 else { panic!("it is not gone") };
        let mut expected: BTreeMap<String, u64> = tables.keys().map(|table| (table.clone(), 1)).collect();
        expected.insert("users".into(), 1);
        assert_eq!(removed, expected);
        assert_eq!(sweep(&store.db, number, GONE_MS).await.1, Removal::Unknown);
        let users = store.db.read(|tx| tx.one("SELECT COUNT(*) FROM users", params![])?.next_int());
        assert_eq!(users.await.expect("a count"), 1);
    }

    async fn many_rows_go_in_pieces_and_another_gateway_goes_on(store: TestStore) {
        workspace(&store.db, "wsp_a").await;
        let gone = workspace(&store.db, "wsp_b").await;
        let number = gone.workspace().number();
        let fill = gone.write(|tx| {
            for key in 0..2_500_i64 {
                let sql = "INSERT INTO turn_events (workspace_id, turn_id, first_seq, events) VALUES ($1, $2, 1, '[]')";
                tx.execute(sql, params![key])?;
            }
            Ok(())
        });
        fill.await.expect("rows");
        delete(&gone).await;
        assert_eq!(store.db.remove_deleted_workspace(number, START_MS).await.expect("a removal"), Removal::More);
        // It was killed; all that the next one knows is in the store.
        let found = store.db.deleted_workspaces().await.expect("a look");
        assert_eq!(found.iter().map(|found| (found.number, found.id.as_str())).collect::<Vec<_>>(), [(number, "wsp_b")]);
        assert_eq!(sweep(&store.db, number, START_MS).await, (2, Removal::NoneFound));
        // What was on its way is found later.
        let late = "INSERT INTO turn_events (workspace_id, turn_id, first_seq, events) VALUES ($1, 1, 1, '[]')";
        gone.write(move |tx| tx.execute(late, params![]).map(drop)).await.expect("a row");
        assert_eq!(sweep(&store.db, number, GONE_MS).await, (1, Removal::Gone(BTreeMap::from([("turn_events".into(), 2_501)]))));
    }

    async fn end_users_of_its_service_accounts_go_and_those_of_others_stay(store: TestStore) {
        workspace(&store.db, "wsp_a").await;
        let (gone, other) = (workspace(&store.db, "wsp_b").await, workspace(&store.db, "wsp_c").await);
        for (rows, issuer) in [(&gone, "svc_1"), (&other, "svc_2")] {
            let fill = rows.write(move |tx| {
                let sql = "INSERT INTO service_accounts (workspace_id, id, name, role, scopes, created_by, created_at, updated_at)
                    VALUES ($1, $2, $2, 'member', '', 'usr_1', 0, 0)";
                tx.execute(sql, params![issuer]).map(drop)
            });
            fill.await.expect("an account");
            for (number, is_member) in [(1, true), (2, false)] {
                let id = format!("usr_{issuer}_{number}");
                let number = rows.workspace().number();
                let fill = store.db.write(move |tx| {
                    let user = "INSERT INTO users (id, issuer, subject, created_at) VALUES ($1, $2, $1, 0)";
                    tx.execute(user, params![&id, issuer])?;
                    if is_member {
                        let sql = "INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, 'member', 0)";
                        tx.execute(sql, params![number, &id])?;
                    }
                    Ok(())
                });
                fill.await.expect("an end user");
            }
        }
        delete(&gone).await;
        sweep(&store.db, gone.workspace().number(), START_MS).await;
        let left = store.db.read(|tx| {
            let rows = tx.query("SELECT issuer FROM users ORDER BY id", params![])?;
            rows.into_iter().map(|mut row| row.next_text()).collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(left.await.expect("users"), ["svc_2", "svc_2"]);
    }
}
