//! `auth.get_service_account`

use super::{account, text};
use crate::support::{TestApp, both_backends};

both_backends! {
    async fn shows_an_account_to_the_admins_of_its_workspace(app: TestApp) {
        account(&app, "other", "viewer", &[]).await;
        let ci = account(&app, "ci", "viewer", &["spec:read"]).await;
        let path = format!("/auth/service-accounts/{}", text(&ci, "id"));
        assert_eq!(app.admin().get(&path).await.expect(200), ci);
        app.other_workspace().get(&path).await.expect_problem(404, "not_found");
        app.member().get(&path).await.expect_problem(403, "forbidden");
        app.anonymous().get(&path).await.expect_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn knows_no_others() {
    let app = TestApp::new().await;
    let unknown = app.admin().get("/auth/service-accounts/svc_0000000000000").await;
    unknown.expect_problem(404, "not_found");
    let malformed = app.admin().get("/auth/service-accounts/svc_1").await;
    assert!([404, 422].contains(&malformed.status.as_u16()), "{}", malformed.text());
}
