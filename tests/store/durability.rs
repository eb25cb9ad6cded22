//! A process that is killed in the middle of its writes loses none that it acknowledged and keeps none by halves.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use astra_core::config::{Secret, StoreConfig};
use astra_core::params;
use astra_core::store;

use crate::empty::EmptyStore;
use crate::support::both_backends;

/// For the child: the data folder, and the database's URL if it is a server.
const FOLDER: &str = "ASTRA_TEST_CHILD_FOLDER";
const URL: &str = "ASTRA_TEST_CHILD_URL";
/// For the child: how many write at once.
const WRITERS: &str = "ASTRA_TEST_CHILD_WRITERS";
/// How many acknowledgements the parent waits for before it kills.
const ACKNOWLEDGED: usize = 500;

/// Not a test of its own: what the parent starts, and kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes until it is killed; the tests `killed_*` start it"]
async fn child_that_writes() {
    let folder = std::env::var(FOLDER).expect("started by its parent");
    let config = StoreConfig { database_url: std::env::var(URL).ok().map(Secret::new), ..StoreConfig::default() };
    let db = store::open(&config, folder.as_ref()).expect("the parent's database");
    let writers: i64 = std::env::var(WRITERS).expect("started by its parent").parse().expect("a number");
    for writer in 0..writers {
        let db = db.clone();
        tokio::spawn(async move {
            for number in 0_i64.. {
                let written = db.write(move |tx| {
                    tx.execute(
                        "INSERT INTO halves (writer, number, half) VALUES ($1, $2, 1)",
                        params![writer, number],
                    )?;
                    tx.execute("INSERT INTO halves (writer, number, half) VALUES ($1, $2, 2)", params![writer, number])
                });
                written.await.expect("a write");
                println!("ack {writer} {number}");
            }
        });
    }
    std::future::pending::<()>().await;
}

both_backends! {
    async fn killed_in_the_middle(store: EmptyStore) {
        none_is_lost(&store, 8).await;
    }

    async fn killed_in_the_middle_of_lone_writes(store: EmptyStore) {
        none_is_lost(&store, 1).await;
    }
}

async fn none_is_lost(store: &EmptyStore, writers: usize) {
    let create = "CREATE TABLE halves (writer BIGINT, number BIGINT, half BIGINT, PRIMARY KEY (writer, number, half))";
    store.db.write(move |tx| tx.execute(create, params![])).await.expect("a table");
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "durability::child_that_writes", "--ignored", "--nocapture"]);
    command.env(FOLDER, store.backend.folder()).env(WRITERS, writers.to_string()).stdout(Stdio::piped());
    if let Some(url) = &store.config.database_url {
        command.env(URL, url.expose());
    }
    let mut child = command.spawn().expect("a child");
    let mut acknowledged = Vec::new();
    for line in BufReader::new(child.stdout.take().expect("its output")).lines() {
        let line = line.expect("a line");
        // The last line may have been cut by the kill; it is no acknowledgement then.
        let numbers: Vec<i64> =
            line.strip_prefix("ack ").unwrap_or_default().split(' ').filter_map(|n| n.parse().ok()).collect();
        let [writer, number] = numbers[..] else { continue };
        acknowledged.push((writer, number));
        if acknowledged.len() == ACKNOWLEDGED {
            child.kill().expect("SIGKILL");
            acknowledged.pop();
        }
    }
    child.wait().expect("its end");
    assert!(acknowledged.len() >= ACKNOWLEDGED - 1, "the child ended by itself after {}", acknowledged.len());

    // A server may still be undoing what the dead child had begun; its own locks make this wait for it.
    let db = store.again();
    let halves = "SELECT writer, number FROM halves GROUP BY writer, number HAVING COUNT(*) <> 2";
    assert!(db.read(move |tx| tx.query(halves, params![])).await.expect("halves").is_empty());
    let rows = db.read(|tx| tx.query("SELECT DISTINCT writer, number FROM halves", params![])).await.expect("rows");
    let kept: std::collections::HashSet<(i64, i64)> =
        rows.into_iter().map(|mut row| (row.next_int().unwrap(), row.next_int().unwrap())).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|write| !kept.contains(write)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    if store.is_sqlite() {
        let mut check = db.read(|tx| tx.one("PRAGMA integrity_check", params![])).await.expect("a check");
        assert_eq!(check.next_text().unwrap(), "ok");
    }
}
