//! `agents.list_versions`

use serde_json::json;

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_every_version_once_newest_first(app: TestApp) {
        make(&app, "a", "one").await;
        make(&app, "b", "other").await;
        for prompt in ["two", "three"] {
            app.owner().put("/agents/a").json(&json!({"system_prompt": prompt})).await.expect(200);
        }
        let first = app.viewer().get("/agents/a/versions?limit=2").await.expect(200);
        let numbers = |page: &serde_json::Value| -> Vec<u64> {
            page["data"].as_array().expect("versions").iter().filter_map(|version| version["version"].as_u64()).collect()
        };
        assert_eq!(numbers(&first), [3, 2]);
        app.owner().put("/agents/a").json(&json!({})).await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("a cursor");
        let second = app.viewer().get(&format!("/agents/a/versions?limit=2&cursor={cursor}")).await.expect(200);
        assert_eq!(numbers(&second), [1]);
        assert!(second["next_cursor"].is_null());
        assert_ne!(second["data"][0]["created_by"], first["data"][0]["created_by"], "admin and owner");
    }

    async fn shows_nothing_of_another_workspace(app: TestApp) {
        make(&app, "a", "one").await;
        app.other_workspace().get("/agents/a/versions").await.expect_problem(404, "not_found");
        app.other_workspace().post("/agents").json(&json!({"id": "a"})).await.expect(201);
        let page = app.other_workspace().get("/agents/a/versions").await.expect(200);
        assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn refuses_what_is_not_there() {
    let app = TestApp::new().await;
    app.viewer().get("/agents/b/versions").await.expect_problem(404, "not_found");
    app.viewer().get("/agents/assistant/versions?cursor=bm9uc2Vuc2U").await.expect_problem(400, "bad_request");
    app.anonymous().get("/agents/assistant/versions").await.expect_problem(401, "unauthorized");
}
