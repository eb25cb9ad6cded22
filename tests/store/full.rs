//! A store that may not grow refuses what needs room, keeps all it has, and goes on with what fits.

use std::sync::{Mutex, mpsc};

use astra_core::params;
use astra_core::store::{Db, Error, Tx};

use crate::empty::EmptyStore;
use crate::support::TestBackend;

async fn add(db: &Db, id: String, bytes: usize) -> Result<u64, Error> {
    let body = "x".repeat(bytes);
    let insert = "INSERT INTO notes (id, body) VALUES ($1, $2)";
    db.write(move |tx| tx.execute(insert, params![&id, &body])).await
}

async fn count(db: &Db) -> i64 {
    let mut row = db.read(|tx| tx.one("SELECT COUNT(*) FROM notes", params![])).await.expect("a count");
    row.next_int().expect("a number")
}

/// A store of 1 MiB, filled up by blocks until the first that does not fit; how many fitted.
async fn filled() -> (EmptyStore, i64) {
    let store = EmptyStore::open(TestBackend::sqlite(), |config| config.max_size_mb = Some(1));
    let create = "CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT NOT NULL)";
    store.db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
    for block in 0..64 {
        match add(&store.db, format!("block-{block}"), 100_000).await {
            Ok(_) => {}
            Err(Error::Full(_)) => return (store, block),
            Err(other) => panic!("{other}"),
        }
    }
    panic!("6 MB went into 1 MiB");
}

#[tokio::test]
async fn what_is_there_stays() {
    let (store, fitted) = filled().await;
    assert_eq!(count(&store.db).await, fitted);
    let other = store.again();
    assert_eq!(count(&other).await, fitted);
    store.db.write(|tx| tx.execute("DELETE FROM notes WHERE id = 'block-0'", params![])).await.expect("a deletion");
    add(&store.db, "again".into(), 90_000).await.expect("there is room again");
    let check = store.db.read(|tx| tx.one("PRAGMA integrity_check", params![])).await;
    assert_eq!(check.expect("a check").next_text().unwrap(), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fits_is_kept_beside_what_does_not() {
    let (store, fitted) = filled().await;
    store.db.write(|tx| tx.execute("DELETE FROM notes WHERE id = 'block-0'", params![])).await.expect("a deletion");
    let (started, has_started) = mpsc::sync_channel::<()>(1);
    let (release, held) = mpsc::sync_channel::<()>(1);
    let held = Mutex::new(held);
    let db = store.db.clone();
    let hold = move |_: &mut Tx<'_>| Ok(started.send(()).is_ok() && held.lock().unwrap().recv().is_ok());
    // On a thread of its own, as the store may run work on its caller's.
    let runtime = tokio::runtime::Handle::current();
    let holding = tokio::task::spawn_blocking(move || runtime.block_on(db.write(hold)));
    tokio::task::spawn_blocking(move || has_started.recv()).await.unwrap().expect("the holder");
    // They wait for the same transaction: small, far too large, small.
    let requests = [("small-1", 1_000), ("large", 5_000_000), ("small-2", 1_000)].map(|(id, bytes)| {
        let db = store.db.clone();
        tokio::spawn(async move { add(&db, id.into(), bytes).await })
    });
    release.send(()).expect("the holder");
    holding.await.unwrap().expect("the holder");
    let [first, large, second] = requests;
    first.await.unwrap().expect("the first small one");
    second.await.unwrap().expect("the second small one");
    let large = large.await.unwrap();
    assert!(matches!(large, Err(Error::Full(_))), "{large:?}");
    assert_eq!(count(&store.db).await, fitted - 1 + 2);
}
