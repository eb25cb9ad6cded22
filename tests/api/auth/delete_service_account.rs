//! `auth.delete_service_account`

use super::{account, issue, text};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn ends_the_account_and_its_tokens(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let other = account(&app, "other", "member", &["auth:read"]).await;
        let gone = app.bearer(text(&issue(&app, &ci).await, "secret"));
        let stays = app.bearer(text(&issue(&app, &other).await, "secret"));
        gone.get("/auth/me").await.expect(200);
        stays.get("/auth/me").await.expect(200);
        let path = format!("/auth/service-accounts/{}", text(&ci, "id"));
        app.other_workspace().delete(&path).await.expect_problem(404, "not_found");
        app.member().delete(&path).await.expect_problem(403, "forbidden");
        app.admin().delete(&path).await.expect(204);
        gone.get("/auth/me").await.expect_problem(401, "unauthorized");
        stays.get("/auth/me").await.expect(200);
        app.admin().get(&path).await.expect_problem(404, "not_found");
        app.admin().delete(&path).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn leaves_accounts_of_a_higher_role_alone() {
    let app = TestApp::new().await;
    let root = account(&app, "root", "owner", &["auth:read"]).await;
    let path = format!("/auth/service-accounts/{}", text(&root, "id"));
    app.admin().delete(&path).await.expect_problem(403, "forbidden");
    app.owner().delete(&path).await.expect(204);
}
