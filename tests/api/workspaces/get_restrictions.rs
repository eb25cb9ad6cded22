//! `workspaces.get_restrictions`

use serde_json::json;

use super::{only_for_the_workspace, path_to, restrict};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn nothing_is_restricted_at_first(app: TestApp) {
        let answer = app.viewer().get(&path_to(&app, "restrictions")).await;
        assert_eq!(answer.header("etag"), "\"0-0\"");
        assert_eq!(answer.expect(200), json!({"version": 0, "providers": null, "models": null, "updated_at": null}));
    }

    async fn is_what_was_set_last(app: TestApp) {
        let set = restrict(&app, &json!({"providers": ["echo"], "models": []})).await;
        assert_eq!(app.viewer().get(&path_to(&app, "restrictions")).await.expect(200), set);
        assert_eq!(set, json!({"version": 1, "providers": ["echo"], "models": [], "updated_at": "2026-11-23T21:00:00.000Z"}));
        let other = app.other_workspace();
        let path = format!("/workspaces/{}/restrictions", other.get("/auth/me").await.expect(200)["workspace_id"].as_str().expect("an id"));
        assert_eq!(other.get(&path).await.expect(200)["version"], 0, "the other workspace has its own");
    }

    async fn is_for_the_workspace_alone(app: TestApp) {
        only_for_the_workspace(&app, "restrictions", |caller, path| caller.get(path)).await;
    }
}
