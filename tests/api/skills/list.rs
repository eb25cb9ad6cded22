//! `skills.list`

use serde_json::{Value, json};

use super::{PATH, Skilled, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn skills_that_can_be_used_are_listed_in_order(skilled: Skilled) {
        let page = skilled.app.viewer().get(PATH).await.expect(200);
        let expected = json!({"data": [
            {
                "id": "pdf", "description": "Fills in PDF forms.", "license": null, "compatibility": null, "allowed_tools": [],
                "metadata": {}, "loaded_at": "2026-11-23T21:00:00.000Z",
            },
            {
                "id": "triage", "description": "Sorts bugs.", "license": "MIT", "compatibility": "Needs git.",
                "allowed_tools": ["Bash(git:*)", "Read"], "metadata": {"version": "2", "tags": "[\"a\",\"b\"]"},
                "loaded_at": "2026-11-23T21:00:00.000Z",
            },
        ], "next_cursor": null});
        assert_eq!(page, expected);
    }

    async fn pages_follow_each_other(skilled: Skilled) {
        let first = skilled.app.viewer().get("/skills?limit=1").await.expect(200);
        let cursor = first["next_cursor"].as_str().expect("a cursor");
        let second = skilled.app.viewer().get(&format!("/skills?limit=1&cursor={cursor}")).await.expect(200);
        let ids = |page: &Value| page["data"][0]["id"].clone();
        assert_eq!((ids(&first), ids(&second), &second["next_cursor"]), (json!("pdf"), json!("triage"), &Value::Null));
    }

    async fn another_workspace_has_none(skilled: Skilled) {
        let page = skilled.app.other_workspace().get(PATH).await.expect(200);
        assert_eq!(page, json!({"data": [], "next_cursor": null}));
    }

    async fn other_callers_are_turned_away(skilled: Skilled) {
        turns_away(&skilled.app, None, |caller| caller.get(PATH)).await;
    }

    async fn a_gateway_without_a_folder_has_none(app: TestApp) {
        assert_eq!(app.viewer().get(PATH).await.expect(200)["data"], json!([]));
    }
}
