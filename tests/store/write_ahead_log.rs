//! SQLite's write-ahead log is begun afresh before it grows too long, whoever commits.

use std::io::Read as _;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use astra_core::params;
use astra_core::store::{Db, Tx};

use crate::empty::EmptyStore;
use crate::support::TestBackend;

/// How often the log was begun afresh: the number in its head.
fn log_of(store: &EmptyStore) -> u32 {
    let mut head = [0; 16];
    let mut log = std::fs::File::open(store.backend.folder().join("astra.db-wal")).expect("the log");
    log.read_exact(&mut head).expect("its head");
    u32::from_be_bytes([head[12], head[13], head[14], head[15]])
}

/// Puts so many pages into the log.
async fn fill(db: &Db, pages: usize) {
    // Pages that are the same as before would not be written.
    let replace =
        "INSERT INTO blobs (id, body) VALUES (1, randomblob($1)) ON CONFLICT (id) DO UPDATE SET body = excluded.body";
    for begun in (0..pages).step_by(250) {
        let bytes = i64::try_from((pages - begun).min(250) * 4_096).expect("a number");
        db.write(move |tx| tx.execute(replace, params![bytes])).await.expect("a write");
    }
}

/// Writes now and then until the log is begun afresh, by the thread beside the writer or by the writer at last; a log that never
/// is hangs the test.
async fn begun_afresh(store: &EmptyStore) {
    let before = log_of(store);
    while log_of(store) == before {
        fill(&store.db, 250).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn empty() -> EmptyStore {
    let store = EmptyStore::open(TestBackend::sqlite(), |_| {});
    let create = "CREATE TABLE blobs (id INTEGER PRIMARY KEY, body BYTEA NOT NULL)";
    store.db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
    store
}

#[tokio::test]
async fn a_long_log_is_begun_afresh() {
    let store = empty().await;
    fill(&store.db, 15_000).await;
    let first = log_of(&store);
    fill(&store.db, 1_500).await;
    begun_afresh(&store).await;
    fill(&store.db, 5_000).await;
    // The second pass of the thread may meet the new log, and then that is begun afresh too; a third time would need a long log.
    assert!(log_of(&store) <= first + 2, "a short log goes on");
}

#[tokio::test]
async fn a_reader_is_waited_for_and_then_the_log_is_begun_afresh() {
    let store = empty().await;
    fill(&store.db, 250).await;
    let (release, released) = mpsc::sync_channel::<()>(1);
    let (started, has_started) = tokio::sync::oneshot::channel();
    let (released, started) = (Mutex::new(released), Mutex::new(Some(started)));
    let db = store.db.clone();
    let look = move |tx: &mut Tx<'_>| {
        let before = tx.one("SELECT COUNT(*) FROM blobs", params![])?.next_int()?;
        if let Some(started) = started.lock().expect("no panic").take() {
            started.send(()).expect("the test waits");
        }
        let _ = released.lock().expect("no panic").recv();
        Ok(before)
    };
    let reading = tokio::spawn(async move { db.read(look).await });
    has_started.await.expect("it reads");
    let first = log_of(&store);
    fill(&store.db, 28_000).await;
    assert_eq!(log_of(&store), first, "the reader still needs its state");
    drop(release);
    assert_eq!(reading.await.expect("no panic").expect("a look"), 1);
    begun_afresh(&store).await;
    let check = store.db.read(|tx| tx.one("PRAGMA integrity_check", params![])).await;
    assert_eq!(check.expect("a check").next_text().expect("text"), "ok");
}
