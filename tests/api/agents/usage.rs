//! `agents.usage`

use serde_json::{Value, json};

use super::{PATH, make};
use crate::support::{TestApp, both_backends};

const HOUR_MS: i64 = 3_600_000;

both_backends! {
    async fn counts_the_turns_of_the_hour_and_the_day(app: TestApp) {
        let new = json!({"id": "a", "budget": {"tokens_per_hour": 1000, "cost_usd_per_day": 2.5}});
        app.admin().post(PATH).json(&new).await.expect(201);
        make(&app, "b", "").await;
        for agent in ["a", "b"] {
            let ask = json!({"agent_id": agent, "message": "Hello, how are you?"});
            app.member().post("/chat").json(&ask).await.expect(200);
        }
        let usage = app.viewer().get("/agents/a/usage").await.expect(200);
        let used = usage["tokens_per_hour"]["used"].as_u64().expect("a number");
        assert!(used > 0, "{usage}");
        assert_eq!(usage["tokens_per_hour"]["remaining"], 1000 - used);
        assert_eq!(usage["tokens_per_day"], json!({"used": used, "limit": null, "remaining": null}));
        assert_eq!(usage["cost_usd_per_day"], json!({"used": 0.0, "limit": 2.5, "remaining": 2.5}));
        assert_eq!(usage["hour_ends_at"], "2026-11-23T22:00:00.000Z");
        app.clock.advance_ms(HOUR_MS);
        let later = app.viewer().get("/agents/a/usage").await.expect(200);
        assert_eq!((&later["tokens_per_hour"]["used"], &later["tokens_per_day"]["used"]), (&json!(0), &json!(used)));
        app.clock.advance_ms(23 * HOUR_MS);
        assert_eq!(app.viewer().get("/agents/a/usage").await.expect(200)["tokens_per_day"]["used"], 0);
    }

    async fn is_what_quotas_are_held_against(app: TestApp) {
        let new = json!({"id": "a", "budget": {"tokens_per_hour": 1}});
        app.admin().post(PATH).json(&new).await.expect(201);
        let ask = || app.member().post("/chat").json(&json!({"agent_id": "a", "message": "Hello"}));
        ask().await.expect(200);
        assert_eq!(app.viewer().get("/agents/a/usage").await.expect(200)["tokens_per_hour"]["remaining"], 0);
        ask().await.expect_problem(429, "quota_exceeded");
    }

    async fn shows_nothing_of_another_workspace(app: TestApp) {
        make(&app, "a", "").await;
        app.member().post("/chat").json(&json!({"agent_id": "a", "message": "Hello"})).await.expect(200);
        app.other_workspace().get("/agents/a/usage").await.expect_problem(404, "not_found");
        app.other_workspace().post(PATH).json(&json!({"id": "a"})).await.expect(201);
        let theirs: Value = app.other_workspace().get("/agents/a/usage").await.expect(200);
        assert_eq!(theirs["tokens_per_day"]["used"], 0);
    }
}

#[tokio::test]
async fn refuses_what_is_not_there() {
    let app = TestApp::new().await;
    app.viewer().get("/agents/b/usage").await.expect_problem(404, "not_found");
    app.anonymous().get("/agents/assistant/usage").await.expect_problem(401, "unauthorized");
}
