//! `auth.revoke_token`

use super::{account, issue, text};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn refuses_the_token_from_the_next_request_on(app: TestApp) {
        let ci = account(&app, "ci", "member", &["auth:read"]).await;
        let (issued, other) = (issue(&app, &ci).await, issue(&app, &ci).await);
        let [gone, stays] = [&issued, &other].map(|issued| app.bearer(text(issued, "secret")));
        gone.get("/auth/me").await.expect(200);
        stays.get("/auth/me").await.expect(200);
        let path = format!("/auth/tokens/{}", text(&issued["token"], "id"));
        app.other_workspace().delete(&path).await.expect_problem(404, "not_found");
        app.member().delete(&path).await.expect_problem(403, "forbidden");
        app.anonymous().delete(&path).await.expect_problem(401, "unauthorized");
        gone.get("/auth/me").await.expect(200);
        app.admin().delete(&path).await.expect(204);
        gone.get("/auth/me").await.expect_problem(401, "unauthorized");
        stays.get("/auth/me").await.expect(200);
        app.admin().delete(&path).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn leaves_accounts_of_a_higher_role_alone() {
    let app = TestApp::new().await;
    let root = account(&app, "root", "owner", &["auth:read"]).await;
    let issued = issue(&app, &root).await;
    let path = format!("/auth/tokens/{}", text(&issued["token"], "id"));
    app.admin().delete(&path).await.expect_problem(403, "forbidden");
    app.bearer(text(&issued, "secret")).get("/auth/me").await.expect(200);
    app.owner().delete(&path).await.expect(204);
}
