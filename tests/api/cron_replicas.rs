//! Schedules on several gateways: one leads, and another one takes over.

use std::time::Duration;

use astra_core::params;
use serde_json::json;

use crate::cron::{PATH, Place};
use crate::support::{OnBackend as _, Replica, TestApp, TestBackend};

/// Waits until `replica` leads.
async fn leads(replica: &Replica) {
    while !replica.gateway().scheduler().leads() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn place() -> Option<(Place, Replica)> {
    let place = Place::on(TestBackend::postgres().await?).await;
    while !place.gateway().scheduler().leads() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let replica = place.replica().await;
    Some((place, replica))
}

async fn run_count(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM schedule_runs WHERE workspace_id = $1";
    app.store().read(move |tx| tx.one(sql, params![])?.next_int()).await.expect("a count")
}

#[tokio::test]
async fn another_gateway_leads_once_the_leader_has_stopped() {
    let Some((place, replica)) = place().await else { return };
    let other = replica.bearer(&place.viewer().token().await);
    let leader = other.get("/cron").await.expect(200)["leader"].clone();
    assert_eq!((&leader["is_self"], leader["lease_until"].is_string()), (&json!(false), true), "{leader}");
    assert!(!replica.gateway().scheduler().leads());
    place.gateway().shutdown(Duration::ZERO).await;
    leads(&replica).await;
    let now = other.get("/cron").await.expect(200)["leader"].clone();
    assert_eq!(now["is_self"], true);
    assert_ne!(now["instance_id"], leader["instance_id"]);
}

#[tokio::test]
async fn another_gateway_leads_once_the_lease_is_over_and_fires_what_is_due() {
    let Some((place, replica)) = place().await else { return };
    let new = json!({"name": "Each hour", "expression": "0 * * * *", "job": {"type": "note"}});
    place.admin().post(PATH).json(&new).await.expect(201);
    // As if the leader had died some time ago: it does not say any more that it leads.
    let sql = "UPDATE leaders SET lease_until_ms = 1, instance_id = 1";
    place.db().write(move |tx| tx.execute(sql, params![])).await.expect("it is written");
    let other = replica.bearer(&place.viewer().token().await);
    loop {
        let leader = other.get("/cron").await.expect(200)["leader"].clone();
        if leader.is_object() {
            assert_ne!(leader["instance_id"], "ins_0000000000001");
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Whichever of the two leads now.
    place.clock.advance_ms(3_600_000);
    while run_count(&place).await == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    place.gateway().scheduler().run_due().await.expect("a look");
    replica.gateway().scheduler().run_due().await.expect("a look");
    assert_eq!(run_count(&place).await, 1);
}
