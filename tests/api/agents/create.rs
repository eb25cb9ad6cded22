//! `agents.create`

use std::future::IntoFuture;

use astra_core::auth::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{PATH, make, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn makes_an_agent_with_its_first_version(app: TestApp) {
        let new = json!({
            "id": "support", "display_name": "Support", "system_prompt": "You help {{ user.name }} on {{ date }}.",
            "model": {"provider": "echo", "temperature": 0.5, "fallbacks": [{"provider": "echo"}]},
            "session": {"idle_timeout_min": 60}, "budget": {"tokens_per_day": 1000, "cost_usd_per_day": 0.5},
            "on_busy": "reject", "metadata": {"team": {"name": "a\u{0}b"}},
        });
        let answer = app.admin().post(PATH).json(&new).await;
        assert_eq!(answer.header("location"), "/agents/support");
        let tag = answer.header("etag").to_owned();
        let made = answer.expect(201);
        assert_eq!((&made["version"], &made["created_at"]), (&json!(1), &json!("2026-11-23T21:00:00.000Z")));
        for (field, value) in new.as_object().expect("an object") {
            if field != "model" {
                assert!(json_contains(&made[field], value), "{field}: {}", made[field]);
            }
        }
        assert_eq!(made["model"]["temperature"], 0.5);
        assert_eq!(made["model"]["fallbacks"], json!([{"provider": "echo", "model": null}]));
        let found = app.viewer().get("/agents/support").await;
        assert_eq!(found.header("etag"), tag);
        assert_eq!(found.expect(200), made);
        let version = app.viewer().get("/agents/support/versions/1").await.expect(200);
        assert_eq!(version["created_by"], made["created_by"]);
    }

    async fn makes_one_agent_for_one_idempotency_key(app: TestApp) {
        let ask = |body: Value| app.admin().post(PATH).header("idempotency-key", "key-1").json(&body);
        let first = ask(json!({"id": "a"})).await.expect(201);
        app.clock.advance_ms(1000);
        let second = ask(json!({"id": "a"})).await;
        assert_eq!(second.header("location"), "/agents/a");
        assert_eq!(second.expect(201), first);
        ask(json!({"id": "b"})).await.expect_problem(422, "idempotency_key_reused");
        app.viewer().get("/agents/b").await.expect_problem(404, "not_found");
    }

    async fn refuses_an_id_that_is_taken(app: TestApp) {
        make(&app, "a", "first").await;
        app.admin().post(PATH).json(&json!({"id": "a"})).await.expect_problem(409, "conflict");
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["system_prompt"], "first");
        // Ids are a workspace's own.
        app.other_workspace().post(PATH).json(&json!({"id": "a"})).await.expect(201);
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["system_prompt"], "first");
    }

    async fn makes_one_agent_of_many_at_once(app: TestApp) {
        let admin = app.admin();
        let asks = (0..8).map(|number| admin.post(PATH).json(&json!({"id": "a", "system_prompt": number.to_string()})));
        let answers = join_all(asks.map(IntoFuture::into_future)).await;
        let answers: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(answers.iter().filter(|status| **status == 201).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|status| **status == 409).count(), 7, "{answers:?}");
    }
}

#[tokio::test]
async fn refuses_what_cannot_work_and_says_where() {
    let app = TestApp::new().await;
    let cases = [
        (json!({"id": "a", "system_prompt": "{{ user.name"}), "/system_prompt"),
        (json!({"id": "a", "system_prompt": "{{ nobody }}"}), "/system_prompt"),
        (json!({"id": "a", "model": {"provider": "nowhere"}}), "/model/provider"),
        (
            json!({"id": "a", "model": {"fallbacks": [{"provider": "echo"}, {"provider": "nowhere"}]}}),
            "/model/fallbacks/1/provider",
        ),
        (json!({"id": "a", "model": {"temperature": 2.1}}), "/model/temperature"),
        (json!({"id": "a", "model": {"max_output_tokens": 0}}), "/model/max_output_tokens"),
        (json!({"id": "a", "session": {"daily_reset_hour": 24}}), "/session/daily_reset_hour"),
        (json!({"id": "a", "budget": {"cost_usd_per_day": 0}}), "/budget/cost_usd_per_day"),
        (json!({"id": "a", "display_name": "two\nlines"}), "/display_name"),
        (json!({"id": "a", "display_name": ""}), "/display_name"),
        (json!({"id": "a", "metadata": {"k": "x".repeat(70_000)}}), "/metadata"),
        (json!({"id": "a", "on_busy": "wait"}), "/on_busy"),
        (json!({"id": "A"}), "/id"),
        (json!({"id": "reload"}), "/id"),
        (json!({"id": "a", "prompt": "typo"}), "/prompt"),
        (json!({"id": "a", "model": {"providr": "typo"}}), "/model/providr"),
        (json!({"system_prompt": "nobody"}), "/id"),
    ];
    for (body, pointer) in cases {
        let problem = app.admin().post(PATH).json(&body).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{body}: {problem}");
    }
    assert_eq!(app.viewer().get(PATH).await.expect(200)["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn tells_all_faults_at_once() {
    let app = TestApp::new().await;
    let body = json!({"id": "a", "system_prompt": "{% if", "model": {"provider": "nowhere", "fallbacks": [{"provider": "gone"}]}});
    let problem = app.admin().post(PATH).json(&body).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/system_prompt", "/model/provider", "/model/fallbacks/0/provider"]);
}

#[tokio::test]
async fn refuses_bodies_that_are_none() {
    let app = TestApp::new().await;
    app.admin().post(PATH).body("application/json", "{\"id\":").await.expect_problem(400, "bad_request");
    app.admin().post(PATH).body("application/json", vec![b'"', 0xff, b'"']).await.expect_problem(400, "bad_request");
    app.admin().post(PATH).body("text/plain", "{}").await.expect_problem(415, "unsupported_media_type");
    let large = json!({"id": "a", "system_prompt": "x".repeat(2 << 20)});
    app.admin().post(PATH).json(&large).await.expect_problem(413, "payload_too_large");
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    let new = json!({"id": "a"});
    app.anonymous().post(PATH).json(&new).await.expect_problem(401, "unauthorized");
    app.member().post(PATH).json(&new).await.expect_problem(403, "forbidden");
    app.scoped(Role::Admin, "agents:read").post(PATH).json(&new).await.expect_problem(403, "forbidden");
}

/// Whether all of `part` is in `whole`, which may say more.
fn json_contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| json_contains(whole, value)))
        }
        _ => whole == part,
    }
}
