//! `agents.diff_versions`

use serde_json::{Value, json};

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn tells_what_changed(app: TestApp) {
        make(&app, "a", "one").await;
        let two = json!({"system_prompt": "two", "metadata": {"a/b": [1]}, "model": {"temperature": 1}});
        app.admin().put("/agents/a").json(&two).await.expect(200);
        app.admin().patch("/agents/a").json(&json!({"on_busy": "reject"})).await.expect(200);
        let answer = app.viewer().get("/agents/a/versions/2/diff?against=1").await;
        assert_eq!(answer.header("content-type"), "application/json-patch+json");
        let expected = json!([
            {"op": "replace", "path": "/model/temperature", "value": 1.0},
            {"op": "replace", "path": "/system_prompt", "value": "two"},
            {"op": "remove", "path": "/metadata/team"},
            {"op": "add", "path": "/metadata/a~1b", "value": [1]},
        ]);
        assert_eq!(answer.expect(200), expected);
        let before = app.viewer().get("/agents/a/versions/3/diff").await.expect(200);
        assert_eq!(before, json!([{"op": "replace", "path": "/on_busy", "value": "reject"}]));
        let back = app.viewer().get("/agents/a/versions/1/diff?against=3").await.expect(200);
        assert_eq!(back.as_array().map(Vec::len), Some(5));
        for same in ["/agents/a/versions/1/diff", "/agents/a/versions/2/diff?against=2"] {
            assert_eq!(app.viewer().get(same).await.expect(200), Value::Array(Vec::new()));
        }
    }

    async fn points_at_names_of_several_lines(app: TestApp) {
        make(&app, "a", "one").await;
        let named = json!({"metadata": {"two\nlines": 1}});
        app.admin().patch("/agents/a").json(&named).await.expect(200);
        let answer = app.viewer().get("/agents/a/versions/2/diff").await.expect(200);
        assert_eq!(answer, json!([{"op": "add", "path": "/metadata/two\nlines", "value": 1}]));
    }

    async fn shows_nothing_of_another_workspace(app: TestApp) {
        make(&app, "a", "one").await;
        app.other_workspace().get("/agents/a/versions/1/diff").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_what_is_not_there() {
    let app = TestApp::new().await;
    app.viewer().get("/agents/assistant/versions/1/diff?against=2").await.expect_problem(404, "not_found");
    app.viewer().get("/agents/assistant/versions/2/diff?against=1").await.expect_problem(404, "not_found");
    app.viewer().get("/agents/assistant/versions/1/diff?against=x").await.expect_problem(422, "invalid_request");
    app.anonymous().get("/agents/assistant/versions/1/diff").await.expect_problem(401, "unauthorized");
}
