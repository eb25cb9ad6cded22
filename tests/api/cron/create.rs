//! `cron.create`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{PATH, Place, hourly, path, pointers, turns_away};
use crate::support::both_backends;

both_backends! {
    async fn a_schedule_has_its_first_slot_and_its_owner(place: Place) {
        let new = json!({
            "name": "Morning", "expression": "30 7 * * MON-FRI", "timezone": "Europe/Berlin",
            "job": {"type": "note", "payload": {}, "priority": 7},
        });
        let answer = place.admin().post(PATH).json(&new).await;
        let (tag, location) = (answer.header("etag").to_owned(), answer.header("location").to_owned());
        let made = answer.expect(201);
        assert_eq!((&made["version"], &made["next_slot_at"]), (&json!(1), &json!("2026-11-24T06:30:00.000Z")));
        assert_eq!((&made["on_missed"], &made["on_overlap"], &made["jitter_s"]), (&json!("once"), &json!("skip"), &json!(0)));
        assert_eq!((&made["last_slot_at"], &made["is_paused"]), (&Value::Null, &json!(false)));
        assert_eq!((&made["job"]["priority"], &made["owner"]), (&json!(7), &made["created_by"]));
        assert_eq!(location, path(&made));
        let found = place.viewer().get(&location).await;
        assert_eq!(found.header("etag"), tag);
        assert_eq!(found.expect(200), made);
    }

    async fn the_same_key_makes_one(place: Place) {
        let ask = |new: &Value| place.admin().post(PATH).header("idempotency-key", "once").json(new);
        let (one, two) = (ask(&hourly("note")).await.expect(201), ask(&hourly("note")).await.expect(201));
        assert_eq!(one, two);
        ask(&hourly("stuck")).await.expect_problem(422, "idempotency_key_reused");
        assert_eq!(place.viewer().get(PATH).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
    }

    async fn a_job_that_needs_a_scope_needs_it_here_too(place: Place) {
        let narrow = place.scoped(Role::Admin, "cron:read,cron:write");
        narrow.post(PATH).json(&hourly("asking")).await.expect_problem(403, "forbidden");
        let made = narrow.post(PATH).json(&hourly("note")).await.expect(201);
        narrow.patch(&path(&made)).json(&json!({"job": {"type": "asking"}})).await.expect_problem(403, "forbidden");
        place.admin().patch(&path(&made)).json(&json!({"job": {"type": "asking"}})).await.expect(200);
        // What is not about the job stays with those who may change schedules.
        narrow.patch(&path(&made)).json(&json!({"name": "Other"})).await.expect(200);
    }

    async fn is_for_admins(place: Place) {
        turns_away(&place, Role::Admin, |caller| caller.post(PATH).json(&hourly("note"))).await;
        assert_eq!(place.viewer().get(PATH).await.expect(200)["data"], json!([]));
    }
}

#[tokio::test]
async fn what_cannot_come_or_run_is_refused() {
    let place = <Place as crate::support::OnBackend>::on(crate::support::TestBackend::sqlite()).await;
    let with = |field: &str, value: Value| {
        let mut new = hourly("note");
        new[field] = value;
        new
    };
    for (field, value, pointer, words) in [
        ("expression", json!("0 0 30 2 *"), "/expression", "never comes"),
        ("expression", json!("0 0 * * * *"), "/expression", "6 fields"),
        ("expression", json!("0 * * * * 2030 *"), "/expression", "7 fields"),
        ("expression", json!("@every 5m"), "/expression", "2 fields"),
        ("expression", json!("99 * * * *"), "/expression", "cannot be read"),
        ("expression", json!(5), "/expression", "string"),
        ("timezone", json!("Europe/Atlantis"), "/timezone", "no time zone"),
        ("timezone", json!("../../etc/passwd"), "/timezone", "no time zone"),
        ("starts_at", json!("9999-12-31T00:00:00Z"), "/starts_at", "after 2100"),
        ("ends_at", json!("2026-11-23T20:59:59Z"), "/ends_at", "is past"),
        ("ends_at", json!("2026-11-23T21:59:59Z"), "/expression", "does not come between"),
        ("job", json!({"type": "coffee"}), "/job/type", "no type of jobs"),
        ("job", json!({"type": "note", "payload": {"text": 5}}), "/job/payload/text", "string"),
        ("job", json!({"type": "note", "payload": {"coffee": true}}), "/job/payload", "coffee"),
        ("job", json!({"type": "note", "payload": "text"}), "/job/payload", "object"),
        ("job", json!({"type": "note", "payload": {"text": "x".repeat(70_000)}}), "/job/payload", "64 KiB"),
        ("job", json!({"type": "note", "priority": 10}), "/job/priority", ""),
        ("jitter_s", json!(3_601), "/jitter_s", ""),
        ("on_missed", json!("maybe"), "/on_missed", ""),
        ("name", json!(""), "/name", ""),
        ("owner", json!("usr_0000000000001"), "/owner", ""),
    ] {
        let problem = place.admin().post(PATH).json(&with(field, value)).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{problem}");
        assert!(problem.to_string().contains(words), "{words:?}: {problem}");
    }
    let mut turned = with("ends_at", json!("2026-12-01T00:00:00Z"));
    turned["starts_at"] = json!("2026-12-02T00:00:00Z");
    turned["job"] = json!({"type": "coffee"});
    let problem = place.admin().post(PATH).json(&turned).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/ends_at", "/job/type"], "all faults at once: {problem}");
    assert_eq!(place.viewer().get(PATH).await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_start_and_an_end_bound_the_slots() {
    let place = <Place as crate::support::OnBackend>::on(crate::support::TestBackend::sqlite()).await;
    let mut new = hourly("note");
    (new["starts_at"], new["ends_at"]) = (json!("2026-11-24T00:00:00Z"), json!("2026-11-24T01:00:00Z"));
    let made = place.make(new).await;
    assert_eq!(made["next_slot_at"], "2026-11-24T00:00:00.000Z", "the start is a slot itself");
    place.pass(3 * super::HOUR_MS).await;
    let next = |found: Value| found["next_slot_at"].clone();
    assert_eq!(next(place.viewer().get(&path(&made)).await.expect(200)), "2026-11-24T01:00:00.000Z");
    place.until(&made, "succeeded").await;
    place.pass(super::HOUR_MS).await;
    assert_eq!(next(place.viewer().get(&path(&made)).await.expect(200)), Value::Null, "the end is the last one");
    place.pass(24 * super::HOUR_MS).await;
    assert_eq!(place.runs(&made).await.len(), 2);
}
