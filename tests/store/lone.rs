//! Who commits a write on SQLite: its caller when it is alone and short, the writing thread otherwise. It is one store all the
//! same, with one order and one answer for each write.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, ThreadId};

use astra_core::config::Synchronous;
use astra_core::params;
use astra_core::store::{Db, Error, Tx};

use crate::empty::EmptyStore;
use crate::support::TestBackend;

async fn store(synchronous: Synchronous) -> EmptyStore {
    let store = EmptyStore::open(TestBackend::sqlite(), |config| config.synchronous = synchronous);
    let create = "CREATE TABLE notes (number INTEGER PRIMARY KEY, body TEXT NOT NULL)";
    store.db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
    store
}

/// Writes a row; answers the thread that did it.
async fn write(db: &Db, body: &str) -> Result<ThreadId, Error> {
    let body = body.to_owned();
    let written = db.write(move |tx| {
        tx.execute("INSERT INTO notes (body) VALUES ($1)", params![&body])?;
        Ok(thread::current().id())
    });
    written.await
}

async fn bodies(db: &Db) -> Vec<String> {
    let rows = db.read(|tx| tx.query("SELECT body FROM notes ORDER BY number", params![])).await.expect("rows");
    rows.into_iter().map(|mut row| row.next_text().expect("text")).collect()
}

/// Occupies the store until the sender is used.
async fn occupied(db: &Db) -> (mpsc::SyncSender<()>, tokio::task::JoinHandle<Result<(), Error>>) {
    let (release, released) = mpsc::sync_channel::<()>(1);
    let (started, has_started) = tokio::sync::oneshot::channel();
    let (released, started) = (Mutex::new(released), Mutex::new(Some(started)));
    let hold = move |_: &mut Tx<'_>| {
        if let Some(started) = started.lock().expect("no panic").take() {
            started.send(()).expect("the test waits");
        }
        released.lock().expect("no panic").recv().map_err(|_| Error::Broken("not released".into()))
    };
    let (db, runtime) = (db.clone(), tokio::runtime::Handle::current());
    let holding = tokio::task::spawn_blocking(move || runtime.block_on(db.write(hold)));
    has_started.await.expect("it runs");
    (release, holding)
}

#[tokio::test]
async fn a_lone_write_is_committed_by_its_caller_where_that_does_not_wait_for_the_disk() {
    for (synchronous, is_own) in [(Synchronous::Normal, true), (Synchronous::Full, false)] {
        let store = store(synchronous).await;
        for body in ["a", "b"] {
            let by = write(&store.db, body).await.expect("a write");
            assert_eq!(by == thread::current().id(), is_own, "{synchronous:?}");
        }
        assert_eq!(bodies(&store.again()).await, ["a", "b"]);
    }
}

#[tokio::test]
async fn a_crowd_keeps_its_order_and_then_the_next_lone_write_is_its_callers_again() {
    let store = store(Synchronous::Normal).await;
    for size in [1, 2, 4, 40] {
        let (release, holding) = occupied(&store.db).await;
        let bodies_sent: Vec<String> = (0..size).map(|number| format!("{number:02}")).collect();
        let writes = futures_util::future::join_all(bodies_sent.iter().map(|body| write(&store.db, body)));
        let released = async move { release.send(()).expect("it is held") };
        let (written, ()) = tokio::join!(writes, released);
        holding.await.expect("no panic").expect("the holder");
        for by in written {
            assert_ne!(by.expect("a write"), thread::current().id(), "{size}");
        }
        assert_eq!(bodies(&store.db).await, bodies_sent);
        // The first one after a crowd still waits whether more come.
        write(&store.db, "alone").await.expect("a write");
        assert_eq!(write(&store.db, "alone").await.expect("a write"), thread::current().id(), "{size}");
        store.db.write(|tx| tx.execute("DELETE FROM notes", params![])).await.expect("empty");
    }
}

#[tokio::test]
async fn long_work_is_left_to_the_writing_thread_and_done_once() {
    let store = store(Synchronous::Normal).await;
    for (count, is_own) in [(20_i64, true), (5_000, false)] {
        // Of one statement, and of many.
        for each in [count, 1] {
            let written = store.db.write(move |tx| {
                let insert = "INSERT INTO notes (body) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
                    WHERE n < $1) SELECT CAST(n AS TEXT) FROM numbers";
                for _ in 0..count / each {
                    tx.execute(insert, params![each])?;
                }
                Ok(thread::current().id())
            });
            assert_eq!(written.await.expect("a write") == thread::current().id(), is_own, "{count} by {each}");
            let deleted = store.db.write(|tx| tx.execute("DELETE FROM notes", params![])).await;
            assert_eq!(deleted.expect("a write"), u64::try_from(count).unwrap(), "{count} by {each}");
        }
    }
}

#[tokio::test]
async fn a_locked_store_holds_up_no_other_task_of_the_caller() {
    let store = store(Synchronous::Normal).await;
    let other = rusqlite::Connection::open(store.backend.folder().join("astra.db")).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    // On one thread, the lock ends only if the write lets this task go on.
    let unlock = async move { drop(other) };
    let (by, ()) = tokio::join!(write(&store.db, "a"), unlock);
    assert_ne!(by.expect("the lock is gone"), thread::current().id());
    assert_eq!(write(&store.db, "b").await.expect("a write"), thread::current().id());
    assert_eq!(bodies(&store.db).await, ["a", "b"]);
}

#[tokio::test]
async fn a_caller_that_writes_on_and_on_lets_other_tasks_run() {
    let store = store(Synchronous::Normal).await;
    let has_run = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&has_run);
    tokio::spawn(async move { flag.store(true, Ordering::Relaxed) });
    for _ in 0..10_000 {
        if has_run.load(Ordering::Relaxed) {
            return;
        }
        write(&store.db, "a").await.expect("a write");
    }
    panic!("no other task ran");
}

#[tokio::test]
async fn a_lone_write_that_fails_leaves_nothing_and_the_next_one_is_still_its_callers() {
    let store = store(Synchronous::Normal).await;
    for is_panic in [false, true] {
        let failing: Result<(), Error> = store
            .db
            .write(move |tx| {
                tx.execute("INSERT INTO notes (body) VALUES ('lost')", params![])?;
                assert!(!is_panic, "a defect in a store method");
                Err(Error::Broken("changed my mind".into()))
            })
            .await;
        failing.expect_err("it failed");
        assert_eq!(write(&store.db, "kept").await.expect("a write"), thread::current().id());
    }
    assert_eq!(bodies(&store.db).await, ["kept", "kept"]);
}
