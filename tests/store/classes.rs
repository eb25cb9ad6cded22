//! Failures have the same names on both backends.

use astra_core::params;
use astra_core::store::{Db, Error};

use crate::empty::EmptyStore;
use crate::support::both_backends;

async fn tables(db: &Db) {
    db.write(|tx| {
        tx.execute("CREATE TABLE parents (id TEXT PRIMARY KEY, name TEXT UNIQUE)", params![])?;
        tx.execute(
            "CREATE TABLE children (id TEXT PRIMARY KEY, parent TEXT NOT NULL REFERENCES parents (id))",
            params![],
        )?;
        tx.execute("INSERT INTO parents (id, name) VALUES ('p', 'name')", params![])
    })
    .await
    .expect("tables");
}

async fn attempt(db: &Db, sql: &'static str) -> Result<u64, Error> {
    db.write(move |tx| tx.execute(sql, params![])).await
}

both_backends! {
    async fn a_double_is_unique(store: EmptyStore) {
        tables(&store.db).await;
        for sql in ["INSERT INTO parents (id) VALUES ('p')", "INSERT INTO parents (id, name) VALUES ('q', 'name')"] {
            let outcome = attempt(&store.db, sql).await;
            assert!(matches!(outcome, Err(Error::Unique(_))), "{sql}: {outcome:?}");
        }
    }

    async fn a_reference_to_nothing_is_missing(store: EmptyStore) {
        tables(&store.db).await;
        let outcome = attempt(&store.db, "INSERT INTO children (id, parent) VALUES ('c', 'nobody')").await;
        assert!(matches!(outcome, Err(Error::Missing(_))), "{outcome:?}");
        attempt(&store.db, "INSERT INTO children (id, parent) VALUES ('c', 'p')").await.expect("a child");
        let outcome = attempt(&store.db, "DELETE FROM parents WHERE id = 'p'").await;
        assert!(matches!(outcome, Err(Error::Missing(_))), "{outcome:?}");
    }

    async fn a_wrong_statement_is_broken(store: EmptyStore) {
        let outcome = attempt(&store.db, "DELETE FROM nowhere").await;
        assert!(matches!(outcome, Err(Error::Broken(_))), "{outcome:?}");
    }

    async fn a_server_that_cannot_write_now_is_unavailable(store: EmptyStore) {
        if store.is_sqlite() {
            return;
        }
        // A standby, a time limit of the operator, a lock that was not had in time, no memory left.
        for state in ["25006", "57014", "55P03", "53200"] {
            let sql = format!("DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '{state}'; END $$");
            let outcome = store.db.write(move |tx| tx.execute(&sql, params![])).await;
            assert!(matches!(outcome, Err(Error::Unavailable(_))), "{state}: {outcome:?}");
        }
    }

    async fn a_change_whose_server_is_lost_during_its_commit_is_uncertain(store: EmptyStore) {
        if store.is_sqlite() {
            return;
        }
        for sql in [
            "CREATE TABLE notes (id TEXT)",
            "CREATE FUNCTION go() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
            "CREATE CONSTRAINT TRIGGER go AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION go()",
        ] {
            attempt(&store.db, sql).await.expect("a statement");
        }
        let outcome = attempt(&store.db, "INSERT INTO notes (id) VALUES ('a')").await;
        assert!(matches!(outcome, Err(Error::Uncertain(_))), "{outcome:?}");
    }

    async fn a_full_server_is_full(store: EmptyStore) {
        if store.is_sqlite() {
            return;
        }
        let outcome = attempt(&store.db, "DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$").await;
        assert!(matches!(outcome, Err(Error::Full(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = astra_core::config::StoreConfig {
        // Port 1 of this machine: nobody listens there.
        database_url: Some(astra_core::config::Secret::new("postgres://nobody:hunter2@127.0.0.1:1/none")),
        ..Default::default()
    };
    let db = astra_core::store::open(&config, folder.path()).expect("nothing is asked of the server yet");
    let outcome = attempt(&db, "SELECT 1").await.expect_err("no server");
    assert!(matches!(outcome, Error::Unavailable(_)), "{outcome:?}");
    assert!(!format!("{outcome} {outcome:?}").contains("hunter2"), "the password is in the message");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("astra.db"), "this is not a database, whatever its name says").expect("a file");
    let outcome = astra_core::store::open(&Default::default(), folder.path());
    let Err(Error::Unavailable(text)) = outcome else { panic!("it was opened") };
    assert!(text.contains("astra.db") && text.contains("not a database"), "{text}");
}
