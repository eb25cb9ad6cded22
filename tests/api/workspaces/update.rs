//! `workspaces.update`

use astra_core::auth::Role;
use serde_json::json;

use super::{here, hides_from_others, turns_away};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn changes_the_name(app: TestApp) {
        let path = here(&app);
        let before = app.admin().get(&path).await;
        let (old, _) = (before.header("etag").to_owned(), before.expect(200));
        app.clock.advance_ms(5);
        let changed = app.admin().patch(&path).header("if-match", &old).json(&json!({"name": "Help desk"})).await;
        let new = changed.header("etag").to_owned();
        let changed = changed.expect(200);
        assert_eq!((&changed["name"], &changed["updated_at"]), (&json!("Help desk"), &json!("2026-11-23T21:00:00.005Z")));
        let late = app.admin().patch(&path).header("if-match", &old).json(&json!({"name": "Other"})).await;
        late.expect_problem(412, "precondition_failed");
        // Nothing to change is no change.
        let same = app.admin().patch(&path).json(&json!({"name": "Help desk"})).await;
        assert_eq!(same.header("etag"), new);
        app.admin().patch(&path).json(&json!({})).await.expect(200);
        let audit = app.owner().get("/admin/audit?operation=workspaces.update").await.expect(200);
        assert_eq!(audit["data"].as_array().expect("entries").len(), 1);
        assert_eq!(audit["data"][0]["changes"], json!({"name": "Help desk"}));
        hides_from_others(&app, |caller, path| caller.patch(path).json(&json!({"name": "x"}))).await;
    }
}

#[tokio::test]
async fn is_for_admins_and_names() {
    let app = TestApp::new().await;
    turns_away(&app, Role::Admin, |caller| caller.patch(&here(&app)).json(&json!({"name": "x"}))).await;
    app.scoped(Role::Admin, "workspaces:read")
        .patch(&here(&app))
        .json(&json!({"name": "x"}))
        .await
        .expect_problem(403, "forbidden");
    for (wrong, pointer) in
        [(json!({"name": null}), "/name"), (json!({"name": ""}), "/name"), (json!({"id": "x"}), "/id")]
    {
        let problem = app.admin().patch(&here(&app)).json(&wrong).await.expect_problem(422, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}
