//! `agents.export`

use serde_json::json;

use super::make;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn gives_a_file_that_import_reads(app: TestApp) {
        let made = make(&app, "a", "one").await;
        app.admin().put("/agents/a").json(&json!({"system_prompt": "two"})).await.expect(200);
        let answer = app.admin().get("/agents/a/export").await;
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"a.agent.json\"");
        let file = answer.expect(200);
        assert_eq!((&file["format"], &file["version"]), (&json!("astra.agent.v1"), &json!(2)));
        let imported = app.other_workspace().post("/agents/import").json(&file).await.expect(201);
        assert_eq!((&imported["id"], &imported["system_prompt"]), (&json!("a"), &json!("two")));
        let first = app.admin().get("/agents/a/export?version=1").await.expect(200);
        assert_eq!(first["definition"]["metadata"], made["metadata"]);
    }

    async fn gives_nothing_of_another_workspace(app: TestApp) {
        make(&app, "a", "secret").await;
        app.other_workspace().get("/agents/a/export").await.expect_problem(404, "not_found");
        app.other_workspace().get("/agents/a/export?version=1").await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn refuses_what_is_not_there() {
    let app = TestApp::new().await;
    app.admin().get("/agents/b/export").await.expect_problem(404, "not_found");
    app.admin().get("/agents/assistant/export?version=2").await.expect_problem(404, "not_found");
    app.member().get("/agents/assistant/export").await.expect_problem(403, "forbidden");
    app.anonymous().get("/agents/assistant/export").await.expect_problem(401, "unauthorized");
}
