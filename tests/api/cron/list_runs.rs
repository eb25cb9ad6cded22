//! `cron.list_runs`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{HOUR_MS, PATH, Place, each, hourly, path, turns_away};
use crate::support::both_backends;

async fn made(place: &Place, changes: &[(&str, Value)], kind: &str) -> Value {
    let mut new = hourly(kind);
    changes.iter().for_each(|(field, value)| new[field] = value.clone());
    place.make(new).await
}

both_backends! {
    async fn each_slot_has_one_run_with_its_job(place: Place) {
        let schedule = made(&place, &[], "note").await;
        for hour in 1..=3 {
            place.pass(HOUR_MS).await;
            place.pass(0).await;
            assert_eq!(place.runs(&schedule).await.len(), hour);
            place.until(&schedule, "succeeded").await;
        }
        let runs = place.runs(&schedule).await;
        let slots = ["2026-11-24T00:00:00.000Z", "2026-11-23T23:00:00.000Z", "2026-11-23T22:00:00.000Z"];
        assert_eq!(each(&runs, "slot_at"), slots);
        assert!(runs.iter().all(|run| run["job_id"].is_string() && run["triggered_by"].is_null()), "{runs:?}");
        let page = place.viewer().get(&format!("{}/runs?limit=2", path(&schedule))).await.expect(200);
        assert_eq!(each(page["data"].as_array().expect("a list"), "slot_at"), slots[..2]);
        let cursor = page["next_cursor"].as_str().expect("a cursor");
        let rest = place.viewer().get(&format!("{}/runs?cursor={cursor}", path(&schedule))).await.expect(200);
        assert_eq!(each(rest["data"].as_array().expect("a list"), "slot_at"), slots[2..]);
    }

    async fn missed_slots_are_left_out_joined_or_made_up_for(place: Place) {
        let allow = || ("on_overlap", json!("allow"));
        let skip = made(&place, &[("on_missed", json!("skip")), allow()], "note").await;
        let once = made(&place, &[("on_missed", json!("once")), allow()], "note").await;
        let all = made(&place, &[("on_missed", json!("all")), allow()], "note").await;
        place.pass(3 * HOUR_MS + 61_000).await;
        let skipped = place.runs(&skip).await;
        assert_eq!((skipped.len(), &skipped[0]["status"], &skipped[0]["skip_reason"]), (1, &json!("skipped"), &json!("missed")));
        assert_eq!((&skipped[0]["missed_count"], &skipped[0]["job_id"]), (&json!(2), &Value::Null));
        let joined = place.runs(&once).await;
        assert_eq!((joined.len(), &joined[0]["missed_count"], &joined[0]["slot_at"]), (1, &json!(2), &json!("2026-11-24T00:00:00.000Z")));
        assert!(joined[0]["job_id"].is_string() && joined[0]["late_ms"] == 61_000, "{joined:?}");
        let each_one = place.runs(&all).await;
        assert_eq!(each(&each_one, "missed_count"), [0, 0, 0]);
        assert!(each_one.iter().all(|run| run["job_id"].is_string()), "{each_one:?}");
    }

    async fn no_more_than_a_hundred_are_made_up_for(place: Place) {
        let changes = [("expression", json!("* * * * *")), ("on_missed", json!("all")), ("on_overlap", json!("queue"))];
        let schedule = made(&place, &changes, "stuck").await;
        place.pass(3 * HOUR_MS).await;
        let page = place.viewer().get(&format!("{}/runs?limit=200", path(&schedule))).await.expect(200);
        let runs = page["data"].as_array().expect("a list");
        assert_eq!((runs.len(), &runs[99]["missed_count"], &runs[98]["missed_count"]), (100, &json!(80), &json!(0)));
        let waiting = runs.iter().filter(|run| run["status"] == "waiting").count();
        assert_eq!(waiting, 99, "one of them runs");
        place.pass(60_000).await;
        place.pass(60_000).await;
        let newest = &place.runs(&schedule).await[0];
        assert_eq!((&newest["status"], &newest["skip_reason"]), (&json!("skipped"), &json!("queue_full")));
    }

    async fn what_waits_runs_when_the_job_before_has_ended(place: Place) {
        let schedule = made(&place, &[("on_overlap", json!("queue"))], "stuck").await;
        place.pass(HOUR_MS).await;
        let first = place.runs(&schedule).await.remove(0);
        place.pass(HOUR_MS).await;
        assert_eq!(place.runs(&schedule).await[0]["status"], "waiting");
        let id = first["job_id"].as_str().expect("a job").parse().expect("an id");
        let workspace = place.authority().first_workspace().clone();
        place.gateway().jobs().cancel(&workspace, id).await.expect("it is cancelled");
        loop {
            place.pass(0).await;
            let runs = place.runs(&schedule).await;
            if runs[0]["status"] != "waiting" {
                assert_eq!(runs[1]["status"], "cancelled");
                assert!(runs[0]["job_id"].is_string() && runs[0]["job_id"] != runs[1]["job_id"], "{runs:?}");
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        place.admin().delete(&path(&schedule)).await.expect(204);
    }

    async fn a_job_begins_a_little_after_its_slot(place: Place) {
        let schedule = made(&place, &[("jitter_s", json!(3_600))], "note").await;
        place.pass(HOUR_MS).await;
        let run = place.runs(&schedule).await.remove(0);
        let id = run["job_id"].as_str().expect("a job").parse().expect("an id");
        let job = place.store().jobs().find(id).await.expect("a look").expect("the job");
        let delay_ms = job.run_at_ms - (crate::support::START_MS + HOUR_MS);
        assert!((1..=3_600_000).contains(&delay_ms), "{delay_ms}");
    }

    async fn each_job_is_its_owners_and_an_event(place: Place) {
        let schedule = made(&place, &[("on_overlap", json!("skip"))], "stuck").await;
        place.pass(HOUR_MS).await;
        // The second slot has a row and no job.
        place.pass(HOUR_MS).await;
        let run = place.runs(&schedule).await.remove(1);
        let id = run["job_id"].as_str().expect("a job").parse().expect("an id");
        let job = place.store().jobs().find(id).await.expect("a look").expect("the job");
        assert_eq!(job.user_id.as_deref(), schedule["owner"].as_str());
        let events = place.db().events_after(place.authority().first_workspace(), 0, 100).await.expect("a look");
        let fired: Vec<_> = events.iter().filter(|event| event.event == "schedule.fired").collect();
        let [event] = fired[..] else { panic!("one event: {events:?}") };
        let data: Value = serde_json::from_str(&event.data).expect("JSON");
        let expected = json!({"schedule_id": schedule["id"], "run_id": run["id"], "job_id": run["job_id"], "slot_at": run["slot_at"]});
        assert_eq!((data, event.owner.as_deref()), (expected, schedule["owner"].as_str()));
    }

    async fn shows_none_of_another_workspace(place: Place) {
        let schedule = made(&place, &[], "note").await;
        let runs = format!("{}/runs", path(&schedule));
        place.other_workspace().get(&runs).await.expect_problem(404, "not_found");
        place.viewer().get(&format!("{PATH}/sch_0000000000001/runs")).await.expect_problem(404, "not_found");
        turns_away(&place, Role::Viewer, |caller| caller.get(&runs)).await;
    }
}
