//! `cron.update`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{HOUR_MS, Place, hourly, path, pointers, turns_away};
use crate::support::both_backends;

both_backends! {
    async fn absent_null_and_value_are_three_things(place: Place) {
        let mut new = hourly("note");
        (new["jitter_s"], new["ends_at"], new["on_missed"]) = (json!(9), json!("2027-01-01T00:00:00Z"), json!("all"));
        let made = place.make(new).await;
        let patch = json!({"jitter_s": null, "ends_at": null, "name": "Other", "job": {"priority": 1}});
        let changed = place.admin().patch(&path(&made)).json(&patch).await.expect(200);
        assert_eq!((&changed["version"], &changed["name"], &changed["jitter_s"]), (&json!(2), &json!("Other"), &json!(0)));
        assert_eq!((&changed["ends_at"], &changed["on_missed"]), (&Value::Null, &json!("all")));
        assert_eq!((&changed["job"]["type"], &changed["job"]["priority"]), (&json!("note"), &json!(1)));
        assert_eq!(place.viewer().get(&path(&made)).await.expect(200), changed);
    }

    async fn of_two_who_saw_the_same_the_second_loses(place: Place) {
        let made = place.make(hourly("note")).await;
        let seen = place.viewer().get(&path(&made)).await.header("etag").to_owned();
        let ask = |name: &str| place.admin().patch(&path(&made)).header("if-match", &seen).json(&json!({"name": name}));
        ask("one").await.expect(200);
        ask("two").await.expect_problem(412, "precondition_failed");
        assert_eq!(place.viewer().get(&path(&made)).await.expect(200)["name"], "one");
    }

    async fn a_pause_has_no_slots_and_makes_up_for_none(place: Place) {
        let made = place.make(hourly("note")).await;
        let pause = |is_paused: bool| place.admin().patch(&path(&made)).json(&json!({"is_paused": is_paused}));
        assert_eq!(pause(true).await.expect(200)["next_slot_at"], Value::Null);
        place.pass(5 * HOUR_MS + 60_000).await;
        assert_eq!(place.runs(&made).await, [Value::Null; 0]);
        assert_eq!(pause(false).await.expect(200)["next_slot_at"], "2026-11-24T03:00:00.000Z");
        place.pass(0).await;
        assert_eq!(place.runs(&made).await, [Value::Null; 0]);
        place.pass(HOUR_MS).await;
        assert_eq!(place.runs(&made).await[0]["missed_count"], 0);
    }

    async fn who_changes_the_job_is_whose_jobs_they_are(place: Place) {
        let made = place.make(hourly("note")).await;
        let rename = place.owner().patch(&path(&made)).json(&json!({"name": "Mine"})).await.expect(200);
        assert_eq!(rename["owner"], made["owner"]);
        let change = place.owner().patch(&path(&made)).json(&json!({"job": {"priority": 9}})).await.expect(200);
        assert_ne!(change["owner"], made["owner"]);
        assert_eq!(change["created_by"], made["created_by"]);
    }

    async fn a_slot_that_has_come_is_not_lost_by_another_name(place: Place) {
        let made = place.make(hourly("note")).await;
        place.clock.advance_ms(HOUR_MS);
        place.admin().patch(&path(&made)).json(&json!({"name": "Other"})).await.expect(200);
        place.pass(0).await;
        assert_eq!(place.runs(&made).await.len(), 1);
    }

    async fn a_clock_that_is_set_back_gives_a_changed_schedule_no_second_run(place: Place) {
        let made = place.make(hourly("note")).await;
        place.pass(HOUR_MS).await;
        place.clock.set_ms(-24 * HOUR_MS);
        let changed = place.admin().patch(&path(&made)).json(&json!({"expression": "*/30 * * * *"})).await.expect(200);
        assert_eq!(changed["next_slot_at"], "2026-11-23T22:30:00.000Z");
        place.pass(24 * HOUR_MS).await;
        assert_eq!(place.runs(&made).await.len(), 1);
    }

    async fn is_for_admins_of_the_workspace(place: Place) {
        let made = place.make(hourly("note")).await;
        let patch = json!({"name": "x"});
        place.other_workspace().patch(&path(&made)).json(&patch).await.expect_problem(404, "not_found");
        turns_away(&place, Role::Admin, |caller| caller.patch(&path(&made)).json(&patch)).await;
        assert_eq!(place.viewer().get(&path(&made)).await.expect(200), made);
    }
}

#[tokio::test]
async fn refuses_what_cannot_work_and_renames_what_is_over() {
    let place = <Place as crate::support::OnBackend>::on(crate::support::TestBackend::sqlite()).await;
    let mut new = hourly("note");
    new["ends_at"] = json!("2026-11-23T22:00:00Z");
    let made = place.make(new).await;
    for (patch, pointer) in [
        (json!({"expression": "0 0 30 2 *"}), "/expression"),
        (json!({"timezone": "Nowhere"}), "/timezone"),
        (json!({"job": {"type": "coffee"}}), "/job/type"),
        (json!({"version": 7}), "/version"),
        (json!({"starts_at": "2027-01-01T00:00:00Z"}), "/ends_at"),
    ] {
        let problem = place.admin().patch(&path(&made)).json(&patch).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{patch}: {problem}");
    }
    place.pass(2 * HOUR_MS).await;
    let over = place.admin().patch(&path(&made)).json(&json!({"name": "Past"})).await.expect(200);
    assert_eq!((&over["name"], &over["next_slot_at"]), (&json!("Past"), &Value::Null));
    let later = json!({"expression": "30 * * * *"});
    let problem = place.admin().patch(&path(&made)).json(&later).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/ends_at"]);
    let again = place.admin().patch(&path(&made)).json(&json!({"ends_at": null})).await.expect(200);
    assert_eq!(again["next_slot_at"], "2026-11-24T00:00:00.000Z");
}
