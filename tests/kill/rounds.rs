//! Rounds of kills: on SQLite of one gateway, on PostgreSQL of three, of which now and then all die at once. While none runs,
//! the time goes on by up to one and a half minutes.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::checks;
use crate::clients::Clients;
use crate::moments::Moments;
use crate::place::Place;
use crate::support::TestBackend;

/// How often a gateway is killed.
const KILLS: &str = "ASTRA_TEST_KILLS";
const KILLS_BY_DEFAULT: usize = 50;
const REPLICAS: usize = 3;
/// In so many of a hundred rounds all gateways die.
const POWER_CUTS: u64 = 15;

#[tokio::test(flavor = "multi_thread")]
async fn kills_on_sqlite() {
    run(TestBackend::sqlite(), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_on_postgres() {
    let Some(backend) = TestBackend::postgres().await else {
        println!("skipped: there is no PostgreSQL");
        return;
    };
    run(backend, REPLICAS).await;
}

async fn run(backend: TestBackend, gateways: usize) {
    let kills = std::env::var(KILLS).map_or(KILLS_BY_DEFAULT, |kills| kills.parse().expect("a number"));
    let (begun, mut moments) = (Instant::now(), Moments::new(2_000));
    let mut place = Place::make(backend, gateways).await;
    let mut clients = Clients::start(&place.endpoints);
    let mut killed = 0;
    while killed < kills {
        sleep(Duration::from_millis(moments.within(100, 700))).await;
        clients.check();
        if gateways == 1 || moments.chance(POWER_CUTS) {
            killed += place.kill_all(i64::try_from(moments.within(1, 90_000)).expect("a small number")).await;
        } else {
            let victim = moments.place(gateways);
            place.kill(victim);
            killed += 1;
            sleep(Duration::from_millis(moments.within(0, 200))).await;
            place.start().await;
        }
        if killed % 50 < gateways {
            println!("{killed} kills, {} questions, {:?}", place.endpoints.acknowledged(), begun.elapsed());
        }
    }
    let known = clients.end().await;
    place.settle().await;
    let counts = checks::all(&place, &known, &[]).await;
    println!("{killed} kills in {:?}\n{counts}", begun.elapsed());
    assert!(known.jobs.len() + known.turns.len() >= kills, "that was no load");
    assert!(counts.begun_again > 0 || kills < KILLS_BY_DEFAULT, "no kill has hit a job that ran");
}
