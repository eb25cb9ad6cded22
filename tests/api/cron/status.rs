//! `cron.status`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{HOUR_MS, Place, each, hourly, turns_away};
use crate::support::{TestApp, TestBackend, both_backends};

const STATUS: &str = "/cron";

/// The state, once a gateway leads.
async fn status(app: &TestApp) -> Value {
    loop {
        let status = app.viewer().get(STATUS).await.expect(200);
        if status["leader"].is_object() {
            return status;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

both_backends! {
    async fn shows_the_leader_the_next_slots_and_what_is_late(place: Place) {
        let soon = place.make(hourly("note")).await;
        let mut later = hourly("note");
        later["expression"] = json!("0 3 * * *");
        let later = place.make(later).await;
        let shown = status(&place).await;
        assert_eq!(shown["leader"]["is_self"], true);
        let next = shown["next"].as_array().expect("a list").clone();
        assert_eq!(each(&next, "schedule_id"), [&soon["id"], &later["id"]]);
        assert_eq!((&next[0]["slot_at"], &next[0]["name"], &next[0]["is_late"]), (&soon["next_slot_at"], &soon["name"], &json!(false)));
        assert_eq!(shown["lateness"], json!({"slot_count": 0, "last_ms": null, "p50_ms": null, "max_ms": null}));
        place.pass(HOUR_MS + 1_500).await;
        assert_eq!(status(&place).await["lateness"], json!({"slot_count": 1, "last_ms": 1_500, "p50_ms": 1_500, "max_ms": 1_500}));
        assert_eq!(place.other_workspace().get(STATUS).await.expect(200)["next"], json!([]));
    }

    async fn is_for_viewers(app: TestApp) {
        turns_away(&app, Role::Viewer, |caller| caller.get(STATUS)).await;
    }
}

#[tokio::test]
async fn built_in_work_is_shown_moved_and_paused() {
    let configured = |config: &mut astra_core::Config| {
        let text = "built_in: {trace_retention: {schedule: '0 3 * * *', timezone: Europe/Berlin}, audit_retention: {paused: true}}";
        config.cron = serde_yaml::from_str(text).expect("a section");
    };
    let app = TestApp::builder(TestBackend::sqlite()).config(configured).open().await;
    let shown = status(&app).await;
    let built_in = shown["built_in"].as_array().expect("a list");
    let find = |name: &str| built_in.iter().find(|work| work["name"] == name).unwrap_or_else(|| panic!("no {name}"));
    for name in ["token_cleanup", "idempotency_cleanup", "usage_rollup", "job_retention", "run_retention"] {
        assert_eq!((&find(name)["is_paused"], find(name)["next_at"].is_string()), (&json!(false), true), "{name}");
    }
    let moved = find("trace_retention");
    assert_eq!((&moved["schedule"], &moved["next_at"]), (&json!("0 3 * * *"), &json!("2026-11-24T02:00:00.000Z")));
    let paused = find("audit_retention");
    assert_eq!((&paused["is_paused"], &paused["next_at"]), (&json!(true), &Value::Null));
    let tasks: Vec<_> = app.supervisor().tasks().iter().map(|task| task.name).collect();
    assert!(tasks.contains(&"trace_retention") && !tasks.contains(&"audit_retention"), "{tasks:?}");
}
