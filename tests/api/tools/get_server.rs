//! `tools.get_server`

use serde_json::json;

use super::{SERVERS, http_server, turns_away};
use crate::support::{TestApp, both_backends};

const CRM: &str = "/tools/servers/crm";

both_backends! {
    async fn shows_a_server_and_says_when_nothing_has_changed(app: TestApp) {
        app.admin().post(SERVERS).json(&http_server("crm")).await.expect(201);
        let found = app.admin().get(CRM).await;
        let tag = found.header("etag").to_owned();
        let server = found.expect(200);
        assert_eq!((&server["name"], &server["address"]), (&json!("crm"), &json!("https://mcp.example")));
        // The server's own task may have changed its state meanwhile; a tag of something else never covers it.
        let again = app.admin().get(CRM).header("if-none-match", &tag).await;
        assert_eq!(again.status == 304, again.header("etag") == tag);
        let other = app.admin().get(CRM).header("if-none-match", "\"00000000000000000000000000000000\"").await.expect(200);
        assert_eq!(other["created_at"], server["created_at"]);
    }

    async fn what_is_not_there_is_not_found(app: TestApp) {
        app.admin().post(SERVERS).json(&http_server("crm")).await.expect(201);
        app.admin().get("/tools/servers/other").await.expect_problem(404, "not_found");
        app.admin().get("/tools/servers/a.b").await.expect_problem(422, "invalid_request");
        app.other_workspace().get(CRM).await.expect_problem(404, "not_found");
        turns_away(&app, |caller| caller.get(CRM)).await;
    }
}
