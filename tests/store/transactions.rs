//! What a closure may rely on: all or nothing, one state, no interference.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use astra_core::params;
use astra_core::store::{Db, Error, Tx};

use crate::empty::EmptyStore;
use crate::support::both_backends;

async fn table(db: &Db) {
    let create = "CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT NOT NULL, count BIGINT NOT NULL)";
    db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
}

async fn insert(db: &Db, id: &'static str) -> Result<u64, Error> {
    let sql = "INSERT INTO notes (id, body, count) VALUES ($1, $2, $3)";
    db.write(move |tx| tx.execute(sql, params![id, "body", 0_i64])).await
}

async fn ids(db: &Db) -> Vec<String> {
    let rows = db.read(|tx| tx.query("SELECT id FROM notes ORDER BY id", params![])).await.expect("ids");
    rows.into_iter().map(|mut row| row.next_text().expect("an id")).collect()
}

both_backends! {
    async fn parameters_are_bound_by_their_number(store: EmptyStore) {
        table(&store.db).await;
        let sql = "INSERT INTO notes (id, body, count) VALUES ($2, $1, $3)";
        store.db.write(move |tx| tx.execute(sql, params!["body", "id", 7_i64])).await.expect("a row");
        let again = "SELECT id, body FROM notes WHERE count = $2 AND id = $1 AND $1 <> body";
        let mut row = store.db.read(move |tx| tx.one(again, params!["id", 7_i64])).await.expect("the row");
        assert_eq!((row.next_text().unwrap(), row.next_text().unwrap()), ("id".into(), "body".into()));
    }

    async fn an_error_undoes_everything(store: EmptyStore) {
        table(&store.db).await;
        let outcome: Result<(), Error> = store.db.write(|tx| {
            tx.execute("INSERT INTO notes (id, body, count) VALUES ('a', '', 0)", params![])?;
            Err(Error::Broken("changed my mind".into()))
        }).await;
        assert!(matches!(outcome, Err(Error::Broken(text)) if text == "changed my mind"));
        assert!(ids(&store.db).await.is_empty());
        insert(&store.db, "b").await.expect("the connection is still good");
    }

    async fn a_failed_statement_dooms_what_follows(store: EmptyStore) {
        table(&store.db).await;
        insert(&store.db, "taken").await.expect("a row");
        let outcome = store.db.write(|tx| {
            tx.execute("INSERT INTO notes (id, body, count) VALUES ('before', '', 0)", params![])?;
            let _ = tx.execute("INSERT INTO notes (id, body, count) VALUES ('taken', '', 0)", params![]);
            let _ = tx.execute("INSERT INTO notes (id, body, count) VALUES ('after', '', 0)", params![]);
            Ok(())
        }).await;
        assert!(matches!(outcome, Err(Error::Broken(_))), "{outcome:?}");
        assert_eq!(ids(&store.db).await, ["taken"]);
    }

    async fn a_read_cannot_write(store: EmptyStore) {
        table(&store.db).await;
        let sql = "INSERT INTO notes (id, body, count) VALUES ('a', '', 0)";
        let outcome = store.db.read(move |tx| tx.execute(sql, params![])).await;
        assert!(matches!(outcome, Err(Error::Broken(_))), "{outcome:?}");
        assert!(ids(&store.db).await.is_empty());
    }

    async fn a_read_sees_one_state_throughout(store: EmptyStore) {
        table(&store.db).await;
        insert(&store.db, "before").await.expect("a row");
        let (looked, has_looked) = mpsc::sync_channel::<()>(1);
        let (go_on, may_go_on) = mpsc::sync_channel::<()>(1);
        let may_go_on = Mutex::new(may_go_on);
        let count = "SELECT COUNT(*) FROM notes";
        let db = store.db.clone();
        let look = move |tx: &mut Tx<'_>| {
            let first = tx.one(count, params![])?.next_int()?;
            let _ = looked.send(());
            may_go_on.lock().unwrap().recv().expect("the writer");
            Ok((first, tx.one(count, params![])?.next_int()?))
        };
        let reading = tokio::spawn(async move { db.read(look).await });
        tokio::task::spawn_blocking(move || has_looked.recv()).await.unwrap().expect("the reader");
        insert(&store.db, "meanwhile").await.expect("a row");
        go_on.send(()).expect("the reader");
        assert_eq!(reading.await.unwrap().expect("counts"), (1, 1));
        assert_eq!(ids(&store.db).await, ["before", "meanwhile"]);
    }

    async fn a_panic_stays_with_its_caller(store: EmptyStore) {
        table(&store.db).await;
        let writing: Result<(), Error> = store.db.write(|tx| {
            tx.execute("INSERT INTO notes (id, body, count) VALUES ('a', '', 0)", params![])?;
            panic!("a defect in a store method")
        }).await;
        assert!(matches!(writing, Err(Error::Broken(_))), "{writing:?}");
        let reading: Result<(), Error> = store.db.read(|tx| {
            tx.query("SELECT id FROM notes", params![])?;
            panic!("a defect in a store method")
        }).await;
        assert!(matches!(reading, Err(Error::Broken(_))), "{reading:?}");
        insert(&store.db, "b").await.expect("the store goes on");
        assert_eq!(ids(&store.db).await, ["b"]);
    }

    async fn what_was_read_is_still_true_at_the_commit(store: EmptyStore) {
        table(&store.db).await;
        insert(&store.db, "counter").await.expect("a row");
        let mut increments = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let db = store.db.clone();
            increments.spawn(async move {
                db.write(|tx| {
                    let count = tx.one("SELECT count FROM notes WHERE id = 'counter'", params![])?.next_int()?;
                    tx.execute("UPDATE notes SET count = $1 WHERE id = 'counter'", params![count + 1])
                }).await
            });
        }
        while let Some(outcome) = increments.join_next().await {
            assert_eq!(outcome.unwrap().expect("an increment"), 1);
        }
        let mut row = store.db.read(|tx| tx.one("SELECT count FROM notes", params![])).await.expect("the counter");
        assert_eq!(row.next_int().unwrap(), 64);
    }

    async fn of_many_firsts_one_is_the_first(store: EmptyStore) {
        table(&store.db).await;
        const IDS: [&str; 16] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];
        let mut rivals = tokio::task::JoinSet::new();
        let other = store.again();
        for (place, id) in IDS.into_iter().enumerate() {
            let db = if place % 2 == 0 { store.db.clone() } else { other.clone() };
            rivals.spawn(async move {
                db.write(move |tx| {
                    if tx.one("SELECT COUNT(*) FROM notes", params![])?.next_int()? > 0 {
                        return Ok(false);
                    }
                    tx.execute("INSERT INTO notes (id, body, count) VALUES ($1, '', 0)", params![id])?;
                    Ok(true)
                }).await
            });
        }
        let outcomes: Vec<bool> = rivals.join_all().await.into_iter().map(|outcome| outcome.expect("an answer")).collect();
        assert_eq!(outcomes.iter().filter(|was_first| **was_first).count(), 1);
        assert_eq!(ids(&store.db).await.len(), 1);
    }

    async fn work_that_fails_spoils_only_its_own(store: EmptyStore) {
        table(&store.db).await;
        // While this one is held up, the others gather behind it and share a transaction where the backend does so.
        let (release, held) = mpsc::sync_channel::<()>(1);
        let held = Mutex::new(held);
        let db = store.db.clone();
        let (started, has_started) = mpsc::sync_channel::<()>(1);
        // On a thread of its own, as the store may run work on its caller's.
        let runtime = tokio::runtime::Handle::current();
        let holding = tokio::task::spawn_blocking(move || {
            runtime.block_on(db.write(move |_| {
                let _ = started.send(());
                held.lock().unwrap().recv().map_err(|_| Error::Broken("not released".into()))
            }))
        });
        tokio::task::spawn_blocking(move || has_started.recv()).await.unwrap().expect("the holder");
        let good: Vec<_> = ["a", "b", "c", "d"].into_iter().map(|id| {
            let db = store.db.clone();
            tokio::spawn(async move { insert(&db, id).await })
        }).collect();
        let db = store.db.clone();
        let bad = tokio::spawn(async move { db.write(|tx| {
            tx.execute("INSERT INTO notes (id, body, count) VALUES ('bad', '', 0)", params![])?;
            tx.execute("INSERT INTO nowhere (id) VALUES (1)", params![])
        }).await });
        let db = store.db.clone();
        let worse = tokio::spawn(async move { db.write(|tx| -> Result<(), Error> {
            tx.execute("INSERT INTO notes (id, body, count) VALUES ('worse', '', 0)", params![])?;
            panic!("a defect in a store method")
        }).await });
        release.send(()).expect("the holder");
        holding.await.unwrap().expect("the holder");
        for outcome in good {
            outcome.await.unwrap().expect("a good one");
        }
        assert!(matches!(bad.await.unwrap(), Err(Error::Broken(_))));
        assert!(matches!(worse.await.unwrap(), Err(Error::Broken(_))));
        assert_eq!(ids(&store.db).await, ["a", "b", "c", "d"]);
    }

    async fn two_handles_see_each_other(store: EmptyStore) {
        table(&store.db).await;
        let other = store.again();
        insert(&store.db, "a").await.expect("a row");
        insert(&other, "b").await.expect("a row");
        assert_eq!(ids(&store.db).await, ["a", "b"]);
        assert_eq!(ids(&other).await, ["a", "b"]);
    }

    async fn a_lost_connection_is_replaced(store: EmptyStore) {
        if store.is_sqlite() {
            return;
        }
        table(&store.db).await;
        let lost = Arc::new(AtomicBool::new(false));
        let first = Arc::clone(&lost);
        store.db.write(move |tx| {
            tx.execute("INSERT INTO notes (id, body, count) VALUES ('a', '', 0)", params![])?;
            if !first.swap(true, Ordering::SeqCst) {
                tx.query("SELECT CAST(pg_terminate_backend(pg_backend_pid()) AS TEXT)", params![])?;
            }
            Ok(())
        }).await.expect("the second attempt, on another connection");
        assert!(lost.load(Ordering::SeqCst));
        let others = "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND datname = current_database()";
        store.again().read(move |tx| tx.query(others, params![])).await.expect("all connections cut");
        assert_eq!(ids(&store.db).await, ["a"]);
        insert(&store.db, "b").await.expect("a new connection");
    }
}
