//! A PostgreSQL server that ends connections: what was answered is there once, what failed is not there, and what other gateways
//! announce is heard again. And statements that take too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use astra_core::params;
use astra_core::store::{Actor, AgentChange, Db, Error, Signal, Tx, WorkspaceId, migrate};
use tokio::time::timeout;

use crate::empty::EmptyStore;
use crate::support::TestBackend;

const END_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// A store with its schema; `None` without a PostgreSQL.
async fn postgres() -> Option<EmptyStore> {
    let store = EmptyStore::open(TestBackend::postgres().await?, |config| config.connections = 4);
    migrate::apply(&store.db, 0).await.expect("the schema");
    Some(store)
}

/// Makes the agent of this number.
async fn create(db: &Db, number: i64) -> Result<(), Error> {
    let actor = Actor {
        subject: "usr_1".into(),
        subject_number: 1,
        credential: "fam_1".into(),
        address: None,
        key: number,
        action: "agents.create".into(),
        request_id: "req".into(),
        at_ms: number,
    };
    let rows = db.rows(&WorkspaceId::new(1, "wsp")).changed_by(actor);
    let (agent_id, definition) = (format!("agent-{number}"), "{}".to_owned());
    let new = AgentChange { agent_id, definition, author: "usr_1".into(), now_ms: number };
    rows.agents().create(new, None).await.map(drop)
}

#[tokio::test]
async fn a_write_is_neither_lost_nor_doubled() {
    let Some(store) = postgres().await else { return };
    let (killer, connection) = store.backend.connect().await;
    let connection = tokio::spawn(connection);
    let rounds = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&rounds);
    let killing = tokio::spawn(async move {
        loop {
            killer.query(END_ALL, &[]).await.expect("they are ended");
            counted.fetch_add(1, Ordering::Relaxed);
            // Long enough for some writes, with a connection that has to be made.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let (mut kept, mut unknown, mut number) = (Vec::new(), Vec::new(), 0);
    while number < 50 || rounds.load(Ordering::Relaxed) < 10 {
        number += 1;
        match create(&store.db, number).await {
            Ok(()) => kept.push(number),
            Err(Error::Uncertain(_)) => unknown.push(number),
            Err(Error::Unavailable(_) | Error::Retry(_)) => {}
            Err(fault) => panic!("agent {number}: {fault}"),
        }
    }
    killing.abort();
    connection.abort();
    let ids = |sql: &'static str| {
        let db = store.db.clone();
        async move {
            let look = move |tx: &mut Tx<'_>| {
                let rows = tx.query(sql, params![])?.into_iter().map(|mut row| row.next_text());
                rows.collect::<Result<Vec<_>, Error>>()
            };
            db.read(look).await.expect("a look")
        }
    };
    let there = ids("SELECT id FROM agents ORDER BY created_at").await;
    let number = |id: &String| id.trim_start_matches("agent-").parse::<i64>().expect("a number");
    assert!(kept.iter().all(|kept| there.iter().any(|id| number(id) == *kept)), "what was answered is there");
    let is_known = |id: &String| kept.contains(&number(id)) || unknown.contains(&number(id));
    assert!(there.iter().all(is_known), "what failed is not there");
    assert_eq!(ids("SELECT resource_id FROM outbox ORDER BY position").await, there, "each has its event, once");
    let last = store.db.event_range(&WorkspaceId::new(1, "wsp")).await.expect("a range").last;
    assert_eq!(usize::try_from(last).expect("small"), there.len(), "no position is lost");
}

#[tokio::test]
async fn what_others_announce_is_heard_again() {
    let Some(store) = postgres().await else { return };
    let other = store.again();
    let watch = tokio::spawn(store.db.watch().expect("a shared store"));
    let heard = store.db.changed(Signal::Events);
    let (killer, connection) = store.backend.connect().await;
    let connection = tokio::spawn(connection);
    for round in 0..3 {
        let waiting = async {
            // It listens, or has begun to listen again.
            heard.notified().await;
            // Twice: one may be of the beginning.
            for number in 0..2 {
                create(&other, 1 + 10 * round + number).await.expect("an agent");
                heard.notified().await;
            }
        };
        timeout(Duration::from_secs(60), waiting).await.expect("it is heard");
        killer.query(END_ALL, &[]).await.expect("they are ended");
    }
    watch.abort();
    connection.abort();
}

#[tokio::test]
async fn what_one_gateway_announces_the_others_hear() {
    let Some(store) = postgres().await else { return };
    let other = store.again();
    let watch = tokio::spawn(store.db.watch().expect("a shared store"));
    let signals = [Signal::Credentials, Signal::Jobs, Signal::McpServers, Signal::Events, Signal::EventReaders];
    for signal in signals.into_iter().chain([Signal::Deliveries]) {
        let heard = store.db.changed(signal);
        let hearing = async {
            // One may be of the beginning, when all is taken for changed.
            for _ in 0..3 {
                let announce = move |tx: &mut Tx<'_>| {
                    tx.announce(signal);
                    Ok(())
                };
                other.write(announce).await.expect("a commit");
                heard.notified().await;
            }
        };
        timeout(Duration::from_secs(60), hearing).await.unwrap_or_else(|_| panic!("{signal:?} is not heard"));
    }
    watch.abort();
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended() {
    let Some(backend) = TestBackend::postgres().await else { return };
    let store = EmptyStore::open(backend, |config| config.statement_timeout_ms = 20);
    let sleep = |tx: &mut Tx<'_>| tx.query("SELECT CAST(pg_sleep(60) AS TEXT)", params![]);
    let outcome = timeout(Duration::from_secs(30), store.db.read(sleep)).await.expect("the server ends it");
    assert!(matches!(outcome, Err(Error::Unavailable(_))), "{outcome:?}");
    // Its connection is as good as before, and migrations may take their time.
    migrate::apply(&store.db, 0).await.expect("the schema");
}
