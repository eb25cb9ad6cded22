//! `workspaces.revoke_invitation`

use astra_core::auth::Role;
use serde_json::json;

use super::{here, hides_from_others, turns_away};
use crate::auth::{PASSWORD, register};
use crate::conversation::text;
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn ends_the_code(app: TestApp) {
        register(&app).await;
        let path = format!("{}/invitations", here(&app));
        let made = app.admin().post(&path).json(&json!({"role": "member"})).await.expect(201);
        let id = text(&made["invitation"], "id");
        hides_from_others(&app, |caller, path| caller.delete(&format!("{path}/invitations/{id}"))).await;
        let path = format!("{path}/{id}");
        app.admin().delete(&path).await.expect(204);
        app.admin().delete(&path).await.expect_problem(404, "not_found");
        let account = json!({"email": "bob@example.org", "password": PASSWORD, "invitation": made["code"]});
        app.anonymous().post("/auth/register").json(&account).await.expect_problem(403, "forbidden");
        let audit = app.owner().get("/admin/audit?operation=workspaces.revoke_invitation").await.expect(200);
        assert_eq!(audit["data"][0]["target_id"], id);
    }

    async fn is_for_those_who_may_give_the_role(app: TestApp) {
        let path = format!("{}/invitations", here(&app));
        let made = app.owner().post(&path).json(&json!({"role": "owner"})).await.expect(201);
        let path = format!("{path}/{}", text(&made["invitation"], "id"));
        app.admin().delete(&path).await.expect_problem(403, "forbidden");
        app.owner().delete(&path).await.expect(204);
    }
}

#[tokio::test]
async fn is_for_admins() {
    let app = TestApp::new().await;
    let path = format!("{}/invitations/inv_0000000000001", here(&app));
    turns_away(&app, Role::Admin, |caller| caller.delete(&path)).await;
    app.owner().delete(&path).await.expect_problem(404, "not_found");
    app.owner().delete(&format!("{}/invitations/nothing", here(&app))).await.expect_problem(404, "not_found");
}
