//! How long work waits for its place in the store: once, and then it is refused as what may be tried again.

use std::sync::{Mutex, mpsc};

use astra_core::config::StoreConfig;
use astra_core::params;
use astra_core::store::{Db, Error, Tx, migrate};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::empty::EmptyStore;
use crate::support::{TestBackend, both_backends};

/// Short, so that tests do not wait long; long enough for what is sent at once to be there together.
const WAIT_MS: u64 = 300;

fn short(config: &mut StoreConfig) {
    (config.readers, config.connections, config.wait_timeout_ms) = (1, 2, WAIT_MS);
}

/// A process beside the gateway that writes, until the value is dropped.
fn lock(store: &EmptyStore) -> rusqlite::Connection {
    let other = rusqlite::Connection::open(store.backend.folder().join("astra.db")).expect("the database");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    other
}

async fn migrated(backend: TestBackend) -> EmptyStore {
    let store = EmptyStore::open(backend, short);
    migrate::apply(&store.db, 0).await.expect("the schema");
    store
}

async fn count(db: &Db, name: &'static str) -> Result<u64, Error> {
    db.write(move |tx| tx.execute("INSERT INTO counters (name, value) VALUES ($1, -1)", params![name])).await
}

#[tokio::test]
async fn all_that_wait_for_a_locked_store_are_refused_after_one_wait() {
    let store = migrated(TestBackend::sqlite()).await;
    for round in 0..2 {
        let other = lock(&store);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let mut writes: FuturesUnordered<_> = names.into_iter().map(|name| count(&store.db, name)).collect();
        let first = writes.next().await.expect("the first");
        // Those that would wait anew from here would succeed.
        drop(other);
        let mut outcomes = vec![first];
        while let Some(outcome) = writes.next().await {
            outcomes.push(outcome);
        }
        for outcome in outcomes {
            let Err(Error::Unavailable(text)) = outcome else { panic!("round {round}: {outcome:?}") };
            assert!(text.contains("another process has the database locked"), "{text}");
        }
        let kept = store.db.read(|tx| tx.query("SELECT name FROM counters WHERE value = -1", params![])).await;
        assert!(kept.expect("a look").is_empty(), "round {round}: refused and kept");
    }
    count(&store.db, "a").await.expect("the lock is gone");
}

#[tokio::test]
async fn a_locked_store_takes_no_writes_until_the_lock_is_gone() {
    let store = migrated(TestBackend::sqlite()).await;
    store.db.check_writes().await.expect("nothing has failed");
    let other = lock(&store);
    store.db.check_writes().await.expect("nothing has failed yet");
    count(&store.db, "a").await.expect_err("locked");
    assert!(matches!(store.db.check_writes().await, Err(Error::Unavailable(_))));
    store.db.read(|tx| tx.query("SELECT 1", params![])).await.expect("what is there can be read");
    drop(other);
    store.db.check_writes().await.expect("it takes writes again");
    let left = store.db.read(|tx| tx.query("SELECT 1 FROM schema_migrations WHERE version < 0", params![])).await;
    assert!(left.expect("a look").is_empty(), "what was tried is not there");
}

/// Holds connections, each in a look, until the sender is dropped.
async fn held(db: &Db, count: usize) -> Vec<mpsc::SyncSender<()>> {
    let mut held = Vec::new();
    for _ in 0..count {
        let (release, released) = mpsc::sync_channel::<()>(1);
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (released, started, db) = (Mutex::new(released), Mutex::new(Some(started)), db.clone());
        let hold = move |tx: &mut Tx<'_>| {
            tx.query("SELECT 1", params![])?;
            if let Some(started) = started.lock().expect("no panic").take() {
                let _ = started.send(());
            }
            let _ = released.lock().expect("no panic").recv();
            Ok(())
        };
        tokio::spawn(async move { db.read(hold).await });
        has_started.await.expect("a connection");
        held.push(release);
    }
    held
}

both_backends! {
    async fn a_look_that_gets_no_connection_is_refused(backend: TestBackend) {
        let store = migrated(backend).await;
        let look = || store.db.read(|tx| tx.query("SELECT 1", params![]));
        let holders = held(&store.db, if store.is_sqlite() { 1 } else { 2 }).await;
        for _ in 0..2 {
            let outcome = look().await;
            assert!(matches!(&outcome, Err(Error::Unavailable(text)) if text.contains("free in time")), "{outcome:?}");
        }
        drop(holders);
        look().await.expect("a connection is free again");
    }

    async fn a_sweep_deletes_a_thousand_rows_at_a_time(backend: TestBackend) {
        let store = migrated(backend).await;
        let insert = "INSERT INTO idempotency_keys (workspace_id, caller, key, request_hash, answer, created_at)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2500)
            SELECT 1, CASE WHEN n <= 2498 THEN 'usr_a' ELSE 'usr_b' END, CAST(CASE WHEN n <= 2498 THEN n ELSE n - 2498 END AS TEXT),
                '', '', CASE WHEN n <= 2 THEN CAST($1 AS BIGINT) ELSE 5 END FROM numbers";
        let now_ms = i64::try_from(std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_millis()).expect("a number");
        store.db.write(move |tx| tx.execute(insert, params![now_ms])).await.expect("keys");
        for expected in [1_000, 1_000, 498, 0] {
            assert_eq!(store.db.delete_old_idempotency_keys(now_ms).await.expect("a sweep"), expected);
        }
        // The young ones of one caller stay where another caller had old ones of the same names.
        let left = store.db.read(|tx| tx.query("SELECT key FROM idempotency_keys WHERE caller = 'usr_a'", params![])).await;
        assert_eq!(left.expect("a look").len(), 2);
    }
}
