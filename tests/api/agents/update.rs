//! `agents.update`

use std::future::IntoFuture;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{PATH, make, pointers};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn absent_null_and_value_are_three_things(app: TestApp) {
        let new = json!({
            "id": "a", "display_name": "A", "system_prompt": "one", "model": {"temperature": 1, "max_output_tokens": 5},
            "budget": {"tokens_per_day": 10}, "metadata": {"keep": 1, "drop": 2, "deep": {"keep": 3, "drop": 4}},
        });
        app.admin().post(PATH).json(&new).await.expect(201);
        let patch = json!({
            "display_name": null, "model": {"temperature": null, "max_output_tokens": 6}, "budget": null,
            "metadata": {"drop": null, "new": [null], "deep": {"drop": null}},
        });
        let changed = app.admin().patch("/agents/a").json(&patch).await.expect(200);
        assert_eq!(changed["version"], 2);
        assert_eq!(changed["display_name"], Value::Null);
        assert_eq!(changed["system_prompt"], "one");
        assert_eq!(changed["model"]["temperature"], Value::Null);
        assert_eq!(changed["model"]["max_output_tokens"], 6);
        assert_eq!(changed["model"]["provider"], "echo");
        assert_eq!(changed["budget"]["tokens_per_day"], Value::Null);
        assert_eq!(changed["metadata"], json!({"keep": 1, "new": [null], "deep": {"keep": 3}}));
        assert_eq!(app.viewer().get("/agents/a").await.expect(200), changed);
    }

    async fn of_two_who_saw_the_same_the_second_loses(app: TestApp) {
        make(&app, "a", "one").await;
        let seen = app.viewer().get("/agents/a").await.header("etag").to_owned();
        let ask = |prompt: &str| app.admin().patch("/agents/a").header("if-match", &seen).json(&json!({"system_prompt": prompt}));
        ask("two").await.expect(200);
        ask("three").await.expect_problem(412, "precondition_failed");
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["system_prompt"], "two");
    }

    async fn changes_at_the_same_time_all_take_place(app: TestApp) {
        make(&app, "a", "one").await;
        let admin = app.admin();
        let asks = (0..6).map(|key| admin.patch("/agents/a").json(&json!({"metadata": {(key.to_string()): key}})));
        for answer in join_all(asks.map(IntoFuture::into_future)).await {
            answer.expect(200);
        }
        let agent = app.viewer().get("/agents/a").await.expect(200);
        assert_eq!(agent["version"], 7);
        assert_eq!(agent["metadata"], json!({"team": "a", "0": 0, "1": 1, "2": 2, "3": 3, "4": 4, "5": 5}));
    }

    async fn the_next_turn_obeys(app: TestApp) {
        make(&app, "a", "one").await;
        let ask = || app.member().post("/chat").json(&json!({"agent_id": "a", "message": "Hello"}));
        assert_eq!(ask().await.expect(200)["agent_version"], 1);
        app.admin().patch("/agents/a").json(&json!({"system_prompt": "two"})).await.expect(200);
        assert_eq!(ask().await.expect(200)["agent_version"], 2);
    }

    async fn is_not_for_another_workspace(app: TestApp) {
        make(&app, "a", "one").await;
        app.other_workspace().patch("/agents/a").json(&json!({"system_prompt": "x"})).await.expect_problem(404, "not_found");
        assert_eq!(app.viewer().get("/agents/a").await.expect(200)["system_prompt"], "one");
    }
}

#[tokio::test]
async fn refuses_what_cannot_work() {
    let app = TestApp::new().await;
    make(&app, "a", "one").await;
    for (patch, pointer) in [
        (json!({"system_prompt": "{{"}), "/system_prompt"),
        (json!({"model": {"provider": "nowhere"}}), "/model/provider"),
        (json!({"model": {"temperature": 3}}), "/model/temperature"),
        (json!({"version": 7}), "/version"),
        (json!({"on_busy": "wait"}), "/on_busy"),
    ] {
        let problem = app.admin().patch("/agents/a").json(&patch).await.expect_problem(422, "invalid_request");
        assert_eq!(pointers(&problem), [pointer], "{patch}: {problem}");
    }
    app.admin().patch("/agents/b").json(&json!({})).await.expect_problem(404, "not_found");
    app.member().patch("/agents/a").json(&json!({})).await.expect_problem(403, "forbidden");
    app.anonymous().patch("/agents/a").json(&json!({})).await.expect_problem(401, "unauthorized");
    assert_eq!(app.viewer().get("/agents/a").await.expect(200)["version"], 1);
}
