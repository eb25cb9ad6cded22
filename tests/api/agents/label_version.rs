//! `agents.label_version`

use serde_json::{Value, json};

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn names_one_version(app: TestApp) {
        make(&app, "a", "one").await;
        app.admin().put("/agents/a").json(&json!({})).await.expect(200);
        let tag = app.viewer().get("/agents/a").await.header("etag").to_owned();
        for version in [1, 2] {
            let path = format!("/agents/a/versions/{version}/label");
            let named = app.admin().put(&path).json(&json!({"label": "live"})).await.expect(200);
            assert_eq!((&named["version"], &named["label"]), (&json!(version), &json!("live")));
        }
        let page = app.viewer().get("/agents/a/versions").await.expect(200);
        let labels: Vec<&Value> = page["data"].as_array().expect("versions").iter().map(|item| &item["label"]).collect();
        assert_eq!(labels, [&json!("live"), &Value::Null]);
        let bare = app.admin().put("/agents/a/versions/2/label").json(&json!({"label": null})).await.expect(200);
        assert_eq!(bare["label"], Value::Null);
        assert_eq!(app.viewer().get("/agents/a").await.header("etag"), tag, "the agent itself is the same");
    }

    async fn is_not_for_another_workspace(app: TestApp) {
        make(&app, "a", "one").await;
        let label = json!({"label": "theirs"});
        app.other_workspace().put("/agents/a/versions/1/label").json(&label).await.expect_problem(404, "not_found");
        assert!(app.viewer().get("/agents/a/versions/1").await.expect(200)["label"].is_null());
    }
}

#[tokio::test]
async fn refuses_what_is_no_label() {
    let app = TestApp::new().await;
    let path = "/agents/assistant/versions/1/label";
    for body in [json!({"label": ""}), json!({"label": "two words"}), json!({"label": 1}), json!({})] {
        app.admin().put(path).json(&body).await.expect_problem(422, "invalid_request");
    }
    let good = json!({"label": "live"});
    app.admin().put("/agents/assistant/versions/2/label").json(&good).await.expect_problem(404, "not_found");
    app.member().put(path).json(&good).await.expect_problem(403, "forbidden");
    app.anonymous().put(path).json(&good).await.expect_problem(401, "unauthorized");
}
