//! `auth.me`

use astra_core::auth::Role;
use serde_json::{Value, json};

use super::{EMAIL, register, with};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn describes_a_person(app: TestApp) {
        let made = register(&app).await;
        let me = with(&app, &made["tokens"]).get("/auth/me").await.expect(200);
        assert_eq!(me["id"], made["user"]["id"]);
        assert_eq!(me["kind"], "user");
        assert_eq!(me["email"], EMAIL);
        assert_eq!(me["display_name"], Value::Null);
        assert_eq!(me["workspace_id"], made["user"]["workspace_id"]);
        assert_eq!(me["expires_at"], "2026-11-23T21:15:00.000Z");
    }

    async fn describes_a_service_account_in_its_own_workspace(app: TestApp) {
        let me = app.scoped(Role::Viewer, "auth:read").get("/auth/me").await.expect(200);
        assert_eq!(me["kind"], "service_account");
        assert_eq!(me["role"], "viewer");
        assert_eq!(me["scopes"], json!(["auth:read"]));
        let foreign = app.other_workspace().get("/auth/me").await.expect(200);
        assert_ne!(foreign["workspace_id"], me["workspace_id"]);
    }
}

#[tokio::test]
async fn needs_its_scope() {
    let app = TestApp::new().await;
    app.scoped(Role::Owner, "chat:send").get("/auth/me").await.expect_problem(403, "forbidden");
    app.anonymous().get("/auth/me").await.expect_problem(401, "unauthorized");
}
