//! `cron.trigger`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{HOUR_MS, PATH, Place, hourly, path, turns_away};
use crate::support::{Ask, both_backends};

fn ask(place: &Place, schedule: &Value) -> Ask {
    place.member().post(&format!("{}/trigger", path(schedule)))
}

/// A schedule whose job never ends, with what is done about overlap.
async fn stuck(place: &Place, on_overlap: &str) -> Value {
    let mut new = hourly("stuck");
    new["on_overlap"] = json!(on_overlap);
    place.make(new).await
}

both_backends! {
    async fn runs_the_job_now_and_leaves_the_next_slot_where_it_is(place: Place) {
        let made = place.make(hourly("note")).await;
        let run = ask(&place, &made).await.expect(202);
        assert_eq!((&run["slot_at"], &run["schedule_id"]), (&Value::Null, &made["id"]));
        assert!(run["triggered_by"].as_str().is_some_and(|by| by.starts_with("svc_")) && run["job_id"].is_string(), "{run}");
        let done = place.until(&made, "succeeded").await;
        assert_eq!((&done["id"], &done["job_id"]), (&run["id"], &run["job_id"]));
        assert_eq!(place.viewer().get(&path(&made)).await.expect(200)["next_slot_at"], made["next_slot_at"]);
    }

    async fn the_same_key_runs_it_once(place: Place) {
        let made = place.make(hourly("note")).await;
        let once = || ask(&place, &made).header("idempotency-key", "once");
        let (one, two) = (once().await.expect(202), once().await.expect(202));
        assert_eq!(one["id"], two["id"]);
        assert_eq!(place.runs(&made).await.len(), 1);
    }

    async fn a_paused_schedule_can_be_triggered(place: Place) {
        let mut new = hourly("note");
        new["is_paused"] = json!(true);
        let made = place.make(new).await;
        ask(&place, &made).await.expect(202);
        place.until(&made, "succeeded").await;
    }

    async fn overlap_is_refused_waits_or_is_allowed(place: Place) {
        let skip = stuck(&place, "skip").await;
        ask(&place, &skip).await.expect(202);
        ask(&place, &skip).await.expect_problem(409, "conflict");
        assert_eq!(place.runs(&skip).await.len(), 1);
        let queue = stuck(&place, "queue").await;
        ask(&place, &queue).await.expect(202);
        let waiting = ask(&place, &queue).await.expect(202);
        assert_eq!((&waiting["status"], &waiting["job_id"]), (&json!("waiting"), &Value::Null));
        let allow = stuck(&place, "allow").await;
        ask(&place, &allow).await.expect(202);
        assert_ne!(ask(&place, &allow).await.expect(202)["status"], "waiting");
    }

    async fn slots_and_triggers_overlap_alike(place: Place) {
        let made = stuck(&place, "skip").await;
        ask(&place, &made).await.expect(202);
        place.pass(HOUR_MS).await;
        let run = place.runs(&made).await.remove(0);
        assert_eq!((&run["status"], &run["skip_reason"]), (&json!("skipped"), &json!("overlap")));
    }

    async fn is_for_members_of_the_workspace(place: Place) {
        let made = place.make(hourly("note")).await;
        let trigger = format!("{}/trigger", path(&made));
        place.other_workspace().post(&trigger).await.expect_problem(404, "not_found");
        place.member().post(&format!("{PATH}/sch_0000000000001/trigger")).await.expect_problem(404, "not_found");
        turns_away(&place, Role::Member, |caller| caller.post(&trigger)).await;
        assert_eq!(place.runs(&made).await, [Value::Null; 0]);
    }
}
