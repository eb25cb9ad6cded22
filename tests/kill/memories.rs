//! kill -9 between an answer and what is remembered of its question: the memory of each turn exists once, and its question is
//! found once.

use std::time::{Duration, Instant};

use astra_core::params;
use reqwest::Method;
use serde_json::json;
use tokio::time::sleep;

use crate::moments::Moments;
use crate::place::Place;
use crate::support::TestBackend;

/// How often a gateway is killed.
const KILLS: &str = "ASTRA_TEST_KILLS";
const KILLS_BY_DEFAULT: usize = 30;
/// The gateways of PostgreSQL.
const REPLICAS: usize = 2;
/// What is remembered lately, in looks.
const LOOKS: u32 = 1_200;
const LOOK: Duration = Duration::from_millis(100);

#[tokio::test(flavor = "multi_thread")]
async fn memories_on_sqlite() {
    run(TestBackend::sqlite(), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memories_on_postgres() {
    let Some(backend) = TestBackend::postgres().await else {
        println!("skipped: there is no PostgreSQL");
        return;
    };
    run(backend, REPLICAS).await;
}

async fn run(backend: TestBackend, gateways: usize) {
    let kills = std::env::var(KILLS).map_or(KILLS_BY_DEFAULT, |kills| kills.parse().expect("a number"));
    let (begun, mut moments) = (Instant::now(), Moments::new(12));
    let mut place = Place::make(backend, gateways).await;
    place.pause_schedules().await;
    let (mut killed, mut told, mut left_behind) = (0, 0, 0);
    while killed < kills {
        let body = json!({"agent_id": "sure", "message": format!("I like fruit{told} and I live in Town{told}.")});
        let turn = place.endpoints.ok(Method::POST, "/chat", Some(&body)).await;
        assert_eq!(turn["status"], "completed", "{turn}");
        told += 1;
        sleep(Duration::from_micros(moments.within(0, 6_000))).await;
        killed += place.kill_all(1_000).await;
        left_behind += i64::from(pending(&place).await > 0);
    }
    let mut looks = 0;
    while pending(&place).await > 0 {
        assert!(looks < LOOKS, "turns are not remembered");
        looks += 1;
        if looks % 100 == 0 {
            // The leases of the dead run out.
            killed += place.kill_all(61_000).await;
        }
        sleep(LOOK).await;
    }
    check(&place, told).await;
    println!(
        "{killed} kills in {:?}: {told} turns, {left_behind} kills before their turn was remembered",
        begun.elapsed()
    );
}

async fn pending(place: &Place) -> i64 {
    place.open().depths().await.expect("a count").memory_pending
}

/// Each turn has left two memories, each of one evidence, of which the last town holds; and one question that is found.
async fn check(place: &Place, told: i64) {
    let counts = |sql: &'static str| {
        let db = place.open();
        async move {
            let read = db.read(move |tx| {
                let mut row = tx.one(sql, params![])?;
                Ok((row.next_int()?, row.next_int()?, row.next_int()?))
            });
            read.await.expect("counts")
        }
    };
    let memories = "SELECT COUNT(*), COUNT(DISTINCT content), COUNT(CASE WHEN evidence = 1 THEN 1 END) FROM memories";
    assert_eq!(counts(memories).await, (2 * told, 2 * told, 2 * told));
    let holding = "SELECT COUNT(CASE WHEN slot = 'user/home' AND valid_to_ms IS NULL THEN 1 END),
        COUNT(CASE WHEN slot <> 'user/home' AND valid_to_ms IS NULL THEN 1 END), COUNT(DISTINCT turn_id) FROM memories";
    assert_eq!(counts(holding).await, (1, told, told));
    let index =
        "SELECT COUNT(*), COUNT(CASE WHEN tier = 'session' THEN 1 END), COUNT(DISTINCT item_id) FROM memory_index";
    assert_eq!(counts(index).await, (3 * told, told, 3 * told));
}
