//! `tools.disconnect_server`

use astra_core::auth::Role;
use serde_json::json;

use super::{SERVERS, http_server, names};
use crate::support::{TestApp, TestBackend, both_backends};

const CRM: &str = "/tools/servers/crm";

both_backends! {
    async fn a_server_goes_with_all_that_was_kept_of_it(app: TestApp) {
        let first = app.admin().post(SERVERS).json(&http_server("crm")).await.expect(201);
        app.admin().post(SERVERS).json(&http_server("other")).await.expect(201);
        app.admin().delete(CRM).await.expect(204);
        app.admin().get(CRM).await.expect_problem(404, "not_found");
        app.admin().delete(CRM).await.expect_problem(404, "not_found");
        assert_eq!(names(&app.admin().get(SERVERS).await.expect(200)), ["other"]);
        assert!(app.store().mcp_servers().find("crm").await.expect("an answer").is_none());
        // The name is free again.
        assert_eq!(app.admin().post(SERVERS).json(&http_server("crm")).await.expect(201), first);
    }

    async fn is_for_admins_of_the_workspace(app: TestApp) {
        app.admin().post(SERVERS).json(&http_server("crm")).await.expect(201);
        app.anonymous().delete(CRM).await.expect_problem(401, "unauthorized");
        app.member().delete(CRM).await.expect_problem(403, "forbidden");
        app.scoped(Role::Admin, "tools:read").delete(CRM).await.expect_problem(403, "forbidden");
        app.other_workspace().delete(CRM).await.expect_problem(404, "not_found");
        app.admin().get(CRM).await.expect(200);
    }
}

#[tokio::test]
async fn a_server_of_the_configuration_stays() {
    let configured = |config: &mut astra_core::Config| {
        let server = json!({"servers": {"files": {"url": "http://127.0.0.1:9/mcp"}}});
        config.mcp = serde_json::from_value(server).expect("a section");
    };
    let app = TestApp::builder(TestBackend::sqlite()).config(configured).open().await;
    app.owner().delete("/tools/servers/files").await.expect_problem(409, "conflict");
    app.admin().post(SERVERS).json(&http_server("files")).await.expect_problem(409, "conflict");
    assert_eq!(names(&app.admin().get(SERVERS).await.expect(200)), ["files"]);
}
