//! `agents.replace`

use serde_json::json;

use super::{make, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn makes_a_new_version_and_keeps_the_old_one(app: TestApp) {
        let made = make(&app, "a", "one").await;
        app.clock.advance_ms(1000);
        let answer = app.admin().put("/agents/a").json(&json!({"system_prompt": "two"})).await;
        let tag = answer.header("etag").to_owned();
        let changed = answer.expect(200);
        assert_eq!((&changed["version"], &changed["system_prompt"]), (&json!(2), &json!("two")));
        assert_eq!(changed["metadata"], json!({}), "what is absent gets its default");
        assert_eq!(changed["created_at"], made["created_at"]);
        assert_eq!(changed["updated_at"], "2026-11-23T21:00:01.000Z");
        let found = app.viewer().get("/agents/a").await;
        assert_eq!(found.header("etag"), tag);
        assert_eq!(found.expect(200), changed);
        let first = app.viewer().get("/agents/a/versions/1").await.expect(200);
        assert_eq!(first["definition"]["system_prompt"], "one");
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        make(&app, "a", "one").await;
        let seen = app.viewer().get("/agents/a").await.header("etag").to_owned();
        let ask = |prompt: &str| app.admin().put("/agents/a").header("if-match", &seen).json(&json!({"system_prompt": prompt}));
        ask("two").await.expect(200);
        ask("three").await.expect_problem(412, "precondition_failed");
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["system_prompt"], "two");
        app.admin().put("/agents/a").header("if-match", "*").json(&json!({})).await.expect(200);
        app.admin().put("/agents/a").header("if-match", "\"made-up\"").json(&json!({})).await.expect_problem(412, "precondition_failed");
    }

    async fn takes_back_what_get_answers(app: TestApp) {
        let full = json!({"id": "a", "display_name": "A", "model": {"provider": "echo", "temperature": 0.5, "fallbacks": [{"provider": "echo"}]},
            "system_prompt": "one", "tools": {"allow": ["current_time"]}, "session": {"idle_timeout_min": 5},
            "budget": {"tokens_per_hour": 9}, "on_busy": "reject", "metadata": {"team": "b"}});
        app.admin().post("/agents").json(&full).await.expect(201);
        let mut agent = app.viewer().get("/agents/a").await.expect(200);
        app.clock.advance_ms(1000);
        let replaced = app.admin().put("/agents/a").json(&agent).await.expect(200);
        agent["version"] = json!(2);
        agent["updated_at"] = json!("2026-11-23T21:00:01.000Z");
        assert_eq!(replaced, agent);
    }

    async fn refuses_what_is_another_agents(app: TestApp) {
        make(&app, "a", "one").await;
        let problem = app.admin().put("/agents/a").json(&json!({"id": "b"})).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), ["/id"]);
        let problem = app.admin().put("/agents/a").json(&json!({"created": "now"})).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), ["/created"]);
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["version"], 1);
    }

    async fn is_not_for_another_workspace(app: TestApp) {
        make(&app, "a", "one").await;
        app.other_workspace().put("/agents/a").json(&json!({})).await.expect_problem(404, "not_found");
        app.admin().put("/agents/b").json(&json!({})).await.expect_problem(404, "not_found");
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["version"], 1);
    }
}

#[tokio::test]
async fn refuses_what_cannot_work() {
    let app = TestApp::new().await;
    make(&app, "a", "one").await;
    let body = json!({"model": {"provider": "nowhere"}});
    let problem = app.admin().put("/agents/a").json(&body).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/model/provider"]);
    let problem = app.admin().put("/agents/a").json(&json!({"id": "b"})).await.expect_problem(422, "invalid_request");
    assert_eq!(pointers(&problem), ["/id"]);
    app.member().put("/agents/a").json(&json!({})).await.expect_problem(403, "forbidden");
    app.anonymous().put("/agents/a").json(&json!({})).await.expect_problem(401, "unauthorized");
    assert_eq!(app.viewer().get("/agents/a").await.expect(200)["version"], 1);
}
