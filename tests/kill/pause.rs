//! Three gateways on one PostgreSQL under load, of which one is killed, and one stands still until others have taken over what
//! it had. What it writes when it goes on is refused. With `ASTRA_TEST_KILLS` of 100 and more it stands still for a minute.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::time::sleep;

use crate::checks;
use crate::clients::Clients;
use crate::place::Place;
use crate::support::TestBackend;

/// Longer than a lease, and the time until others look for one that has run out.
const PAUSE: Duration = Duration::from_secs(22);
const LONG_PAUSE: Duration = Duration::from_secs(60);
/// The load before, between and after.
const LOAD: Duration = Duration::from_secs(3);
/// Jobs that take long: more than all workers can take, so that a gateway which stands still has some.
const LONG_JOBS: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn one_is_killed_and_one_stands_still() {
    let Some(backend) = TestBackend::postgres().await else {
        println!("skipped: there is no PostgreSQL");
        return;
    };
    let is_long =
        std::env::var("ASTRA_TEST_KILLS").is_ok_and(|kills| kills.parse().is_ok_and(|kills: u32| kills >= 100));
    let begun = Instant::now();
    let mut place = Place::make(backend, 3).await;
    let mut clients = Clients::start(&place.endpoints);
    sleep(LOAD).await;
    place.kill(0);
    let long = order_long_jobs(&place).await;
    sleep(LOAD / 10).await;
    let paused = place.gateways[0].number;
    place.pause(0, true);
    let mut left = if is_long { LONG_PAUSE } else { PAUSE };
    while !left.is_zero() {
        clients.check();
        sleep(Duration::from_secs(1)).await;
        left = left.saturating_sub(Duration::from_secs(1));
    }
    place.pause(0, false);
    sleep(LOAD).await;
    clients.check();
    let mut known = clients.end().await;
    known.jobs.extend(long);
    place.settle().await;
    let counts = checks::all(&place, &known, &[paused]).await;
    println!("one killed and one paused, in {:?}\n{counts}", begun.elapsed());
    assert!(counts.taken_over > 0, "nothing was taken over from the one that stood still");
    assert!(counts.refused_of(paused, &place.log()) > 0, "it has written nothing that was refused");
}

/// Enqueues jobs that take seconds; answers their types and ids by their names.
async fn order_long_jobs(place: &Place) -> Vec<(String, (String, String))> {
    let mut ordered = Vec::new();
    for number in 0..LONG_JOBS {
        let name = format!("long {number}");
        let order = json!({"name": name, "pause_ms": 400, "failures": 0});
        let body = json!({"type": "kill.steps", "payload": order, "priority": 9});
        let job = place.endpoints.ok(Method::POST, "/jobs", Some(&body)).await;
        ordered.push((name, ("kill.steps".to_owned(), job["id"].as_str().expect("an id").to_owned())));
    }
    ordered
}
