//! `workspaces.put_restrictions`. What they forbid is in `tests/api/restrictions.rs`.

use std::future::IntoFuture as _;

use futures_util::future::join_all;
use serde_json::json;

use super::{only_for_the_workspace, path_to, pointers, restrict};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn each_change_has_a_version_and_is_in_the_audit(app: TestApp) {
        restrict(&app, &json!({"providers": ["echo"]})).await;
        app.clock.advance_ms(1_000);
        let again = restrict(&app, &json!({"models": ["echo", "gpt-*"]})).await;
        assert_eq!((&again["version"], &again["providers"], &again["updated_at"]), (&json!(2), &json!(null), &json!("2026-11-23T21:00:01.000Z")));
        // What was read can be sent as it is.
        assert_eq!(restrict(&app, &again).await["models"], again["models"]);
        let page = app.owner().get("/admin/audit?limit=3").await.expect(200);
        let entry = &page["data"][1];
        assert_eq!((&entry["operation"], &entry["target_kind"]), (&json!("workspaces.put_restrictions"), &json!("workspace_restrictions")), "{entry}");
        assert!(entry.to_string().contains("gpt-*"), "{entry}");
    }

    async fn of_many_at_once_who_saw_the_same_one_wins(app: TestApp) {
        let path = path_to(&app, "restrictions");
        let seen = app.viewer().get(&path).await.header("etag").to_owned();
        let asks = (0..8).map(|_| app.admin().put(&path).header("if-match", &seen).json(&json!({"providers": ["echo"]})).into_future());
        let mut statuses: Vec<u16> = join_all(asks).await.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
        app.admin().put(&path).header("if-match", &seen).json(&json!({})).await.expect_problem(412, "precondition_failed");
        assert_eq!(app.viewer().get(&path).await.expect(200)["version"], 1);
    }

    async fn refuses_what_is_not_good(app: TestApp) {
        let path = path_to(&app, "restrictions");
        for (body, pointer) in [
            (json!({"providers": ["echo", "nowhere"]}), "/providers/1"),
            (json!({"providers": ["echo", "echo"]}), "/providers/1"),
            (json!({"models": ["a", ""]}), "/models/1"),
            (json!({"models": ["a\nb"]}), "/models/0"),
            (json!({"models": "gpt-*"}), "/models"),
            (json!({"model": ["gpt-*"]}), "/model"),
        ] {
            let problem = app.admin().put(&path).json(&body).await.expect_problem(422, "invalid_request");
            assert_eq!(pointers(&problem), [pointer], "{problem}");
        }
        assert_eq!(app.viewer().get(&path).await.expect(200)["version"], 0);
    }

    async fn is_for_admins_of_the_workspace(app: TestApp) {
        only_for_the_workspace(&app, "restrictions", |caller, path| caller.put(path).json(&json!({}))).await;
        app.member().put(&path_to(&app, "restrictions")).json(&json!({})).await.expect_problem(403, "forbidden");
    }
}
